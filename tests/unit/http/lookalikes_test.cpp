// Look-alikes: what is found, why, and that it follows what is written.
#include <doctest/doctest.h>

#include "minglu/moment.hpp"
#include "tests/unit/http/api_fixture.hpp"

namespace minglu {
namespace {

using test::ask;
using test::get;
using test::HandClock;
using test::Json;
using test::TestNode;
using Parameters = std::multimap<std::string, std::string>;

void fill(TestNode& node) {
    node.write({{"trademark/1001/30", {{"listing", "listed"}, {"home", "cq"}, {"name", "康师傅"}}},
                {"trademark/1002/33", {{"listing", "listed"}, {"home", "cq"}, {"name", "老干妈"}}},
                {"gi/涪陵榨菜", {{"listing", "listed"}, {"home", "cq"}, {"name", "涪陵榨菜"}}},
                {"patent/201710601862.3", {{"listing", "listed"}, {"home", "cq"}, {"name", "康师傅"}}}});
}

/// "key score" of each hit.
std::vector<std::string> found(TestNode& node, Parameters query) {
    std::vector<std::string> lines;
    const Json answer = ask(node, get("/v1/lookalikes", std::move(query)));
    for (const Json& item : answer.at("items"))
        lines.push_back(item.at("entry").at("key").get<std::string>() + " " +
                        std::to_string(item.at("score").get<int>()));
    return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("A sign finds the marks that it could imitate, with the reasons") {
    HandClock clock;
    TestNode node("cq", clock);
    fill(node);
    CHECK(found(node, {{"sign", "康帅傅"}}) == Lines{"trademark/1001/30 94"});
    CHECK(found(node, {{"sign", "康帅傅"}, {"kind", "gi"}}).empty());
    CHECK(found(node, {{"sign", "康帅傅"}, {"class", "30"}}) == Lines{"trademark/1001/30 94"});
    CHECK(found(node, {{"sign", "康帅傅"}, {"class", "33"}}).empty());
    CHECK(found(node, {{"sign", "康帅傅"}, {"min_score", "95"}}).empty());
    CHECK(found(node, {{"sign", "康帅傅"}, {"as_of", "2019-12-31"}}).empty());
    CHECK(found(node, {{"sign", "涪凌榨菜"}}) == Lines{"gi/涪陵榨菜 98"});
    CHECK(found(node, {{"sign", "海底捞"}}).empty());

    const Json answer = ask(node, get("/v1/lookalikes", {{"sign", "干老妈"}}));
    CHECK(answer.at("sign") == "干老妈");
    CHECK(answer.at("complete") == true);
    CHECK(answer.at("freshness").contains("vector"));
    const Json& hit = answer.at("items").at(0);
    CHECK(hit.at("units").at(0) ==
          Json{{"sign", "干"}, {"mark", "干"}, {"reasons", {"same", "moved"}}, {"likeness", 95}});
    CHECK(hit.at("rules").at(0).at("rule") == "reordered");
}

TEST_CASE("A sign with the name of the goods behind it finds what it begins with, where the whole is like none") {
    HandClock clock;
    TestNode node("cq", clock);
    fill(node);
    node.write({{"trademark/1003/33", {{"listing", "listed"}, {"home", "cq"}, {"name", "江小白"}}},
                {"trademark/1004/32", {{"listing", "listed"}, {"home", "cq"}, {"name", "雪碧"}}},
                {"trademark/1005/25", {{"listing", "listed"}, {"home", "cq"}, {"name", "adidas"}}}});
    CHECK(found(node, {{"sign", "康帅傅方便面"}}) == Lines{"trademark/1001/30 89"});
    CHECK(found(node, {{"sign", "康帅傅红烧牛肉面"}}) == Lines{"trademark/1001/30 89"});
    CHECK(found(node, {{"sign", "康师傅方便面"}}) == Lines{"trademark/1001/30 95"});
    CHECK(found(node, {{"sign", "干老妈辣椒酱"}}) == Lines{"trademark/1002/33 91"});
    CHECK(found(node, {{"sign", "江小曰高粱酒"}}) == Lines{"trademark/1003/33 88"});
    CHECK(found(node, {{"sign", "雷碧 汽水"}}) == Lines{"trademark/1004/32 85"});
    CHECK(found(node, {{"sign", "雷碧500ml"}}) == Lines{"trademark/1004/32 85"});
    CHECK(found(node, {{"sign", "adidos运动鞋"}}).size() == 1);
    CHECK(found(node, {{"sign", "康帅傅方便面"}, {"min_score", "90"}}).empty());
    CHECK(found(node, {{"sign", "康帅傅方便面"}, {"class", "33"}}).empty());
    CHECK(found(node, {{"sign", "什么也不是方便面"}}).empty());

    const Json hit = ask(node, get("/v1/lookalikes", {{"sign", "康帅傅方便面"}})).at("items").at(0);
    CHECK(hit.at("text") == "康 帅≈师(形近) 傅 +方便面");
    CHECK(hit.at("rules").back().at("rule") == "goods_addition");
}

TEST_CASE("What is written is compared from the next question on") {
    HandClock clock;
    TestNode node("cq", clock);
    fill(node);
    CHECK(found(node, {{"sign", "雷碧"}}).empty());
    node.write({{"trademark/1003/32", {{"listing", "listed"}, {"home", "cq"}, {"name", "雪碧"}}}});
    CHECK(found(node, {{"sign", "雷碧"}}) == Lines{"trademark/1003/32 90"});
    node.write({{"trademark/1003/32", {{"name", "七喜"}}, "2020-06-01"}});
    CHECK(found(node, {{"sign", "雷碧"}}).empty());
    CHECK(found(node, {{"sign", "雷碧"}, {"as_of", "2020-05-31"}}) == Lines{"trademark/1003/32 90"});
    CHECK(found(node, {{"sign", "7喜"}}) == Lines{"trademark/1003/32 98"});
    CHECK(found(node, {{"sign", "七喜"}}) == Lines{"trademark/1003/32 100"});
    node.write({{"trademark/1003/32", {{"listing", "removed"}}}});
    CHECK(found(node, {{"sign", "七喜"}}).empty());
    node.write({{"trademark/1003/32", {{"listing", "listed"}}}});
    node.replica.rebuild({});
    CHECK(found(node, {{"sign", "七喜"}}) == Lines{"trademark/1003/32 100"});

    TestNode partner("sc", clock);
    partner.know(node);
    CHECK(found(partner, {{"sign", "七喜"}}).empty());
    partner.pull(node);
    CHECK(found(partner, {{"sign", "七喜"}}) == Lines{"trademark/1003/32 100"});
    Lookalikes restarted(*partner.store, partner.replica);
    restarted.follow();
    CHECK(restarted.size().signs == partner.lookalikes.size().signs);
}

TEST_CASE("An entry that has changed is answered once, as of the day") {
    HandClock clock;
    TestNode node("cq", clock);
    node.write({{"gi/郫县豆瓣", {{"listing", "listed"}, {"home", "cq"}, {"name", "郫县豆瓣"}}}});
    node.write({{"gi/郫县豆瓣", {{"category", "酱"}}, "2020-06-01"}});
    node.write({{"gi/郫县豆瓣", {{"name", "郫縣 豆瓣"}}, "2020-08-01"}});
    node.write({{"gi/郫县豆瓣", {{"name", "郫县豆瓣酱"}}, "2020-10-01"}});
    const auto check = [&] {
        CHECK(found(node, {{"sign", "郫县豆办"}, {"as_of", "2020-05-31"}}) == Lines{"gi/郫县豆瓣 95"});
        CHECK(found(node, {{"sign", "郫县豆办"}, {"as_of", "2020-09-01"}, {"limit", "1"}}) == Lines{"gi/郫县豆瓣 95"});
        CHECK(found(node, {{"sign", "郫县豆办"}}) == Lines{"gi/郫县豆瓣 84"});
        CHECK(node.lookalikes.size().signs == 2);
    };
    check();  // names brought up to date, or read anew
    node.replica.rebuild({});
    check();
}

TEST_CASE("What a sign could imitate as known at a moment") {
    HandClock clock;
    clock.now_ms = end_of(*parse_day("2025-03-01")).value() - 1'000'000;
    TestNode node("cq", clock);
    fill(node);
    node.write({{"trademark/1003/32", {{"listing", "listed"}, {"home", "cq"}, {"name", "雪碧"}}}});
    clock.now_ms += 86'400'000;
    // Written over from the first day on: no period says any more that it was called so, or that it was listed.
    node.write({{"trademark/1003/32", {{"name", "七喜"}}},
                {"trademark/1001/30", {{"listing", "removed"}}},
                {"trademark/1004/32", {{"listing", "listed"}, {"home", "cq"}, {"name", "康帅博"}}}});
    const std::string then = "2025-03-01";
    CHECK(found(node, {{"sign", "雷碧"}}).empty());
    CHECK(found(node, {{"sign", "雷碧"}, {"known_at", then}}) == Lines{"trademark/1003/32 90"});
    CHECK(found(node, {{"sign", "七禧"}, {"known_at", then}}).empty());
    CHECK(found(node, {{"sign", "康帅傅"}}) == Lines{"trademark/1004/32 99"});
    CHECK(found(node, {{"sign", "康帅傅"}, {"known_at", then}}) == Lines{"trademark/1001/30 94"});
    CHECK(found(node, {{"sign", "康帅傅"}, {"known_at", then}, {"as_of", "2019-12-31"}}).empty());
    CHECK(found(node, {{"sign", "康帅傅"}, {"known_at", "2025-02-28"}}).empty());
    const Json answer = ask(node, get("/v1/lookalikes", {{"sign", "干老妈"}, {"known_at", then}}));
    CHECK(answer.at("items").at(0).at("text") == "干(换位) 老(换位) 妈");
    CHECK(answer.at("freshness").contains("known_at"));
    ask(node, get("/v1/lookalikes", {{"sign", "干老妈"}, {"known_at", "then"}}), 400);
}

TEST_CASE("Questions that cannot be answered name the parameter") {
    HandClock clock;
    TestNode node("cq", clock);
    const Parameters cases[] = {{},
                                {{"sign", ""}},
                                {{"sign", "·—"}},
                                {{"sign", std::string(500, 'a')}},
                                {{"sign", "康师傅"}, {"kind", "patent"}},
                                {{"sign", "康师傅"}, {"min_score", "10"}},
                                {{"sign", "康师傅"}, {"limit", "101"}},
                                {{"sign", "康师傅"}, {"as_of", "today"}}};
    for (const Parameters& query : cases) {
        const Json problem = ask(node, get("/v1/lookalikes", query), 400);
        CHECK(problem.at("code") == "bad_request");
    }
}

}  // namespace
}  // namespace minglu
