#include <algorithm>
#include <iterator>

#include "catalog/entry_filter.hpp"
#include "src/store/conflict_events.hpp"
#include "src/store/memory/state.hpp"

namespace minglu::memory {
namespace {

bool in_batch(const State& state, const EntryKey& key, const EntryQuery& query) {
    if (!query.batch) return true;
    const auto record = state.record_numbers.find(*query.batch);
    if (record == state.record_numbers.end()) return false;
    const auto& keys = state.records[static_cast<std::size_t>(record->second.value()) - 1]->keys;
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// The row of one conflict of an entry.
ConflictRow row_of(const State& state, const StoredEntry& entry, const ConflictView& view) {
    const Finding& finding = state.findings.at(view.id);
    return {finding.no, entry.row.key, view, finding.claimed_by, finding.claimed_at, finding.found_at};
}

bool matches(const ConflictRow& row, const ConflictQuery& query) {
    return row.no > query.after && (!query.state || row.view.state == *query.state) &&
           (!query.key || row.key == *query.key) && (query.claimed_by.empty() || row.claimed_by == query.claimed_by);
}

}  // namespace

EntryPage query(const State& state, const EntryQuery& query) {
    EntryPage page;
    for (auto at = state.entries.upper_bound(query.after); at != state.entries.end(); ++at) {
        const StoredEntry& entry = *at->second;
        if (query.with_open_conflict && entry.row.open_conflicts == 0) continue;
        if (!in_batch(state, entry.row.key, query)) continue;
        for (const Period& period : entry.periods) {
            if (!passes_filters(query, entry.row.key, period) || !has_terms(query, period)) continue;
            EntryHit hit{entry.row.no, entry.row.key, period, entry.row.etag, entry.row.open_conflicts};
            hit.period.terms.clear();
            if (query.accept && !query.accept(hit)) continue;
            if (page.hits.size() == query.limit) {
                page.more = true;
                return page;
            }
            page.hits.push_back(std::move(hit));
        }
    }
    return page;
}

std::vector<ConflictRow> conflicts(const State& state, const ConflictQuery& query) {
    std::vector<ConflictRow> rows;
    for (const auto& [no, entry] : state.entries) {
        for (const ConflictView& view : entry->conflicts) {
            ConflictRow row = row_of(state, *entry, view);
            if (matches(row, query)) rows.push_back(std::move(row));
        }
    }
    std::sort(rows.begin(), rows.end(), [](const ConflictRow& a, const ConflictRow& b) { return a.no < b.no; });
    if (rows.size() > query.limit) rows.resize(query.limit);
    return rows;
}

std::optional<ConflictRow> conflict(const State& state, const Hash& id) {
    const auto finding = state.findings.find(id);
    if (finding == state.findings.end()) return std::nullopt;
    const auto entry = state.entries.find(state.entry_numbers.at(finding->second.key));
    if (entry == state.entries.end()) return std::nullopt;
    for (const ConflictView& view : entry->second->conflicts) {
        if (view.id == id) return row_of(state, *entry->second, view);
    }
    return std::nullopt;
}

std::vector<AuditRow> audit(const State& state, const AuditQuery& query) {
    const auto is_wanted = [&](const AuditRow& row) {
        return row.at >= query.since && row.at < query.until && (query.actor.empty() || row.actor == query.actor) &&
               (query.kind.empty() || row.kind == query.kind) &&
               (query.case_number.empty() || row.case_number == query.case_number) &&
               (query.before.second == 0 || std::pair(row.at, row.no) < query.before);
    };
    std::vector<AuditRow> rows;
    std::copy_if(state.audit.begin(), state.audit.end(), std::back_inserter(rows), is_wanted);
    std::sort(rows.begin(), rows.end(),
              [](const AuditRow& a, const AuditRow& b) { return std::pair(a.at, a.no) > std::pair(b.at, b.no); });
    if (rows.size() > query.limit) rows.resize(query.limit);
    return rows;
}

}  // namespace minglu::memory
