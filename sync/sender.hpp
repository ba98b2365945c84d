#pragma once
/// Makes the bundle that brings a receiver from its vector towards ours.
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "minglu/store.hpp"
#include "sync/bundle.hpp"

namespace minglu {

/// What a receiver has and wants.
struct BundleRequest {
    Vector have;
    std::vector<HeldHead> heads;
    std::set<LogId> skip;  ///< logs that it does not take now
    std::size_t limit_bytes = bundle_bytes_max;
    Vector forks = {};  ///< proofs that it holds: for each log the first position at which its branches differ
    /// Up to where it was told cosignatures, see BundleInfo::cosigned_upto; of another log, or of none: it is told all.
    /// Nothing here: it wants none.
    std::optional<Dot> cosigned = {};
    /// Told of each log whose stored bytes are not what was signed, and where.
    std::function<void(const LogId&, const std::string& what)> on_damage = {};
};

/// Records after `have` in our order of arrival, at least one if there is one, and every head that is newer than the
/// receiver's, proofs of forks that it lacks, and cosignatures that it was not told of. Of a log that is cut only what
/// counts, and no head alone. None when there is nothing of either. A record whose stored bytes are not what was signed
/// is not spread: its log ends before it, and the bundle says so. `bytes` of records stay within the limit, but for a
/// single record above it.
[[nodiscard]] std::optional<std::string> make_bundle(const ReadTx& tx, const NodeId& self,
                                                     const BundleRequest& request);

/// What a node states that it holds, in its newest head that is here.
struct KnownHolding {
    HybridTime time;  ///< of that head
    Vector vector;
};
/// None when no head of that node is here.
[[nodiscard]] std::optional<KnownHolding> known_holding(const std::vector<LogRow>& logs, const NodeId& node);

}  // namespace minglu
