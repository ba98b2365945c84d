// Conflicts of long histories, against the rule of docs/PROTOCOL.md §5 written out word by word. The independent model
// (fold_reference_test) has short ones.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "catalog/fold.hpp"

using namespace minglu;

namespace {

using Ops = std::vector<const EffectiveOp*>;
using Contests = std::set<std::pair<std::string, std::string>>;

const std::string* written(const EffectiveOp& op, std::string_view group) {
    for (const GroupWrite& write : op.groups)
        if (write.group == group) return &write.value;
    return nullptr;
}

Contests contested(const EffectiveOp& x, const EffectiveOp& y) {
    Contests contests;
    for (const GroupWrite& write : x.groups)
        if (const std::string* other = written(y, write.group); other != nullptr && *other != write.value)
            contests.insert({write.group, write.group});
    if (x.removes && !y.removes)
        for (const GroupWrite& write : y.groups) contests.insert({"listing", write.group});
    if (y.removes && !x.removes)
        for (const GroupWrite& write : x.groups) contests.insert({write.group, "listing"});
    return contests;
}

bool is_overwritten(const Ops& ops, const EffectiveOp& x, const std::string& group, const EffectiveOp& y, bool beside) {
    return std::any_of(ops.begin(), ops.end(), [&](const EffectiveOp* z) {
        const bool in_time = z->effective_on <= std::max(x.effective_on, y.effective_on);
        return written(*z, group) != nullptr && saw(*z, x) && (in_time || (z->resolves && saw(*z, y))) &&
               (!beside || concurrent(*z, y));
    });
}

bool is_undecided(const Ops& ops, const EffectiveOp& x, const EffectiveOp& y, bool beside) {
    const Contests contests = contested(x, y);
    return std::any_of(contests.begin(), contests.end(), [&](const auto& groups) {
        return !is_overwritten(ops, x, groups.first, y, beside) && !is_overwritten(ops, y, groups.second, x, beside);
    });
}

std::vector<FoldedConflict> by_the_rule(const std::vector<EffectiveOp>& history) {
    Ops all;
    for (const EffectiveOp& op : history) all.push_back(&op);
    std::map<std::pair<Dot, Dot>, FoldedConflict> found;
    for (const EffectiveOp* x : all)
        for (const EffectiveOp* y : all) {
            if (!(x->dot < y->dot) || !concurrent(*x, *y)) continue;
            bool listed = is_undecided(all, *x, *y, true);
            bool resolved = false;
            for (const EffectiveOp* decider : all) {
                if (!decider->resolves || !saw(*decider, *x) || !saw(*decider, *y)) continue;
                resolved = true;
                Ops before;
                for (const EffectiveOp* op : all)
                    if (saw(*decider, *op)) before.push_back(op);
                listed = listed || is_undecided(before, *x, *y, true);
            }
            if (!listed) continue;
            std::set<std::string> groups;
            for (const auto& [of_x, of_y] : contested(*x, *y)) groups.insert({of_x, of_y});
            const ConflictState state = is_undecided(all, *x, *y, false) ? ConflictState::open
                                        : resolved                       ? ConflictState::resolved
                                                                         : ConflictState::superseded;
            found[{x->dot, y->dot}] = {x->dot, y->dot, state, {groups.begin(), groups.end()}};
        }
    std::vector<FoldedConflict> conflicts;
    for (const auto& [dots, conflict] : found) conflicts.push_back(conflict);
    return conflicts;
}

/// Three nodes write one key, each having seen some prefix of the others; some decide, remove, schedule, and lie.
std::vector<EffectiveOp> random_history(std::size_t ops, std::mt19937_64& random) {
    const auto below = [&](std::uint64_t bound) { return random() % bound; };
    std::map<std::string, std::uint64_t> written_by;
    std::map<std::string, Vector> seen_by;
    std::vector<EffectiveOp> history;
    while (history.size() < ops) {
        const std::string node{"abc"[below(3)]};
        const LogId log{node + "a-0000000000000001"};
        Vector& seen = seen_by[node];
        EffectiveOp op;
        op.dot = {log, Seq{++written_by[node]}};
        op.node = NodeId{node + "a"};
        op.time.ms = static_cast<std::int64_t>(history.size());
        op.effective_on = Day{static_cast<std::int32_t>(below(4))};
        op.resolves = below(6) == 0;
        if (below(3) == 0)
            for (const auto& [other, count] : written_by)
                if (other != node && count > 0)
                    seen.raise({LogId{other + "a-0000000000000001"}, Seq{count - below(2)}});
        op.seen = seen;
        if (below(4) != 0) op.seen.raise({log, Seq{op.dot.seq.value() - 1}});   // else an editor who was shown less
        if (below(40) == 0) op.seen.raise({log, Seq{op.dot.seq.value() + 2}});  // a lie
        op.removes = below(8) == 0;
        if (op.removes) op.groups.push_back({"listing", "removed"});
        for (const char* group : {"goods", "name"})
            if (below(3) != 0) op.groups.push_back({group, std::to_string(below(3))});
        std::sort(op.groups.begin(), op.groups.end(),
                  [](const GroupWrite& a, const GroupWrite& b) { return a.group < b.group; });
        history.push_back(std::move(op));
    }
    return history;
}

TEST_CASE("conflicts are those of the rule, in short histories and in those of several words of bits") {
    std::mt19937_64 random(7);
    std::map<ConflictState, int> met;
    for (int round = 0; round < 60; ++round) {
        const std::size_t ops = round < 40 ? 2 + random() % 20 : 60 + random() % 80;
        auto history = random_history(ops, random);
        const auto expected = by_the_rule(history);
        CHECK(find_conflicts(history) == expected);
        std::shuffle(history.begin(), history.end(), random);
        CHECK(find_conflicts(history) == expected);
        for (const FoldedConflict& conflict : expected) ++met[conflict.state];
    }
    CHECK(met[ConflictState::open] > 0);
    CHECK(met[ConflictState::resolved] > 0);
    CHECK(met[ConflictState::superseded] > 0);
}

TEST_CASE("as many writes as there are bits, that nobody has seen, are all in conflict") {
    for (const std::size_t count : {std::size_t{63}, std::size_t{64}, std::size_t{65}, std::size_t{128}}) {
        std::vector<EffectiveOp> history;
        for (std::size_t i = 0; i < count; ++i) {
            EffectiveOp op;
            op.dot = {LogId{"cq-0000000000000001"}, Seq{i + 1}};
            op.groups = {{"name", std::to_string(i)}};
            history.push_back(std::move(op));
        }
        CHECK(find_conflicts(history).size() == count * (count - 1) / 2);
        // One that saw them all decides them all.
        EffectiveOp last;
        last.dot = {LogId{"cq-0000000000000001"}, Seq{count + 1}};
        last.seen.set(last.dot.log, Seq{count});
        last.resolves = true;
        last.groups = {{"name", "x"}};
        history.push_back(last);
        const auto decided = find_conflicts(history);
        CHECK(decided.size() == count * (count - 1) / 2);
        CHECK(std::all_of(decided.begin(), decided.end(),
                          [](const FoldedConflict& conflict) { return conflict.state == ConflictState::resolved; }));
    }
}

}  // namespace
