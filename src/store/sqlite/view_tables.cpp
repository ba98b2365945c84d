#include "src/store/sqlite/view_tables.hpp"

#include <algorithm>

#include "catalog/text/terms.hpp"

namespace minglu {
namespace {

constexpr std::size_t pending_bytes_max = 24u << 20;

/// 64 bits of SHA-256: tells whether the terms in the search index are still right without keeping them.
std::int64_t search_hash_of(std::string_view terms) {
    const Hash hash = sha256({terms});
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | hash[i];
    return static_cast<std::int64_t>(value);
}

/// Columns: entry_no, key, etag, trie_leaf, open_conflicts.
EntryRow entry_of(const Statement& row) {
    EntryRow entry;
    entry.no = EntryNo{row.integer(0)};
    entry.key = EntryKey{row.text(1)};
    entry.etag = stored_vector(row.bytes(2));
    entry.trie_leaf = row.hash(3);
    entry.open_conflicts = static_cast<std::uint32_t>(row.integer(4));
    return entry;
}

}  // namespace

Vector stored_vector(std::string_view text) {
    auto vector = parse_vector(text);
    if (!vector) throw StoreFault(ErrorCode::corrupt, "stored vector: " + describe(vector.error()));
    return std::move(*vector);
}

Period period_at(const Statement& row, int column) {
    Period period;
    period.from = Day{static_cast<std::int32_t>(row.integer(column))};
    if (!row.is_null(column + 1)) period.until = Day{static_cast<std::int32_t>(row.integer(column + 1))};
    period.listing = row.text(column + 2);
    period.legal_status = row.text(column + 3);
    period.region = row.text(column + 4);
    period.home = row.text(column + 5);
    period.subtype = row.text(column + 6);
    period.category = row.text(column + 7);
    period.name = row.text(column + 8);
    period.view = row.text(column + 9);
    return period;
}

std::optional<EntryRow> ViewTables::entry(const EntryKey& key) const {
    const auto entry_no = keys_.find(key);
    if (!entry_no) return std::nullopt;
    Query query = database_.query("SELECT entry_no, ?2, etag, trie_leaf, open_conflicts FROM entry WHERE entry_no = ?1",
                                  *entry_no, key);
    if (!query.next()) return std::nullopt;
    return entry_of(query.row());
}

std::vector<Period> ViewTables::periods(EntryNo no) const {
    std::vector<Period> periods;
    Query query = database_.query(
        "SELECT valid_from, valid_until, listing, legal_status, region, home, subtype, category, name, view"
        " FROM period WHERE period_no >= ? AND period_no < ? ORDER BY valid_from",
        first_period(no.value()), first_period(no.value() + 1));
    while (query.next()) periods.push_back(period_at(query.row(), 0));
    return periods;
}

void ViewTables::begin_reading() {
    known_.begin_reading();
    search_.forget_seen();
}

void ViewTables::end_reading() {
    known_.forget();
    search_.forget_seen();
}

EntryPage ViewTables::query(const EntryQuery& query) {
    return run_query(database_, search_, known_, query);
}

void ViewTables::visit_entries(EntryNo after, const std::function<bool(const EntryRow&)>& visit) const {
    Query query = database_.query(
        "SELECT e.entry_no, k.key, e.etag, e.trie_leaf, e.open_conflicts FROM entry e"
        " CROSS JOIN key k ON k.key_no = e.entry_no WHERE e.entry_no > ? ORDER BY e.entry_no",
        after);
    while (query.next()) {
        if (!visit(entry_of(query.row()))) return;
    }
}

void ViewTables::visit_names(const std::function<void(EntryNo, const EntryKey&, std::string_view name)>& visit) const {
    Query query = database_.query(
        "SELECT p.period_no, k.key, p.name FROM period p CROSS JOIN key k ON k.key_no = p.period_no >> ?"
        " ORDER BY p.period_no",
        period_number_bits);
    while (query.next()) {
        const EntryKey key{query->text(1)};
        visit(EntryNo{query->integer(0) >> period_number_bits}, key, query->text(2));
    }
}

void ViewTables::visit_leaves(const std::function<void(EntryNo, const EntryKey&, const Hash&)>& visit) const {
    Query query = database_.query(
        "SELECT e.entry_no, k.key, e.trie_leaf FROM entry e CROSS JOIN key k ON k.key_no = e.entry_no"
        " ORDER BY e.entry_no");
    while (query.next()) visit(EntryNo{query->integer(0)}, EntryKey{query->text(1)}, query->hash(2));
}

std::optional<EntryKey> ViewTables::key_of(EntryNo no) const {
    Query query =
        database_.query("SELECT k.key FROM entry e CROSS JOIN key k ON k.key_no = e.entry_no WHERE e.entry_no = ?", no);
    return query.next() ? std::optional(EntryKey{query->text(0)}) : std::nullopt;
}

StoreCounts ViewTables::counts() const {
    Query query = database_.query(
        "SELECT (SELECT count(*) FROM record), (SELECT coalesce(sum(ops), 0) FROM record), (SELECT count(*) FROM "
        "entry),"
        " (SELECT count(*) FROM conflict WHERE state = 'open'), (SELECT count(*) FROM conflict),"
        " (SELECT count(*) FROM incident), (SELECT count(*) FROM incident WHERE count > acknowledged)");
    query.next();
    const auto count = [&](int column) { return static_cast<std::uint64_t>(query->integer(column)); };
    return {count(0), count(1), count(2), count(3), count(4), count(5), count(6)};
}

EntryNo ViewTables::put_entry(const EntryViews& views, UnixMs at) {
    const std::int64_t entry_no = keys_.require(views.key);
    std::int64_t period_next = 0;
    bool exists = false;
    {
        Query query = database_.query(
            "SELECT k.period_next, e.period_next FROM key k LEFT JOIN entry e ON e.entry_no = k.key_no"
            " WHERE k.key_no = ?",
            entry_no);
        query.next();
        exists = !query->is_null(1);
        period_next = query->integer(exists ? 1 : 0);
    }
    std::vector<Stored> old;
    if (exists) old = stored_periods(entry_no);
    for (const Period& period : views.periods) put_period(entry_no, views.key, period, old, period_next);
    for (const Stored& unused : old) database_.run("DELETE FROM period WHERE period_no = ?", unused.period_no);

    const auto open = std::count_if(views.conflicts.begin(), views.conflicts.end(),
                                    [](const ConflictView& conflict) { return conflict.state == ConflictState::open; });
    database_.run(
        "INSERT OR REPLACE INTO entry (entry_no, trie_leaf, etag, open_conflicts, period_next) VALUES (?, ?, ?, ?, ?)",
        entry_no, views.trie_leaf, to_string(views.etag), open, period_next);
    conflicts_.replace(entry_no, views.conflicts, at);
    return EntryNo{entry_no};
}

std::vector<ViewTables::Stored> ViewTables::stored_periods(std::int64_t entry_no) const {
    std::vector<Stored> stored;
    Query query = database_.query("SELECT period_no, search_hash FROM period WHERE period_no >= ? AND period_no < ?",
                                  first_period(entry_no), first_period(entry_no + 1));
    while (query.next()) stored.push_back({query->integer(0), query->integer(1)});
    return stored;
}

/// A row whose terms stay the same keeps its number. Any other gets a number that was never used: the terms
/// under the old one then lead to no row, and nothing has to be taken out of the search index.
void ViewTables::put_period(std::int64_t entry_no, const EntryKey& key, const Period& period, std::vector<Stored>& old,
                            std::int64_t& period_next) {
    const FiledTerms terms{key, period};
    const std::int64_t search_hash = search_hash_of(terms.bytes());
    const auto same =
        std::find_if(old.begin(), old.end(), [&](const Stored& row) { return row.search_hash == search_hash; });
    if (same != old.end()) {
        insert_period(same->period_no, search_hash, period);
        old.erase(same);
        return;
    }
    if (period_next >= std::int64_t{1} << period_number_bits) {
        throw StoreFault(ErrorCode::internal,
                         key.value() + " was changed more often than can be numbered (run `minglu rebuild`)");
    }
    const std::int64_t period_no = first_period(entry_no) + period_next++;
    insert_period(period_no, search_hash, period);
    file(period_no, terms);
}

void ViewTables::file(std::int64_t period_no, const FiledTerms& terms) {
    terms.for_each([&](std::string_view term) { search_.add(period_no, term); });
    if (search_.pending_bytes() > pending_bytes_max) search_.flush();
}

std::int64_t ViewTables::file_again(std::int64_t& after, std::int64_t limit) {
    std::vector<std::pair<std::int64_t, FiledTerms>> filed;
    {
        Query query = database_.query(
            "SELECT p.period_no, k.key, p.valid_from, p.valid_until, p.listing, p.legal_status, p.region, p.home,"
            " p.subtype, p.category, p.name, p.view"
            " FROM period p CROSS JOIN key k ON k.key_no = p.period_no >> 24"
            " WHERE p.period_no > ? ORDER BY p.period_no LIMIT ?",
            after, limit);
        while (query.next()) {
            const EntryKey key{query->text(1)};
            Period period = period_at(query.row(), 2);
            period.terms = index_terms(key, period.view);
            filed.emplace_back(query->integer(0), FiledTerms{key, period});
        }
    }
    for (const auto& [period_no, terms] : filed) {
        database_.run("UPDATE period SET search_hash = ?2 WHERE period_no = ?1", period_no,
                      search_hash_of(terms.bytes()));
        file(period_no, terms);
        after = period_no;
    }
    return static_cast<std::int64_t>(filed.size());
}

void ViewTables::insert_period(std::int64_t period_no, std::int64_t search_hash, const Period& period) {
    const std::optional<std::int64_t> until =
        period.until ? std::optional<std::int64_t>(period.until->value()) : std::nullopt;
    database_.run(
        "INSERT OR REPLACE INTO period (period_no, valid_from, valid_until, search_hash, listing, legal_status, region,"
        " home, subtype, category, name, view) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        period_no, period.from, until, search_hash, period.listing, period.legal_status, period.region, period.home,
        period.subtype, period.category, period.name, period.view);
}

void ViewTables::remove_entry(const EntryKey& key, UnixMs at) {
    const auto entry_no = keys_.find(key);
    if (!entry_no) return;
    database_.run("UPDATE key SET period_next = e.period_next FROM entry e WHERE key_no = ?1 AND e.entry_no = ?1",
                  *entry_no);
    if (database_.changes() == 0) return;
    database_.run("DELETE FROM period WHERE period_no >= ? AND period_no < ?", first_period(*entry_no),
                  first_period(*entry_no + 1));
    database_.run("DELETE FROM entry WHERE entry_no = ?", *entry_no);
    conflicts_.replace(*entry_no, {}, at);
}

void ViewTables::clear() {
    search_.clear();
    database_.run("DELETE FROM entry");
    database_.run("DELETE FROM period");
    database_.run("DELETE FROM conflict");
    database_.run("UPDATE key SET period_next = 0 WHERE period_next <> 0");
}

}  // namespace minglu
