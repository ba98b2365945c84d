#include "catalog/fold.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace minglu {

namespace {

constexpr std::string_view listing_group = "listing";
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

/// Group of x against group of y, on which two concurrent ops disagree.
struct Contest {
    std::string_view of_x;
    std::string_view of_y;
    friend auto operator<=>(const Contest&, const Contest&) = default;
};

std::set<Contest> contested(const EffectiveOp& x, const EffectiveOp& y) {
    std::set<Contest> contests;
    for (const GroupWrite& write : x.groups) {
        const std::string* other = written(y, write.group);
        if (other != nullptr && *other != write.value) contests.insert({write.group, write.group});
    }
    if (x.removes == y.removes) return contests;
    // A removal stands against everything that the other side writes.
    if (x.removes)
        for (const GroupWrite& write : y.groups) contests.insert({listing_group, write.group});
    else
        for (const GroupWrite& write : x.groups) contests.insert({write.group, listing_group});
    return contests;
}

using Ops = std::vector<const EffectiveOp*>;

/// z overwrites x in `group` as far as the pair (x, y) is concerned: on every day on which both could stand.
bool overwrites(const EffectiveOp& z, const EffectiveOp& x, std::string_view group, const EffectiveOp& y) {
    return written(z, group) != nullptr && saw(z, x) &&
           (z.effective_on <= std::max(x.effective_on, y.effective_on) || (z.resolves && saw(z, y)));
}

bool overwritten(const Ops& ops, const EffectiveOp& x, std::string_view group, const EffectiveOp& y) {
    return std::any_of(ops.begin(), ops.end(), [&](const EffectiveOp* z) { return overwrites(*z, x, group, y); });
}

/// As `overwritten`, but only by ops that are concurrent with the other side.
bool overwritten_beside(const Ops& ops, const EffectiveOp& x, std::string_view group, const EffectiveOp& y) {
    return std::any_of(ops.begin(), ops.end(),
                       [&](const EffectiveOp* z) { return overwrites(*z, x, group, y) && concurrent(*z, y); });
}

bool on_frontier(const Ops& ops, const EffectiveOp& x, const EffectiveOp& y) {
    if (!concurrent(x, y)) return false;
    const auto contests = contested(x, y);
    return std::any_of(contests.begin(), contests.end(), [&](const Contest& contest) {
        return !overwritten_beside(ops, x, contest.of_x, y) && !overwritten_beside(ops, y, contest.of_y, x);
    });
}

using Pair = std::pair<const EffectiveOp*, const EffectiveOp*>;
using Pairs = std::map<std::pair<Dot, Dot>, Pair>;

void add_frontier(Pairs& pairs, const Ops& ops) {
    for (std::size_t i = 0; i < ops.size(); ++i) {
        for (std::size_t j = i + 1; j < ops.size(); ++j) {
            const EffectiveOp* x = ops[i];
            const EffectiveOp* y = ops[j];
            if (y->dot < x->dot) std::swap(x, y);
            if (on_frontier(ops, *x, *y)) pairs.try_emplace({x->dot, y->dot}, Pair{x, y});
        }
    }
}

ConflictState state_of(const Ops& ops, const EffectiveOp& x, const EffectiveOp& y, const std::set<Contest>& contests) {
    const bool undecided = std::any_of(contests.begin(), contests.end(), [&](const Contest& contest) {
        return !overwritten(ops, x, contest.of_x, y) && !overwritten(ops, y, contest.of_y, x);
    });
    if (undecided) return ConflictState::open;
    const bool resolved = std::any_of(ops.begin(), ops.end(),
                                      [&](const EffectiveOp* z) { return z->resolves && saw(*z, x) && saw(*z, y); });
    return resolved ? ConflictState::resolved : ConflictState::superseded;
}

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

Ops pointers(std::span<const EffectiveOp> ops) {
    Ops all;
    for (const EffectiveOp& op : ops) all.push_back(&op);
    return all;
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

std::vector<FoldedConflict> find_conflicts(std::span<const EffectiveOp> ops) {
    if (ops.size() < 2) return {};
    const Ops all = pointers(ops);
    Pairs pairs;
    add_frontier(pairs, all);
    // A decided pair never vanishes: it stays on the frontier of what the deciding op saw.
    for (const EffectiveOp* resolution : all) {
        if (!resolution->resolves) continue;
        Ops before;
        std::copy_if(all.begin(), all.end(), std::back_inserter(before),
                     [&](const EffectiveOp* op) { return saw(*resolution, *op); });
        add_frontier(pairs, before);
    }
    std::vector<FoldedConflict> conflicts;
    for (const auto& [dots, pair] : pairs) {
        const auto contests = contested(*pair.first, *pair.second);
        std::set<std::string> groups;
        for (const Contest& contest : contests) {
            groups.insert(std::string(contest.of_x));
            groups.insert(std::string(contest.of_y));
        }
        conflicts.push_back({dots.first,
                             dots.second,
                             state_of(all, *pair.first, *pair.second, contests),
                             {groups.begin(), groups.end()}});
    }
    return conflicts;
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
