#pragma once
/// Two nodes that hold the same records must say the same. Where they do not, this finds the entries: it walks down
/// both state tries over the exchange to the leaves that differ, and tells from either side's own log which is wrong.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "minglu/ports.hpp"
#include "sync/leaf_state.hpp"
#include "sync/replica.hpp"

namespace minglu {

/// Who has to do what about an entry that differs.
enum class Blame {
    our_views,    ///< what is shown here is not what the log here gives
    our_log,      ///< bytes of a record here are not those that were signed
    their_views,  ///< the peer says so of itself
    their_log,    ///< the same
    other_ops,    ///< each agrees with its own log, and other ops count there than here
    other_fold,   ///< the same ops count, and give something else: the programs differ
    unknown,      ///< the peer did not tell, and this side is sound
};
[[nodiscard]] std::string_view name(Blame blame);
/// What to do about it, as a sentence for people. `peer` is named in it.
[[nodiscard]] std::string cure_of(Blame blame, const NodeId& peer);

struct Difference {
    EntryKey key;  ///< empty when no record here names the key at `position`
    Hash position{};
    std::optional<Hash> ours;  ///< leaf in either trie; none where it is missing
    std::optional<Hash> theirs;
    LeafState here;
    std::optional<LeafState> there;  ///< none when the peer did not tell
    Blame blame = Blame::unknown;
};

struct StateComparison {
    NodeId peer;
    Vector vector;  ///< what both hold
    Hash our_root{};
    Hash their_root{};
    std::vector<Difference> differences;
    bool complete = true;  ///< false: the search ended at its bounds, there may be more
    std::uint64_t requests = 0;
};

/// A search ends here, so that it stays small beside the exchange: an answer has about 1 KiB.
constexpr std::uint64_t compare_requests_max = 512;
constexpr std::size_t compare_keys_max = 64;

/// Asks one request at a time. Nothing is changed here or there. Errors: those of the transport; stale (either side
/// holds what the other does not, or wrote meanwhile: try again), unsupported_version (no common fold or protocol),
/// malformed.
[[nodiscard]] Result<StateComparison> compare_states(Transport& transport, Replica& replica, Store& store,
                                                     const NodeId& peer);

/// What is said of a head with our vector and another state root, with what a search found when there was one.
[[nodiscard]] IncidentRow divergence_incident(const LogId& log, const StateComparison* found);

}  // namespace minglu
