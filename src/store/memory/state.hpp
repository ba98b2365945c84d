#pragma once
/// Everything the memory store keeps. Large values are shared between copies and never changed in place.
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "minglu/store.hpp"

namespace minglu::memory {

struct StoredRecord {
    RecordRow row;
    std::vector<std::string> ops;
    std::vector<EntryKey> keys;
    std::vector<Hash> op_subtrees;
};

struct StoredEntry {
    EntryRow row;
    std::vector<Period> periods;  ///< with their terms
    std::vector<ConflictView> conflicts;
};

/// A conflict that was found once; `state` as the journal last told it.
struct Finding {
    std::int64_t no = 0;
    EntryKey key;
    UnixMs found_at;
    std::string state;
    std::string claimed_by;
    UnixMs claimed_at;
};

struct State {
    // Log
    std::vector<LogRow> logs;                                  ///< LogNo − 1
    std::vector<std::shared_ptr<const StoredRecord>> records;  ///< RecordNo − 1
    std::map<Dot, RecordNo> record_numbers;
    std::map<EntryKey, std::vector<std::pair<RecordNo, std::size_t>>> ops_of_key;
    std::map<std::tuple<LogNo, std::uint32_t, std::uint64_t>, Hash> tree;
    std::map<Dot, std::map<Dot, BatchMark>> marks;  ///< by proposal, then by marking record
    std::vector<CosignatureRow> cosignatures;       ///< by number
    std::int64_t last_cosignature = 0;

    // Views
    std::map<EntryKey, EntryNo> entry_numbers;  ///< given at the first mention, kept for ever
    std::map<EntryNo, std::shared_ptr<const StoredEntry>> entries;

    // Local
    std::map<Hash, Finding> findings;
    std::map<EntryKey, std::vector<Hash>> findings_of_key;  ///< in the order in which they were found
    std::vector<JournalRow> journal;
    std::map<NodeId, PeerRow> peers;
    std::vector<TokenRow> tokens;
    std::vector<IncidentRow> incidents;
    std::vector<ForkRow> forks;
    std::map<std::string, StoredReply, std::less<>> replies;
    std::map<std::string, std::string, std::less<>> settings;
    std::vector<AuditRow> audit;  ///< by number

    /// Gives the key a number if it has none.
    EntryNo number_of(const EntryKey& key);
};

/// Replaces an entry's views, and writes to the journal what changed. `views.periods` and `conflicts` may be empty.
EntryNo put_entry(State& state, const EntryViews& views, UnixMs at);
void remove_entry(State& state, const EntryKey& key, UnixMs at);
void claim(State& state, const Hash& conflict, std::string_view actor, UnixMs at);
void add_incident(State& state, const IncidentRow& incident);
bool acknowledge(State& state, std::int64_t incident_no, Acknowledgement acknowledgement);
std::uint64_t acknowledge_all(State& state, std::string_view kind, std::string_view peer,
                              const Acknowledgement& acknowledgement);
RecordNo add_record(State& state, const NewRecord& record);
void judge_record(State& state, const RecordRow& row, std::span<const EntryKey> keys,
                  std::span<const Hash> op_subtrees);

[[nodiscard]] std::vector<IncidentRow> incidents(const State& state, std::int64_t before, std::uint32_t limit,
                                                 const IncidentFilter& filter);
[[nodiscard]] RecordNo arrival_before(const State& state, const Vector& have);
[[nodiscard]] EntryPage query(const State& state, const EntryQuery& query);
[[nodiscard]] std::vector<ConflictRow> conflicts(const State& state, const ConflictQuery& query);
[[nodiscard]] std::optional<ConflictRow> conflict(const State& state, const Hash& id);
[[nodiscard]] std::vector<AuditRow> audit(const State& state, const AuditQuery& query);
[[nodiscard]] std::vector<std::string> check(const State& state);

}  // namespace minglu::memory
