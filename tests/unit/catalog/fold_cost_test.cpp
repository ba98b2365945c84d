// What the fold costs grows with what is written, not with its square.
#include <doctest/doctest.h>

#include <algorithm>

#include "catalog/entry_views.hpp"
#include "catalog/sight.hpp"
#include "tests/support/least_cost.hpp"

using namespace minglu;
using test::least_cost;

namespace {

const EntryKey key{"gi/AGI01459"};
const LogId author{"cq-0000000000000001"};

EffectiveOp op_with_fields(std::size_t fields) {
    EffectiveOp op;
    op.dot = {author, Seq{1}};
    for (std::size_t i = 0; i < fields; ++i) {
        const std::string name = "field" + std::to_string(1'000'000 + i);
        op.groups.push_back({name, "{\"" + name + "\":\"x\"}"});
    }
    return op;
}

TEST_CASE("an op with sixteen times the fields costs nothing like 256 times as much") {
    const std::vector few{op_with_fields(2'500)};
    const std::vector many{op_with_fields(40'000)};
    EntryViews views;
    const auto cost_of_few = least_cost([&] { views = make_views(key, few); });
    const auto cost_of_many = least_cost([&] { views = make_views(key, many); });
    CHECK(views.periods.size() == 1);
    CHECK(cost_of_many < 80 * cost_of_few);
}

TEST_CASE("fields that everybody writes are merged each by itself") {
    std::vector<EffectiveOp> history;
    for (std::uint64_t seq = 1; seq <= 3; ++seq) {
        history.push_back(op_with_fields(20'000));
        history.back().dot.seq = Seq{seq};
        history.back().time.ms = static_cast<std::int64_t>(seq);
    }
    history[2].seen.set(author, Seq{1});
    for (GroupWrite& write : history[1].groups) write.value = "{}";
    const auto groups = merge(history);
    REQUIRE(groups.size() == 20'000);
    CHECK(std::all_of(groups.begin(), groups.end(), [](const MergedGroup& group) {
        return group.by == std::vector<Dot>{{author, Seq{3}}, {author, Seq{2}}};
    }));
    const auto conflicts = find_conflicts(history);
    REQUIRE(conflicts.size() == 1);  // the third has overwritten the first, and did not see the second
    CHECK(conflicts[0].a.seq == Seq{2});
    CHECK(conflicts[0].groups.size() == 20'000);
}

TEST_CASE("who saw whom is what each pair says of itself") {
    std::vector<EffectiveOp> history;
    for (std::uint64_t seq = 1; seq <= 70; ++seq) {
        EffectiveOp op;
        op.dot = {LogId{std::string(seq % 3 == 0 ? "a" : "b") + "a-0000000000000001"}, Seq{seq}};
        op.effective_on = Day{static_cast<std::int32_t>(seq * 37 % 5)};
        op.seen.set(LogId{"aa-0000000000000001"}, Seq{seq * 53 % 71});  // some lie
        if (seq % 2 == 0) op.seen.set(LogId{"ba-0000000000000001"}, Seq{seq - 1});
        if (seq % 7 == 0) op.approvals = {{{LogId{"aa-0000000000000001"}, Seq{seq * 11 % 71}}}};
        history.push_back(std::move(op));
    }
    const Sight sight(history);
    for (std::size_t x = 0; x < sight.size(); ++x)
        for (std::size_t y = 0; y < sight.size(); ++y) {
            CHECK(sight.seen_by(x).contains(y) == saw(sight.op(x), sight.op(y)));
            CHECK(sight.viewers_of(y).contains(x) == saw(sight.op(x), sight.op(y)));
            CHECK(sight.are_concurrent(x, y) == concurrent(sight.op(x), sight.op(y)));
        }
}

}  // namespace
