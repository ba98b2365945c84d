#include "catalog/resolution.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "catalog/effective.hpp"
#include "minglu/json_text.hpp"

using namespace minglu;

namespace {

const EntryKey key{"trademark/10325554/33"};
const LogId log_a{"cq-0000000000000001"};
const LogId log_b{"sc-0000000000000002"};
const LogId log_c{"gz-0000000000000003"};

using Values = std::map<std::string, std::string>;

/// A history of one key.
class History {
public:
    Dot write(const LogId& log, const Vector& seen, const Values& values, const char* on = "2020-01-01") {
        Op op{key, seen, parse_day(on).value(), {}};
        for (const auto& value : values) op.set.push_back({value.first, json_string(value.second)});
        return write(log, op, false);
    }
    Dot write(const LogId& log, const Op& op, bool resolves) {
        const Dot dot{log, Seq{++sizes_[log]}};
        ops.push_back(make_effective(dot, {++time_, 0}, resolves, op, {}, {}).value());
        return dot;
    }
    [[nodiscard]] ConflictState state(const Dot& a, const Dot& b) const {
        for (const FoldedConflict& conflict : find_conflicts(ops))
            if ((conflict.a == a && conflict.b == b) || (conflict.a == b && conflict.b == a)) return conflict.state;
        FAIL("no such conflict");
        return ConflictState::open;
    }
    [[nodiscard]] std::string value(const std::string& group) const {
        for (const MergedGroup& merged : merge(ops))
            if (merged.group == group) return merged.value;
        return "{}";
    }
    std::vector<EffectiveOp> ops;

private:
    std::map<LogId, std::uint64_t> sizes_;
    std::int64_t time_ = 0;
};

struct Fork {
    History history;
    Dot a;
    Dot b;
};

Vector seen_of(const Dot& dot) {
    Vector seen;
    seen.raise(dot);
    return seen;
}

Fork fork(const Values& of_a, const Values& of_b, const char* on_a = "2021-01-01", const char* on_b = "2022-01-01") {
    Fork made;
    const Dot base = made.history.write(
        log_a, {}, {{"name", "甲"}, {"goods", "酒"}, {"listing", "listed"}, {"listed_on", "2020-01-01"}});
    made.a = made.history.write(log_a, seen_of(base), of_a, on_a);
    made.b = made.history.write(log_b, seen_of(base), of_b, on_b);
    return made;
}

const Values update{{"name", "乙"}, {"goods", "茶"}};
const Values other_update{{"name", "丙"}, {"name_en", "C"}};
const Values removal{{"listing", "removed"}, {"ground", "expired"}, {"removed_on", "2021-06-01"}};

}  // namespace

TEST_CASE("whichever side is taken, the conflict is resolved and says what that side said") {
    for (const auto& [of_a, of_b] : {std::pair{update, other_update}, std::pair{other_update, update},
                                     std::pair{update, removal}, std::pair{removal, update}}) {
        for (const bool take_a : {true, false}) {
            Fork forked = fork(of_a, of_b);
            const Dot side = take_a ? forked.a : forked.b;
            const auto expected = group_of_side(forked.history.ops, side, "name");
            const auto listing = group_of_side(forked.history.ops, side, "listing");
            const auto op = resolve_conflict(key, forked.history.ops, forked.a, forked.b, {side, {}});
            REQUIRE(op);
            CHECK(op->effective_on == parse_day("2022-01-01").value());
            CHECK(op->seen == etag_of(forked.history.ops));
            CHECK(forked.history.state(forked.a, forked.b) == ConflictState::open);
            forked.history.write(log_b, *op, true);
            CHECK(forked.history.state(forked.a, forked.b) == ConflictState::resolved);
            CHECK(forked.history.value("name") == expected);
            CHECK(forked.history.value("listing") == listing);
        }
    }
}

TEST_CASE("a removal that is taken takes back what the other side wrote; one that is not leaves the entry listed") {
    const Fork forked = fork(removal, update);
    const auto& ops = forked.history.ops;
    CHECK(group_of_side(ops, forked.a, "goods") == R"({"goods":"酒"})");
    CHECK(group_of_side(ops, forked.b, "goods") == R"({"goods":"茶"})");
    CHECK(group_of_side(ops, forked.b, "listing") == R"({"listed_on":"2020-01-01","listing":"listed"})");
    CHECK(group_of_side(ops, forked.b, "notes") == "{}");
}

TEST_CASE("groups are decided one by one, by a side or a value given anew") {
    Fork forked = fork(update, {{"name", "丙"}, {"goods", "醋"}});
    const Choice choice{std::nullopt,
                        {{"name", forked.a}, {"goods", std::vector<FieldValue>{{"goods", json_string("水")}}}}};
    const auto op = resolve_conflict(key, forked.history.ops, forked.b, forked.a, choice);
    REQUIRE(op);
    forked.history.write(log_a, *op, true);
    CHECK(forked.history.state(forked.a, forked.b) == ConflictState::resolved);
    CHECK(forked.history.value("name") == R"({"name":"乙"})");
    CHECK(forked.history.value("goods") == R"({"goods":"水"})");
}

TEST_CASE("what cannot settle the conflict is refused with the groups it is about") {
    const Fork forked = fork(update, {{"name", "丙"}, {"goods", "醋"}});
    const auto& ops = forked.history.ops;
    const Dot stranger{log_c, Seq{1}};
    struct Case {
        Choice choice;
        ErrorCode code;
        const char* mentions;
    };
    const std::vector<Case> cases{
        {{std::nullopt, {}}, ErrorCode::missing_value, "goods, name"},
        {{std::nullopt, {{"name", forked.a}}}, ErrorCode::missing_value, "goods"},
        {{forked.a, {{"notes", forked.a}}}, ErrorCode::bad_request, "notes"},
        {{stranger, {}}, ErrorCode::bad_request, "no side"},
        {{forked.a, {{"name", std::vector<FieldValue>{{"goods", "\"x\""}}}}}, ErrorCode::bad_request, "goods"},
        {{forked.a, {{"name", std::vector<FieldValue>{{"name_en", "\"x\""}}}}}, ErrorCode::missing_value, "name"},
    };
    for (const auto& c : cases) {
        const auto op = resolve_conflict(key, ops, forked.a, forked.b, c.choice);
        REQUIRE_FALSE(op);
        CHECK(op.error().code == c.code);
        CHECK(op.error().what.find(c.mentions) != std::string::npos);
    }
    const auto no_pair = resolve_conflict(key, ops, forked.a, stranger, {forked.a, {}});
    REQUIRE_FALSE(no_pair);
    CHECK(no_pair.error().code == ErrorCode::not_found);
}

TEST_CASE("any pair of concurrent writes, taken either way, on any day, ends resolved") {
    const bool holds = rc::check("resolved", [] {
        const auto pick = [](const char* who) {
            Values values;
            for (const char* field : {"name", "goods", "notes", "category"})
                if (*rc::gen::arbitrary<bool>()) values[field] = who + std::to_string(*rc::gen::inRange(0, 3));
            if (*rc::gen::inRange(0, 4) == 0) values = removal;
            values.try_emplace("alt_text", who);  // so that there is always something to contest
            return values;
        };
        static const char* const days[] = {"2019-01-01", "2021-01-01", "2030-01-01"};
        const auto any_day = [] { return days[*rc::gen::inRange(0, 3)]; };
        Fork forked = fork(pick("a"), pick("b"), any_day(), any_day());
        if (*rc::gen::arbitrary<bool>()) forked.history.write(log_c, seen_of(forked.a), pick("c"), any_day());
        History& history = forked.history;
        std::vector<FoldedConflict> open;  // a third write may have taken the place of a side
        for (const FoldedConflict& conflict : find_conflicts(history.ops))
            if (conflict.state == ConflictState::open) open.push_back(conflict);
        RC_PRE(!open.empty());
        const auto pair = open[*rc::gen::inRange<std::size_t>(0, open.size())];
        const Dot side = *rc::gen::arbitrary<bool>() ? pair.a : pair.b;
        const auto op = resolve_conflict(key, history.ops, pair.a, pair.b, {side, {}}, parse_day(any_day()).value());
        RC_ASSERT(op.has_value());
        history.write(log_c, *op, true);
        RC_ASSERT(history.state(pair.a, pair.b) == ConflictState::resolved);
    });
    CHECK(holds);
}
