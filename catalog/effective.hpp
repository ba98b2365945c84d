#pragma once
/// From stored ops to the ops that count: gathering fields into groups, and what approvals make of a proposal.
#include <optional>
#include <span>
#include <vector>

#include "catalog/fold.hpp"
#include "minglu/record.hpp"

namespace minglu {

/// An approve record that names a proposal and whose stated leaf hash matches it.
struct Approval {
    NodeId node;
    Dot dot;
    HybridTime time;
};

/// The fields of an op by group, sorted. A group's value is the canonical object of its fields; an unset field is the
/// same as one that is not there, so that equal states are equal bytes.
[[nodiscard]] std::vector<GroupWrite> group_writes(std::span<const FieldValue> set);

/// What an op brings into the fold. `needs` is empty for a change; for a proposal none is returned until every node in
/// `needs` has approved.
[[nodiscard]] std::optional<EffectiveOp> make_effective(const Dot& dot, HybridTime time, bool resolves, const Op& op,
                                                        std::span<const NodeId> needs,
                                                        std::span<const Approval> approvals);

}  // namespace minglu
