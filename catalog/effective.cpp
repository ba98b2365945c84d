#include "catalog/effective.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "catalog/fields.hpp"
#include "minglu/json_text.hpp"

namespace minglu {

namespace {

std::string field_text(std::span<const FieldValue> set, std::string_view field) {
    for (const FieldValue& value : set)
        if (value.field == field) return text_of(value.json);
    return {};
}

/// The approvals of one node, earliest first.
std::vector<Approval> approvals_of(const NodeId& node, std::span<const Approval> approvals) {
    std::vector<Approval> own;
    std::copy_if(approvals.begin(), approvals.end(), std::back_inserter(own),
                 [&](const Approval& approval) { return approval.node == node; });
    std::sort(own.begin(), own.end(),
              [](const Approval& a, const Approval& b) { return std::tie(a.time, a.dot) < std::tie(b.time, b.dot); });
    return own;
}

}  // namespace

std::vector<GroupWrite> group_writes(std::span<const FieldValue> set) {
    std::map<std::string_view, std::string> groups;
    for (const FieldValue& value : set) {  // sorted by field, so the members of each group are
        std::string& object = groups.try_emplace(group_of(value.field), "{").first->second;
        if (value.json == "null") continue;
        if (object.size() > 1) object += ',';
        append_json_string(object, value.field);
        object += ':';
        object += value.json;
    }
    std::vector<GroupWrite> writes;
    writes.reserve(groups.size());
    for (auto& [group, object] : groups) writes.push_back({std::string(group), std::move(object) + "}"});
    return writes;
}

std::optional<EffectiveOp> make_effective(const Dot& dot, HybridTime time, bool resolves, const Op& op,
                                          std::span<const NodeId> needs, std::span<const Approval> approvals) {
    EffectiveOp effective;
    effective.dot = dot;
    effective.node = node_of(dot.log);
    effective.time = time;
    effective.seen = op.seen;
    effective.effective_on = op.effective_on;
    effective.resolves = resolves;
    effective.removes = field_text(op.set, "listing") == "removed";
    effective.home = field_text(op.set, "home");
    effective.groups = group_writes(op.set);
    for (const NodeId& node : needs) {
        const auto of_node = approvals_of(node, approvals);
        if (of_node.empty()) return std::nullopt;
        effective.time = std::max(effective.time, of_node.front().time);
        NodeApprovals dots;
        for (const Approval& approval : of_node) dots.push_back(approval.dot);
        effective.approvals.push_back(std::move(dots));
    }
    return effective;
}

}  // namespace minglu
