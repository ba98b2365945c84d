// Two clocks: what held in law on a day, as this node knew it at a moment.
#include <doctest/doctest.h>

#include <map>
#include <random>

#include "minglu/moment.hpp"
#include "tests/unit/http/api_fixture.hpp"

namespace minglu {
namespace {

using test::all_items;
using test::ask;
using test::get;
using test::HandClock;
using test::Json;
using test::TestNode;

const std::string patent = "patent/201710601862.3";

TEST_CASE("An invalidation after the fact shows as such") {
    HandClock clock;
    clock.now_ms = end_of(*parse_day("2024-03-01")).value() - 1'000'000;
    TestNode node("cq", clock);
    node.write({{patent, {{"listing", "listed"}, {"status", "granted"}, {"granted_on", "2019-05-07"}}, "2024-03-01"}});
    clock.now_ms = end_of(*parse_day("2025-11-25")).value() - 1'000'000;
    node.write({{patent,
                 {{"status", "invalidated"}, {"status_on", "2025-11-20"}, {"granted_on", "2019-05-07"}},
                 "2025-11-20"}});

    const Json now = ask(node, get("/v1/entries/" + patent, {{"as_of", "2024-06-01"}}));
    CHECK(now.at("listed") == true);
    CHECK(now.at("verdict") == "listed_not_in_force");
    CHECK(now.at("right").at("state") == "never_existed");
    CHECK(now.at("right").at("basis") == "invalidated");
    CHECK(now.at("right").at("since") == "2025-11-20");
    CHECK(now.at("as_known_then").at("verdict") == "protected");
    CHECK(now.at("as_known_then").at("right").at("state") == "in_force");

    // The same in a list.
    const Json hit = ask(node, get("/v1/entries", {{"as_of", "2024-06-01"}})).at("items").at(0);
    CHECK(hit.at("verdict") == "listed_not_in_force");
    CHECK(hit.at("right").at("state") == "never_existed");
    CHECK(hit.at("as_known_then").at("verdict") == "protected");
    CHECK_FALSE(ask(node, get("/v1/entries")).at("items").at(0).contains("as_known_then"));
    // Also of the days between the invalidation and its record.
    CHECK(
        ask(node, get("/v1/entries", {{"as_of", "2025-11-22"}})).at("items").at(0).at("as_known_then").at("verdict") ==
        "protected");

    const Json then = ask(node, get("/v1/entries/" + patent, {{"as_of", "2024-06-01"}, {"known_at", "2025-11-24"}}));
    CHECK(then.at("verdict") == "protected");
    CHECK(then.at("freshness").at("known_at") == "2025-11-24T23:59:59.999+08:00");
    // Known to the second: the record that brought it arrived within that day.
    CHECK(
        ask(node, get("/v1/entries/" + patent, {{"as_of", "2024-06-01"}, {"known_at", "2025-11-25"}})).at("verdict") ==
        "listed_not_in_force");
    CHECK(ask(node, get("/v1/entries/" + patent, {{"known_at", "2024-02-28"}}), 404).at("verdict") == "never_listed");
    CHECK(ask(node, get("/v1/entries/gi/AGI01459"), 404).at("verdict") == "never_listed");
    CHECK_FALSE(ask(node, get("/v1/entries/plant/1"), 400).contains("verdict"));
    // What is still to come is not known yet; today's date stands for now.
    CHECK(ask(node, get("/v1/entries/" + patent, {{"known_at", "2025-11-25T23:59:59+08:00"}}), 400).at("where") ==
          "query parameter known_at");
    CHECK_FALSE(
        ask(node, get("/v1/entries/" + patent, {{"known_at", "2025-11-25"}})).at("freshness").contains("known_at"));
    CHECK(ask(node, get("/v1/entries/" + patent, {{"known_at", "2025-11-26"}}), 400).at("where") ==
          "query parameter known_at");
    const Json before = ask(node, get("/v1/entries/" + patent, {{"as_of", "2024-02-29"}}));
    CHECK(before.at("verdict") == "never_listed");
    CHECK(before.at("listing").at("coming") == "2024-03-01");
    CHECK(ask(node, get("/v1/entries/" + patent, {{"known_at", "yesterday"}}), 400).at("where") ==
          "query parameter known_at");
}

TEST_CASE("A name that stands in a text is found as it was known then") {
    HandClock clock;
    clock.now_ms = end_of(*parse_day("2024-03-01")).value() - 1'000'000;
    TestNode node("cq", clock);
    node.write({{"trademark/10325554/33", {{"listing", "listed"}, {"name", "江小白"}}, "2024-03-01"},
                {"gi/涪陵榨菜", {{"listing", "listed"}, {"name", "涪陵榨菜"}}, "2024-03-01"}});
    clock.now_ms = end_of(*parse_day("2024-05-01")).value() - 1'000'000;
    node.write({{"trademark/10325554/33", {{"name", "江大白"}}, "2024-05-01"}});
    const auto found = [&](const char* typed, const char* known_at) {
        return test::keys_of(ask(node, get("/v1/entries", {{"q", typed}, {"known_at", known_at}})));
    };
    const std::vector<std::string> renamed{"trademark/10325554/33"};
    CHECK(found("原装江小白高粱酒", "2024-04-01") == renamed);
    CHECK(found("原装江大白高粱酒", "2024-04-01").empty());
    CHECK(found("原装江大白高粱酒", "2024-05-01") == renamed);
    CHECK(found("涪陵榨菜独立包装", "2024-04-01") == std::vector<std::string>{"gi/涪陵榨菜"});
}

TEST_CASE("A change that lies ahead takes effect on its day without a restart") {
    HandClock clock;
    TestNode node("cq", clock);
    node.write({{patent, {{"listing", "listed"}, {"status", "granted"}}}});
    node.write({{patent, {{"listing", "removed"}, {"ground", "surrendered"}}, "2026-01-10"}});
    clock.now_ms = end_of(*parse_day("2026-01-09")).value();
    CHECK(ask(node, get("/v1/entries/" + patent)).at("verdict") == "protected");
    CHECK(ask(node, get("/v1/entries")).at("items").at(0).at("verdict") == "protected");
    clock.now_ms += 1;
    CHECK(ask(node, get("/v1/entries/" + patent)).at("verdict") == "was_protected");
    CHECK(ask(node, get("/v1/entries")).at("items").at(0).at("verdict") == "was_protected");
    CHECK(ask(node, get("/v1/entries", {{"listing", "listed"}})).at("items").empty());
}

/// What a node answers about everything on some days, in every way in which it can be asked.
struct Answers {
    std::map<std::string, std::vector<Json>> searches;
    std::map<std::string, Json> entries;
};

Json without_known_then(Json entry) {
    entry.erase("freshness");
    entry.erase("as_known_then");
    return entry;
}

Answers answers_of(TestNode& node, const std::string& batch, const std::string& known_at) {
    Answers answers;
    for (const std::string as_of : {"2019-06-01", "2021-06-01", "2023-06-01", "2031-01-01"}) {
        std::multimap<std::string, std::string> when{{"as_of", as_of}};
        if (!known_at.empty()) when.emplace("known_at", known_at);
        const auto ask_all = [&](std::multimap<std::string, std::string> query) {
            query.insert(when.begin(), when.end());
            std::string name;
            for (const auto& [key, value] : query)
                if (key != "known_at") name += key + "=" + value + "&";
            answers.searches[name] = all_items(node, get("/v1/entries", query), 3);
        };
        for (const std::string q : {"", "榨菜", "酱菜", "1032555"}) ask_all({{"q", q}});
        ask_all({{"listing", "removed"}});
        ask_all({{"q", "榨菜"}, {"region", "5001"}});
        ask_all({{"conflict", "open"}});
        ask_all({{"batch", batch}});
        for (int i = 0; i < 12; ++i) {
            const std::string key = "trademark/" + std::to_string(10'325'550 + i) + "/33";
            const HttpResponse response = node.router.handle(get("/v1/entries/" + key, when));
            answers.entries[as_of + key] =
                response.status == 200 ? without_known_then(test::json_of(response)) : Json();
        }
    }
    return answers;
}

std::vector<test::Write> some_writes(std::mt19937& random) {
    const auto one_of = [&](const std::vector<std::string>& from) { return from[random() % from.size()]; };
    std::map<std::string, test::Write> writes;
    for (std::uint32_t count = 1 + random() % 4; count > 0; --count) {
        const std::string key = "trademark/" + std::to_string(10'325'550 + random() % 12) + "/33";
        writes[key] = {key,
                       {{"listing", one_of({"listed", "listed", "removed"})},
                        {"name", one_of({"涪陵榨菜", "酱菜", "涪陵酱菜"})},
                        {"status", one_of({"registered", "invalidated", "revoked"})},
                        {"region", one_of({"500102", "510100"})}},
                       one_of({"2019-01-01", "2021-01-01", "2023-01-01", "2030-01-01"})};
    }
    std::vector<test::Write> list;
    for (auto& [key, write] : writes) list.push_back(std::move(write));
    return list;
}

TEST_CASE("What a node knew at any moment is what it answered then") {
    for (std::uint32_t seed = 1; seed <= 3; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        HandClock clock;
        TestNode cq("cq", clock);
        TestNode sc("sc", clock);
        cq.know(sc);
        const std::string batch = to_string(cq.write(some_writes(random)).dot);
        sc.write(some_writes(random));
        bool has_news = true;
        std::vector<std::pair<std::string, Answers>> past;
        for (int step = 0; step < 12; ++step) {
            const bool by_sc = random() % 3 == 0;
            (by_sc ? sc : cq).write(some_writes(random));  // not seen by the other one: conflicts
            has_news = has_news || by_sc;
            if (has_news && random() % 2 == 0) {
                cq.pull(sc);
                has_news = false;
            }
            past.emplace_back(to_string(clock.now()), answers_of(cq, batch, ""));
            clock.now_ms += 1;
        }
        for (const auto& answered : past) {
            const std::string& moment = answered.first;
            CAPTURE(moment);
            const Answers again = answers_of(cq, batch, moment);
            CHECK(again.entries == answered.second.entries);
            for (const auto& search : answered.second.searches) {
                const std::string& name = search.first;
                CAPTURE(name);
                CHECK(again.searches.at(name) == search.second);
            }
        }
    }
}

}  // namespace
}  // namespace minglu
