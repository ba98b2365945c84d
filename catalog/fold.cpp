#include "catalog/fold.hpp"

#include <algorithm>
#include <tuple>

#include "catalog/sight.hpp"

namespace minglu {

namespace {

constexpr std::string_view home_group = "home";

bool claims(const EffectiveOp& x, const EffectiveOp& y) {
    if (&x == &y || !x.seen.covers(y.dot)) return false;
    return std::all_of(y.approvals.begin(), y.approvals.end(), [&](const NodeApprovals& of_node) {
        return std::any_of(of_node.begin(), of_node.end(), [&](const Dot& dot) { return x.seen.covers(dot); });
    });
}

/// What one op writes to one group.
struct Write {
    const GroupWrite* what;
    std::size_t place;
};
using Writes = std::span<const Write>;

/// Every write of the first `count` ops, those of one group in a row.
std::vector<Write> writes_by_group(const Sight& sight, std::size_t count) {
    std::vector<Write> writes;
    for (std::size_t place = 0; place < count; ++place)
        for (const GroupWrite& write : sight.op(place).groups) writes.push_back({&write, place});
    std::stable_sort(writes.begin(), writes.end(),
                     [](const Write& x, const Write& y) { return x.what->group < y.what->group; });
    return writes;
}

/// The writes from the first one on that are of its group.
Writes first_group(Writes writes) {
    const auto end = std::find_if(writes.begin(), writes.end(),
                                  [&](const Write& write) { return write.what->group != writes.front().what->group; });
    return writes.first(static_cast<std::size_t>(end - writes.begin()));
}

/// The writes of a group that no other write of it saw; all of them when liars cover each other in a circle.
/// `scratch`, empty, is given back empty.
std::vector<Write> survivors(const Sight& sight, Writes writes, OpSet& scratch) {
    std::vector<Write> alive;
    for (const Write& write : writes) scratch.insert(write.place);
    for (const Write& write : writes)
        if (!sight.viewers_of(write.place).meets(scratch)) alive.push_back(write);
    for (const Write& write : writes) scratch.erase(write.place);
    if (alive.empty()) alive.assign(writes.begin(), writes.end());
    return alive;
}

/// The writes that stand, by the total order, winner first. `home` is empty where the rule of the home does not count.
std::vector<Write> ranked(const Sight& sight, Writes writes, const std::string& home, OpSet& scratch) {
    std::vector<Write> alive = survivors(sight, writes, scratch);
    const auto at_home = [&](const EffectiveOp& op) { return !home.empty() && op.node.value() == home; };
    std::sort(alive.begin(), alive.end(), [&](const Write& one, const Write& other) {
        const EffectiveOp& x = sight.op(one.place);
        const EffectiveOp& y = sight.op(other.place);
        if (at_home(x) != at_home(y)) return at_home(x);
        return std::tie(y.time, y.dot) < std::tie(x.time, x.dot);
    });
    return alive;
}

MergedGroup merged_group(const Sight& sight, const std::vector<Write>& alive) {
    MergedGroup merged{alive.front().what->group, alive.front().what->value, {}};
    merged.by.reserve(alive.size());
    for (const Write& write : alive) merged.by.push_back(sight.op(write.place).dot);
    return merged;
}

/// What the home of the entry is: it is merged without the rule that it gives to the other groups.
std::string home_in(const Sight& sight, Writes writes, OpSet& scratch) {
    const auto first = std::lower_bound(writes.begin(), writes.end(), home_group,
                                        [](const Write& write, auto group) { return write.what->group < group; });
    const Writes from_home = writes.subspan(static_cast<std::size_t>(first - writes.begin()));
    if (from_home.empty() || from_home.front().what->group != home_group) return {};
    return sight.op(ranked(sight, first_group(from_home), {}, scratch).front().place).home;
}

}  // namespace

bool saw(const EffectiveOp& x, const EffectiveOp& y) {
    return claims(x, y) && !claims(y, x);
}

bool concurrent(const EffectiveOp& x, const EffectiveOp& y) {
    return &x != &y && !saw(x, y) && !saw(y, x);
}

std::vector<MergedGroup> merge(const Sight& sight, std::optional<Day> as_of) {
    const auto all = writes_by_group(sight, as_of ? sight.count_by(*as_of) : sight.size());
    OpSet scratch(sight.size());
    const std::string home = home_in(sight, all, scratch);
    std::vector<MergedGroup> groups;
    for (Writes left(all); !left.empty();) {
        const Writes writes = first_group(left);
        const bool is_home = writes.front().what->group == home_group;
        groups.push_back(merged_group(sight, ranked(sight, writes, is_home ? std::string() : home, scratch)));
        left = left.subspan(writes.size());
    }
    return groups;
}

std::vector<MergedGroup> merge(std::span<const EffectiveOp> ops, std::optional<Day> as_of) {
    return merge(Sight(ops), as_of);
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
