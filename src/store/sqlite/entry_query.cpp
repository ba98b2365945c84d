#include <algorithm>

#include "catalog/entry_filter.hpp"
#include "src/store/sqlite/search_text.hpp"
#include "src/store/sqlite/view_tables.hpp"

/// One search, four ways to walk it in entry order; each row is (entry_no, key, etag, open_conflicts, period columns).
namespace minglu {
namespace {

EntryHit hit_of(const Statement& row) {
    EntryHit hit;
    hit.no = EntryNo{row.integer(0)};
    hit.key = EntryKey{row.text(1)};
    hit.etag = stored_vector(row.bytes(2));
    hit.open_conflicts = static_cast<std::uint32_t>(row.integer(3));
    hit.period = period_at(row, 4);
    return hit;
}

class Page {
public:
    explicit Page(const EntryQuery& query) : query_(query) {}

    /// False when the page is full.
    bool take(EntryHit hit) {
        if (!passes_filters(query_, hit.key, hit.period)) return true;
        if (query_.accept && !query_.accept(hit)) return true;
        if (page_.hits.size() == query_.limit) {
            page_.more = true;
            return false;
        }
        page_.hits.push_back(std::move(hit));
        return true;
    }
    void take_all(Query query) {
        while (query.next() && take(hit_of(query.row()))) {
        }
    }
    [[nodiscard]] EntryPage done() { return std::move(page_); }

private:
    const EntryQuery& query_;
    EntryPage page_;
};

/// Ops of the record that a query is restricted to, as a range of op_no; everything when it is not.
struct OpRange {
    bool restricted = false;
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

std::optional<OpRange> op_range_of(Database& database, const EntryQuery& query) {
    if (!query.batch) return OpRange{};
    Query record = database.query(
        "SELECT r.record_no FROM log l JOIN record r ON r.log_no = l.log_no WHERE l.id = ? AND r.seq = ?",
        query.batch->log, query.batch->seq);
    if (!record.next()) return std::nullopt;
    const std::int64_t no = record->integer(0);
    return OpRange{true, no << op_position_bits, (no + 1) << op_position_bits};
}

/// The period of a document, if it is there, holds on the day, and its entry meets what no term says.
KnownRows::Row one_period(Database& database, const EntryQuery& query, const OpRange& ops, postings::DocNo doc) {
    Query row = database.query(
        "SELECT e.entry_no, k.key, e.etag, e.open_conflicts, p.valid_from, p.valid_until, p.listing, p.legal_status,"
        " p.region, p.home, p.subtype, p.category, p.name, p.view"
        " FROM period p CROSS JOIN entry e ON e.entry_no = p.period_no >> 24 CROSS JOIN key k ON k.key_no = e.entry_no"
        " WHERE p.period_no = ?1 AND p.valid_from <= ?2"
        " AND (p.valid_until IS NULL OR p.valid_until > ?2) AND (?3 = 0 OR e.open_conflicts > 0)"
        " AND (?4 = 0 OR EXISTS (SELECT 1 FROM op o WHERE o.key_no = e.entry_no AND o.op_no >= ?5 AND o.op_no < ?6))",
        doc, query.as_of, query.with_open_conflict, ops.restricted, ops.begin, ops.end);
    return row.next() ? KnownRows::Row(hit_of(row.row())) : std::nullopt;
}

/// Rows of pages up to this size are kept: a ranked search fills its page from one small page after the other, many of
/// them with the same entries. Whoever asks for more at once counts, sorts or exports, and meets each entry once.
constexpr std::uint32_t again_limit_max = 64;

/// Words and filters, from the search index.
void take_matches(Page& page, Database& database, SearchIndex& search, KnownRows& known, const EntryQuery& query,
                  std::vector<postings::WantedTerm> terms, const OpRange& ops) {
    postings::DocNo least = first_period(query.after.value() + 1);
    SearchIndex::Walk walk = search.find(std::move(terms), least);
    known.ask(query);
    for (postings::DocNo doc = 0; (doc = walk.docs->seek(least)) != postings::end_of_docs; least = doc + 1) {
        const KnownRows::Row* const seen = known.find(doc);
        KnownRows::Row row = seen != nullptr ? *seen : one_period(database, query, ops, doc);
        if (query.limit <= again_limit_max && seen == nullptr) known.keep(doc, row);
        if (!row || page.take(*std::move(row))) continue;
        walk.least = least;
        return search.keep(std::move(walk));
    }
}

/// Entries with an open conflict: few, so they lead.
Query by_open_conflict(Database& database, const EntryQuery& query, const OpRange& ops) {
    return database.query(
        "SELECT e.entry_no, k.key, e.etag, e.open_conflicts, p.valid_from, p.valid_until, p.listing, p.legal_status,"
        " p.region, p.home, p.subtype, p.category, p.name, p.view"
        " FROM entry e CROSS JOIN period p ON p.period_no >= e.entry_no << 24 AND p.period_no < (e.entry_no + 1) << 24"
        " CROSS JOIN key k ON k.key_no = e.entry_no"
        " WHERE e.open_conflicts > 0 AND e.entry_no > ?1 AND p.valid_from <= ?2"
        " AND (p.valid_until IS NULL OR p.valid_until > ?2)"
        " AND (?3 = 0 OR EXISTS (SELECT 1 FROM op o WHERE o.key_no = e.entry_no AND o.op_no >= ?4 AND o.op_no < ?5))"
        " ORDER BY e.entry_no",
        query.after, query.as_of, ops.restricted, ops.begin, ops.end);
}

/// Entries of one record, which has at most 20,000 ops.
Query by_batch(Database& database, const EntryQuery& query, const OpRange& ops) {
    return database.query(
        "SELECT e.entry_no, k.key, e.etag, e.open_conflicts, p.valid_from, p.valid_until, p.listing, p.legal_status,"
        " p.region, p.home, p.subtype, p.category, p.name, p.view"
        " FROM (SELECT DISTINCT key_no FROM op WHERE op_no >= ?1 AND op_no < ?2 ORDER BY key_no) o"
        " CROSS JOIN entry e ON e.entry_no = o.key_no"
        " CROSS JOIN period p ON p.period_no >= e.entry_no << 24 AND p.period_no < (e.entry_no + 1) << 24"
        " CROSS JOIN key k ON k.key_no = e.entry_no"
        " WHERE o.key_no > ?3 AND p.valid_from <= ?4 AND (p.valid_until IS NULL OR p.valid_until > ?4)"
        " ORDER BY o.key_no",
        ops.begin, ops.end, query.after, query.as_of);
}

Query by_number(Database& database, const EntryQuery& query) {
    return database.query(
        "SELECT e.entry_no, k.key, e.etag, e.open_conflicts, p.valid_from, p.valid_until, p.listing, p.legal_status,"
        " p.region, p.home, p.subtype, p.category, p.name, p.view"
        " FROM period p CROSS JOIN entry e ON e.entry_no = p.period_no >> 24"
        " CROSS JOIN key k ON k.key_no = e.entry_no"
        " WHERE p.period_no >= ?1 AND p.valid_from <= ?2 AND (p.valid_until IS NULL OR p.valid_until > ?2)"
        " ORDER BY p.period_no",
        first_period(query.after.value() + 1), query.as_of);
}

}  // namespace

EntryPage run_query(Database& database, SearchIndex& search, KnownRows& known, const EntryQuery& query) {
    Page page{query};
    const auto ops = op_range_of(database, query);
    if (!ops) return page.done();
    const bool has_words = std::any_of(query.terms.begin(), query.terms.end(),
                                       [](const EntryQuery::Term& term) { return !term.text.empty(); });
    auto terms = wanted_terms(query);
    if (!has_words && query.with_open_conflict) {
        page.take_all(by_open_conflict(database, query, *ops));
    } else if (!has_words && ops->restricted) {
        page.take_all(by_batch(database, query, *ops));
    } else if (!terms.empty()) {
        take_matches(page, database, search, known, query, std::move(terms), *ops);
    } else {
        page.take_all(by_number(database, query));
    }
    return page.done();
}

}  // namespace minglu
