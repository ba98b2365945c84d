#include "catalog/fold.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace minglu {

namespace {

constexpr std::string_view home_group = "home";

const std::string* written(const EffectiveOp& op, std::string_view group) {
    for (const GroupWrite& write : op.groups)
        if (write.group == group) return &write.value;
    return nullptr;
}

bool claims(const EffectiveOp& x, const EffectiveOp& y) {
    if (&x == &y || !x.seen.covers(y.dot)) return false;
    return std::all_of(y.approvals.begin(), y.approvals.end(), [&](const NodeApprovals& of_node) {
        return std::any_of(of_node.begin(), of_node.end(), [&](const Dot& dot) { return x.seen.covers(dot); });
    });
}

using Ops = std::vector<const EffectiveOp*>;

/// The writes of a group that no other write of it saw; all of them when liars cover each other in a circle.
Ops survivors(const Ops& writes) {
    Ops alive;
    for (const EffectiveOp* write : writes)
        if (std::none_of(writes.begin(), writes.end(), [&](const EffectiveOp* z) { return saw(*z, *write); }))
            alive.push_back(write);
    return alive.empty() ? writes : alive;
}

MergedGroup merge_group(const std::string& group, const Ops& writes, const std::string& home) {
    Ops alive = survivors(writes);
    const auto rank = [&](const EffectiveOp* op) {
        const bool at_home = group != home_group && !home.empty() && op->node.value() == home;
        return std::tuple(at_home, op->time, op->dot);
    };
    std::sort(alive.begin(), alive.end(),
              [&](const EffectiveOp* x, const EffectiveOp* y) { return rank(x) > rank(y); });
    MergedGroup merged{group, *written(*alive.front(), group), {}};
    for (const EffectiveOp* op : alive) merged.by.push_back(op->dot);
    return merged;
}

}  // namespace

bool saw(const EffectiveOp& x, const EffectiveOp& y) {
    return claims(x, y) && !claims(y, x);
}

bool concurrent(const EffectiveOp& x, const EffectiveOp& y) {
    return &x != &y && !saw(x, y) && !saw(y, x);
}

std::vector<MergedGroup> merge(std::span<const EffectiveOp> ops, std::optional<Day> as_of) {
    std::map<std::string, Ops> writes_of;
    for (const EffectiveOp& op : ops) {
        if (as_of && op.effective_on > *as_of) continue;
        for (const GroupWrite& write : op.groups) writes_of[write.group].push_back(&op);
    }
    // The home comes first: the rule for the other groups asks for it, the rule for itself does not.
    std::string home;
    if (const auto found = writes_of.find(std::string(home_group)); found != writes_of.end()) {
        const Dot winner = merge_group(found->first, found->second, {}).by.front();
        for (const EffectiveOp* op : found->second)
            if (op->dot == winner) home = op->home;
    }
    std::vector<MergedGroup> groups;
    groups.reserve(writes_of.size());
    for (const auto& [group, writes] : writes_of) groups.push_back(merge_group(group, writes, home));
    return groups;
}

Vector etag_of(std::span<const EffectiveOp> ops) {
    Vector etag;
    for (const EffectiveOp& op : ops) {
        etag.raise(op.dot);
        for (const NodeApprovals& of_node : op.approvals)
            for (const Dot& approval : of_node) etag.raise(approval);
    }
    return etag;
}

}  // namespace minglu
