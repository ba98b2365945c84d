#include "src/store/memory/state.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "src/store/conflict_events.hpp"

namespace minglu::memory {
namespace {

void append_journal(State& state, const Hash& id, const EntryKey& key, std::string_view event, std::string_view actor,
                    UnixMs at) {
    const auto no = static_cast<std::int64_t>(state.journal.size()) + 1;
    state.journal.push_back({no, at, id, key, std::string(event), std::string(actor)});
}

void tell(State& state, const Hash& id, Finding& finding, std::string_view after, UnixMs at) {
    for (const std::string_view event : conflict_events(finding.state, after)) {
        append_journal(state, id, finding.key, event, "", at);
    }
    finding.state = after;
}

void tell_conflicts(State& state, const EntryKey& key, const std::vector<ConflictView>& conflicts, UnixMs at) {
    std::set<Hash> listed;
    for (const ConflictView& conflict : conflicts) listed.insert(conflict.id);
    std::vector<Hash>& found = state.findings_of_key[key];
    for (const Hash& id : found)
        if (!listed.contains(id)) tell(state, id, state.findings.at(id), state_withdrawn, at);
    for (const ConflictView& conflict : conflicts) {
        const std::string_view after = name(conflict.state);
        const auto known = state.findings.find(conflict.id);
        if (known != state.findings.end()) {
            tell(state, conflict.id, known->second, after, at);
            continue;
        }
        const auto no = static_cast<std::int64_t>(state.findings.size()) + 1;
        state.findings[conflict.id] = {no, key, at, std::string(after), "", UnixMs{}};
        found.push_back(conflict.id);
        for (const std::string_view event : conflict_events(std::nullopt, after)) {
            append_journal(state, conflict.id, key, event, "", at);
        }
    }
}

}  // namespace

EntryNo State::number_of(const EntryKey& key) {
    const EntryNo next{static_cast<std::int64_t>(entry_numbers.size()) + 1};
    return entry_numbers.emplace(key, next).first->second;
}

RecordNo add_record(State& state, const NewRecord& record) {
    const bool filed = !record.keys.empty();
    if ((filed && record.ops.size() != record.keys.size()) || record.ops.size() != record.row.ops) {
        throw std::logic_error("add_record: ops, keys and the count of " + to_string(record.row.dot) + " do not agree");
    }
    auto stored = std::make_shared<StoredRecord>();
    const RecordNo no{static_cast<std::int64_t>(state.records.size()) + 1};
    stored->row = record.row;
    stored->row.no = no;
    stored->ops.assign(record.ops.begin(), record.ops.end());
    stored->keys.assign(record.keys.begin(), record.keys.end());
    stored->op_subtrees.assign(record.op_subtrees.begin(), record.op_subtrees.end());
    if (!state.record_numbers.emplace(record.row.dot, no).second) {
        throw std::logic_error("add_record: " + to_string(record.row.dot) + " is here already");
    }
    for (std::size_t i = 0; i < stored->keys.size(); ++i) {
        state.number_of(stored->keys[i]);
        state.ops_of_key[stored->keys[i]].emplace_back(no, i);
    }
    state.records.push_back(std::move(stored));
    return no;
}

void judge_record(State& state, const RecordRow& row, std::span<const EntryKey> keys,
                  std::span<const Hash> op_subtrees) {
    auto& stored = state.records.at(static_cast<std::size_t>(row.no.value()) - 1);
    if ((!keys.empty() && keys.size() != row.ops) || !stored->keys.empty()) {
        throw std::logic_error("judge_record: " + to_string(row.dot) + " has its keys, or other ones");
    }
    auto judged = std::make_shared<StoredRecord>(*stored);
    judged->row.kind = row.kind;
    judged->row.time = row.time;
    judged->row.resolves = row.resolves;
    judged->row.valid = row.valid;
    judged->row.is_batch = row.is_batch;
    judged->keys.assign(keys.begin(), keys.end());
    judged->op_subtrees.assign(op_subtrees.begin(), op_subtrees.end());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        state.number_of(keys[i]);
        auto& ops = state.ops_of_key[keys[i]];
        const std::pair op{row.no, i};
        ops.insert(std::lower_bound(ops.begin(), ops.end(), op), op);
    }
    stored = std::move(judged);
}

RecordNo arrival_before(const State& state, const Vector& have) {
    for (const auto& record : state.records) {
        if (!have.covers(record->row.dot)) return RecordNo{record->row.no.value() - 1};
    }
    return RecordNo{static_cast<std::int64_t>(state.records.size())};
}

EntryNo put_entry(State& state, const EntryViews& views, UnixMs at) {
    auto stored = std::make_shared<StoredEntry>();
    stored->row.no = state.number_of(views.key);
    stored->row.key = views.key;
    stored->row.etag = views.etag;
    stored->row.trie_leaf = views.trie_leaf;
    for (const ConflictView& conflict : views.conflicts) {
        if (conflict.state == ConflictState::open) ++stored->row.open_conflicts;
    }
    stored->periods = views.periods;
    stored->conflicts = views.conflicts;
    const EntryNo no = stored->row.no;
    state.entries[no] = std::move(stored);
    tell_conflicts(state, views.key, views.conflicts, at);
    return no;
}

void remove_entry(State& state, const EntryKey& key, UnixMs at) {
    const auto number = state.entry_numbers.find(key);
    if (number == state.entry_numbers.end() || state.entries.erase(number->second) == 0) return;
    tell_conflicts(state, key, {}, at);
}

void claim(State& state, const Hash& conflict, std::string_view actor, UnixMs at) {
    const auto found = state.findings.find(conflict);
    if (found == state.findings.end()) {
        throw std::logic_error("claim: no conflict " + to_hex(bytes_of(conflict)) + " was found here");
    }
    Finding& finding = found->second;
    if (finding.claimed_by == actor) return;
    if (actor.empty()) {
        append_journal(state, conflict, finding.key, "released", finding.claimed_by, at);
    } else {
        append_journal(state, conflict, finding.key, "claimed", actor, at);
    }
    finding.claimed_by = actor;
    finding.claimed_at = actor.empty() ? UnixMs{} : at;
}

std::vector<std::string> check(const State& state) {
    std::vector<std::string> findings;
    for (const LogRow& log : state.logs) {
        const auto held = std::count_if(state.records.begin(), state.records.end(),
                                        [&](const auto& record) { return record->row.dot.log == log.id; });
        if (static_cast<std::uint64_t>(held) == log.size.value()) continue;
        findings.push_back("log " + log.id.value() + " says it has " + std::to_string(log.size.value()) +
                           " records, but holds " + std::to_string(held));
    }
    return findings;
}

}  // namespace minglu::memory
