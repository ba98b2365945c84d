#include "sync/catalogue_at.hpp"

#include <algorithm>
#include <iterator>

#include "catalog/entry_filter.hpp"
#include "catalog/text/analysis.hpp"
#include "minglu/moment.hpp"
#include "sync/refold.hpp"

namespace minglu {

namespace {

/// Touched entries whose views are kept: a few kilobytes each.
constexpr std::size_t kept_max = 5'000;

/// The last record that had arrived by then. Arrival grows with the number.
RecordNo last_known(const ReadTx& tx, UnixMs known_at) {
    std::int64_t known = 0;
    std::int64_t end = tx.last_record().value() + 1;  // the first that is not known, as far as we have looked
    while (end - known > 1) {
        const std::int64_t middle = known + (end - known) / 2;
        tx.visit_records(RecordNo{middle - 1}, [&](const RecordRow& record) {
            (record.arrived <= known_at ? known : end) = middle;
            return false;
        });
    }
    return RecordNo{known};
}

/// Entries whose views may be others than they were when record `known` had just arrived, by number.
std::vector<TouchedEntry> touched_after(const ReadTx& tx, RecordNo known) {
    std::vector<RecordNo> naming;
    std::vector<Dot> approved;
    tx.visit_records(known, [&](const RecordRow& record) {
        naming.push_back(record.no);
        if (record.kind != RecordKind::batch_approve) return true;
        const auto header = header_of(record);
        if (header && header->of) approved.push_back(header->of->dot);
        return true;
    });
    for (const Dot& dot : approved)
        if (const auto proposal = tx.record(dot)) naming.push_back(proposal->no);
    std::set<EntryKey> keys;
    for (const RecordNo no : naming)
        for (EntryKey& key : tx.keys_of_record(no)) keys.insert(std::move(key));
    std::vector<TouchedEntry> touched;
    for (const EntryKey& key : keys)
        if (const auto entry = tx.entry(key)) touched.push_back({entry->no, key});
    std::sort(touched.begin(), touched.end(), [](const auto& a, const auto& b) { return a.no < b.no; });
    return touched;
}

std::uint32_t open_conflicts(const EntryViews& views) {
    return static_cast<std::uint32_t>(
        std::count_if(views.conflicts.begin(), views.conflicts.end(),
                      [](const ConflictView& conflict) { return conflict.state == ConflictState::open; }));
}

/// The keys of the record that a query is restricted to; none when it is not restricted.
std::optional<std::vector<EntryKey>> keys_of_batch(const ReadTx& tx, const EntryQuery& query) {
    if (!query.batch) return std::nullopt;
    const auto record = tx.record(*query.batch);
    return record ? tx.keys_of_record(record->no) : std::vector<EntryKey>{};
}

}  // namespace

std::optional<EntryAt> entry_at(const ReadTx& tx, const EntryKey& key, std::optional<UnixMs> known_at) {
    auto row = tx.entry(key);
    if (!row) return std::nullopt;
    if (!known_at) return EntryAt{*row, tx.periods(row->no)};
    EntryViews views = views_of(tx, key, known_at);
    if (views.periods.empty()) return std::nullopt;
    return EntryAt{{row->no, key, views.etag, views.trie_leaf, open_conflicts(views)}, std::move(views.periods)};
}

Protection protection_at(const ReadTx& tx, const EntryKey& key, const Asked& asked) {
    const auto entry = entry_at(tx, key, asked.known_at);
    return protection_of(key, entry ? entry->periods : std::vector<Period>{}, asked.as_of, asked.known_on());
}

std::optional<Protection> as_known_then(const ReadTx& tx, const EntryKey& key, const Asked& asked) {
    if (asked.as_of >= asked.known_on()) return std::nullopt;
    const auto entry = entry_at(tx, key, end_of(asked.as_of));
    if (!entry) return std::nullopt;
    return protection_of(key, entry->periods, asked.as_of, asked.as_of);
}

CatalogueAt::CatalogueAt(const ReadTx& tx, const Asked& asked) : tx_(tx), asked_(asked) {
    if (asked.known_at) known_ = last_known(tx, *asked.known_at);
    if (known_) touched_ = touched_after(tx, *known_);
    kept_.resize(std::min(touched_.size(), kept_max));
}

const EntryViews& CatalogueAt::refolded(std::size_t touched) const {
    if (touched >= kept_.size()) return other_ = views_of(tx_, touched_[touched].key, asked_.known_at);
    if (!kept_[touched]) kept_[touched] = views_of(tx_, touched_[touched].key, asked_.known_at);
    return *kept_[touched];
}

bool CatalogueAt::is_known(const Dot& dot) const {
    if (!known_) return true;
    const auto record = tx_.record(dot);
    return record && record->no <= *known_;
}

std::vector<Writer> CatalogueAt::writers_of(const EntryHit& hit) const {
    std::vector<Writer> writers;
    for (const OpRow& op : tx_.ops_of_key(hit.key)) {
        if (known_ && op.record > *known_) continue;
        auto is_batch = is_batch_.find(op.record.value());
        if (is_batch == is_batch_.end()) {
            const auto record = tx_.record(op.dot);
            is_batch = is_batch_.emplace(op.record.value(), record && record->is_batch).first;
        }
        writers.push_back({op.dot, is_batch->second});
    }
    return writers;
}

bool CatalogueAt::is_touched(EntryNo no) const {
    return std::binary_search(touched_.begin(), touched_.end(), TouchedEntry{no, {}},
                              [](const TouchedEntry& a, const TouchedEntry& b) { return a.no < b.no; });
}

EntryPage CatalogueAt::query(const EntryQuery& query) const {
    if (query.batch && !is_known(*query.batch)) return {};
    if (touched_.empty()) return tx_.query(query);
    EntryQuery untouched = query;
    untouched.accept = [&](const EntryHit& hit) { return !is_touched(hit.no) && (!query.accept || query.accept(hit)); };
    EntryPage page = tx_.query(untouched);
    if (!may_be_named(query)) return page;
    const bool is_full = page.hits.size() == query.limit;
    add_refolded(page.hits, query, is_full && !page.hits.empty() ? std::optional(page.hits.back().no) : std::nullopt);
    std::sort(page.hits.begin(), page.hits.end(), [](const EntryHit& a, const EntryHit& b) { return a.no < b.no; });
    if (page.hits.size() > query.limit) {
        page.hits.resize(query.limit);
        page.more = true;
    }
    // Behind a full page nothing was folded again.
    if (is_full && !page.hits.empty() && page.hits.back().no < touched_.back().no) page.more = true;
    return page;
}

bool CatalogueAt::may_be_named(const EntryQuery& query) const {
    const auto is_of_name = [](std::string_view term) { return term.starts_with(name_mark); };
    const auto known = [&](const EntryQuery::Term& term) {
        if (term.prefix || !is_of_name(term.text)) return true;
        if (!names_) {
            names_.emplace();
            visit_touched([&](const TouchedEntry&, std::span<const Period> periods) {
                for (const Period& period : periods)
                    std::copy_if(period.terms.begin(), period.terms.end(), std::inserter(*names_, names_->end()),
                                 is_of_name);
            });
        }
        return names_->contains(term.text);
    };
    return std::all_of(query.terms.begin(), query.terms.end(), known);
}

void CatalogueAt::add_refolded(std::vector<EntryHit>& hits, const EntryQuery& query,
                               std::optional<EntryNo> last) const {
    const auto batch = keys_of_batch(tx_, query);
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < touched_.size(); ++i) {
        const TouchedEntry& touched = touched_[i];
        if (last && touched.no > *last) return;
        if (touched.no <= query.after) continue;
        if (batch && std::find(batch->begin(), batch->end(), touched.key) == batch->end()) continue;
        const EntryViews& views = refolded(i);
        const std::uint32_t open = open_conflicts(views);
        if (query.with_open_conflict && open == 0) continue;
        for (const Period& period : views.periods) {
            if (!passes_filters(query, touched.key, period) || !has_terms(query, period)) continue;
            EntryHit hit{touched.no, touched.key, period, views.etag, open};
            hit.period.terms.clear();
            if (query.accept && !query.accept(hit)) continue;
            hits.push_back(std::move(hit));
            if (++found > query.limit) return;
        }
    }
}

std::optional<EntryHit> CatalogueAt::hit_of(EntryNo no) const {
    EntryQuery query;
    query.as_of = asked_.as_of;
    query.after = EntryNo{no.value() - 1};
    query.limit = 1;
    std::vector<EntryHit> hits;
    if (is_touched(no))
        add_refolded(hits, query, no);
    else
        hits = tx_.query(query).hits;
    if (hits.empty() || hits.front().no != no) return std::nullopt;
    return std::move(hits.front());
}

void CatalogueAt::visit_touched(
    const std::function<void(const TouchedEntry& entry, std::span<const Period> periods)>& visit) const {
    for (std::size_t i = 0; i < touched_.size(); ++i) visit(touched_[i], refolded(i).periods);
}

std::optional<Day> CatalogueAt::first_listed(const EntryKey& key) const {
    const auto entry = entry_at(tx_, key, asked_.known_at);
    if (!entry) return std::nullopt;
    const auto first = std::find_if(entry->periods.begin(), entry->periods.end(),
                                    [](const Period& period) { return period.listing == "listed"; });
    return first == entry->periods.end() ? std::nullopt : std::optional(first->from);
}

Protection CatalogueAt::judged(const EntryHit& hit, std::span<const Period> periods) const {
    return protection_of(hit.key, periods, asked_.as_of, asked_.known_on());
}

Protection CatalogueAt::protection_about(const EntryHit& hit) const {
    if (tells_alone(hit.period)) return judged(hit, std::span(&hit.period, 1));
    return is_touched(hit.no) ? protection_at(tx_, hit.key, asked_) : judged(hit, tx_.periods(hit.no));
}

EntrySource CatalogueAt::source() const {
    return {[this](const EntryQuery& asked) { return query(asked); },
            [this](const EntryHit& hit) { return writers_of(hit); },
            [this](const EntryHit& hit) { return protection_about(hit).verdict; }};
}

HitAnswer CatalogueAt::answer_about(const EntryHit& hit) const {
    const Protection protection = protection_about(hit);
    HitAnswer answer{protection.verdict, protection.right, std::nullopt};
    const bool learnt_later = protection.right.state == RightState::never_existed ||
                              protection.right != judged(hit, std::span(&hit.period, 1)).right;
    if (!learnt_later) return answer;
    if (const auto then = as_known_then(tx_, hit.key, asked_)) answer.as_known_then = then->verdict;
    return answer;
}

}  // namespace minglu
