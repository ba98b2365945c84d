#pragma once
/// The merge rule: from the effective ops of one key to its merged groups and conflicts. Pure.
///
/// docs/PROTOCOL.md §5 states the rule; tests/model/fold.py is its executable reference.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "minglu/record.hpp"
#include "minglu/store.hpp"

namespace minglu {

/// What an op writes to one field group, as canonical JSON of the group's fields.
struct GroupWrite {
    std::string group;
    std::string value;
    friend bool operator==(const GroupWrite&, const GroupWrite&) = default;
};

/// The approvals of one node that a proposal needed, earliest first.
using NodeApprovals = std::vector<Dot>;

/// One op that counts.
struct EffectiveOp {
    Dot dot;
    NodeId node;
    HybridTime time;  ///< of a proposal: the latest over `needs` of each node's earliest approval, or its own if later
    Vector seen;
    Day effective_on;
    bool resolves = false;
    bool removes = false;                  ///< sets listing to removed
    std::string home;                      ///< node_id, when it writes the group `home`
    std::vector<NodeApprovals> approvals;  ///< empty for a change
    std::vector<GroupWrite> groups;        ///< sorted by group
};

/// One group after the merge; the first dot is the (provisional) winner, more than one stand in conflict or agree.
struct MergedGroup {
    std::string group;
    std::string value;
    std::vector<Dot> by;
    friend bool operator==(const MergedGroup&, const MergedGroup&) = default;
};

struct FoldedConflict {
    Dot a;  ///< bytewise smaller log, then seq
    Dot b;
    ConflictState state = ConflictState::open;
    std::vector<std::string> groups;  ///< contested, sorted
    friend bool operator==(const FoldedConflict&, const FoldedConflict&) = default;
};

/// x saw y: covers its dot and, for a proposal, one approval of each node in needs; two that claim each other lie.
[[nodiscard]] bool saw(const EffectiveOp& x, const EffectiveOp& y);
[[nodiscard]] bool concurrent(const EffectiveOp& x, const EffectiveOp& y);

/// Who saw whom; to be made once where more than one question is asked of the same ops (catalog/sight.hpp).
class Sight;

/// Groups after the merge of the ops that take effect by `as_of` (all when none), sorted by group.
[[nodiscard]] std::vector<MergedGroup> merge(const Sight& sight, std::optional<Day> as_of = {});
[[nodiscard]] std::vector<MergedGroup> merge(std::span<const EffectiveOp> ops, std::optional<Day> as_of = {});
/// Every conflict of the key, sorted by (a, b). Dates do not hide conflicts.
[[nodiscard]] std::vector<FoldedConflict> find_conflicts(const Sight& sight);
[[nodiscard]] std::vector<FoldedConflict> find_conflicts(std::span<const EffectiveOp> ops);
/// What `seen` must be for an op written by someone who was shown this entry now.
[[nodiscard]] Vector etag_of(std::span<const EffectiveOp> ops);

}  // namespace minglu
