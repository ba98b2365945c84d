// One entry, its history, batches, changes.
#include <doctest/doctest.h>

#include "tests/unit/http/api_fixture.hpp"

namespace minglu {
namespace {

using test::all_items;
using test::ask;
using test::get;
using test::HandClock;
using test::in_capitals;
using test::Json;
using test::keys_of;
using test::mark;
using test::pickle;
using test::TestNode;
using test::write_three;

TEST_CASE("One entry: the view of a day, what is scheduled, its ETag") {
    HandClock clock;
    TestNode node("cq", clock);
    node.write({{mark, {{"listing", "listed"}, {"name", "旧名"}}, "2020-01-01"}});
    node.write({{mark, {{"name", "新名"}}, "2030-06-01"}});
    const HttpResponse response = node.router.handle(get("/v1/entries/" + mark));
    REQUIRE(response.status == 200);
    const Json now = test::json_of(response);
    CHECK(now.at("kind") == "trademark");
    CHECK(now.at("number") == "10325554");
    CHECK(now.at("class") == "33");
    CHECK(now.at("listed") == true);
    CHECK(now.at("fields").at("name") == "旧名");
    CHECK(now.at("from") == "2020-01-01");
    CHECK(now.at("until") == "2030-06-01");
    CHECK(now.at("scheduled").at(0).at("from") == "2030-06-01");
    CHECK(now.at("scheduled").at(0).at("fields").at("name") == "新名");
    CHECK(now.at("open_conflicts") == 0);
    CHECK(response.headers.find("ETag")->second == "\"" + now.at("etag").get<std::string>() + "\"");
    CHECK(now.at("freshness").at("as_of") == "2025-12-19");

    const Json later = ask(node, get("/v1/entries/" + mark, {{"as_of", "2030-06-01"}}));
    CHECK(later.at("fields").at("name") == "新名");
    CHECK_FALSE(later.contains("until"));
    CHECK_FALSE(later.contains("scheduled"));
    CHECK(later.at("etag") == now.at("etag"));
    const Json before = ask(node, get("/v1/entries/" + mark, {{"as_of", "2019-12-31"}}));
    CHECK(before.at("listed") == false);
    CHECK(before.at("fields") == Json::object());
    CHECK(before.at("scheduled").size() == 2);

    for (const std::string key :
         {"trademark/10325554/033", "trademark/10325554/33类", "trademark/ １０３２５５５４/33"})
        CHECK(ask(node, get("/v1/entries/" + key)).at("key") == mark);
    const Json other_class = ask(node, get("/v1/entries/trademark/10325554/34"), 404);
    CHECK(other_class.at("verdict") == "never_listed");
    CHECK(other_class.at("similar") == Json::array({mark}));
    CHECK_FALSE(ask(node, get("/v1/entries/trademark/10325599/34"), 404).contains("similar"));
    CHECK(ask(node, get("/v1/entries/trademark/10325554/34/history"), 404).at("code") == "not_found");
    // No key that anything could stand under: that is no answer about a right.
    for (const std::string key :
         {"trademark/10325554", "patent/1", "patent/201710601862.4", "plant/1", "trademark/a/b/c",
          "trademark/10325554/99", "gi/AGI-0324", "gi/AGI3244", "gi/03244", "patent/CN112734678"}) {
        const Json refused = ask(node, get("/v1/entries/" + key), 400);
        CHECK(refused.at("code") == "bad_request");
        CHECK_FALSE(refused.contains("verdict"));
        CHECK(ask(node, get("/v1/entries/" + key + "/history"), 400).at("code") == "bad_request");
    }
}

TEST_CASE("History tells who wrote what and why, in order of arrival, and what does not count") {
    HandClock clock;
    TestNode node("cq", clock);
    Draft draft;
    draft.actor = "zhang.san";
    draft.reason = "首次列入";
    draft.batch = BatchInfo{"第一批", "渝知发〔2012〕47号", "2012-05-01"};
    node.write({{mark, {{"listing", "listed"}, {"name", "江小白"}}}}, draft);
    Draft proposal;
    proposal.kind = RecordKind::batch_propose;
    proposal.needs = {NodeId("sc")};
    node.write({{mark, {{"name", "江小黑"}}}}, proposal);

    const Json items = ask(node, get("/v1/entries/" + mark + "/history")).at("items");
    REQUIRE(items.size() == 2);
    CHECK(items[0].at("actor") == "zhang.san");
    CHECK(items[0].at("author") == "cq");
    CHECK(items[0].at("reason") == "首次列入");
    CHECK(items[0].at("kind") == "change");
    CHECK(items[0].at("batch").at("document_number") == "渝知发〔2012〕47号");
    CHECK(items[0].at("effective") == true);
    CHECK(items[0].at("set").at("name") == "江小白");
    CHECK(items[0].at("seen") == "");
    CHECK_FALSE(items[0].contains("lacks"));
    CHECK(items[1].at("kind") == "batch.propose");
    CHECK(items[1].at("effective") == false);
    CHECK(items[1].at("needs") == Json({"sc"}));
    CHECK(items[1].at("seen") == items[0].at("dot"));
    CHECK(ask(node, get("/v1/entries/" + mark)).at("fields").at("name") == "江小白");
}

TEST_CASE("What was said of a day before the listing makes no entry of that day") {
    HandClock clock;
    TestNode node("cq", clock);
    node.write({{mark, {{"listing", "listed"}, {"name", "涪陵榨菜"}}, "2024-05-20"},
                {"trademark/5678901/30", {{"listing", "listed"}, {"name", "老干妈"}}, "2019-01-01"}});
    node.write({{mark, {{"status", "registered"}}, "2013-03-28"}});
    clock.now_ms += 86'400'000;
    node.write({{mark, {{"status", "expired"}}, "2023-03-28"}});
    const std::vector<std::string> both{mark, "trademark/5678901/30"};
    const std::vector<std::string> one{both[1]};
    for (const std::multimap<std::string, std::string>& known :
         {std::multimap<std::string, std::string>{}, {{"known_at", "2025-12-19"}}}) {
        const auto list = [&](std::multimap<std::string, std::string> query) {
            query.insert(known.begin(), known.end());
            return ask(node, get("/v1/entries", std::move(query)));
        };
        const Json early = list({{"kind", "商标"}, {"as_of", "2020-01-01"}, {"counts", "1"}});
        CHECK(keys_of(early) == one);
        CHECK(early.at("counts").at("entries") == 1);
        CHECK(early.at("counts").at("by").at("verdict").size() == 1);
        CHECK(keys_of(list({{"q", "10325554"}, {"as_of", "2020-01-01"}})).empty());
        CHECK(keys_of(list({{"as_of", "2024-05-20"}})) == both);
        for (const std::string verdict : {"never_listed", "从未列入"}) {
            const Json asked = list({{"verdict", verdict}, {"as_of", "2020-01-01"}, {"counts", "1"}});
            CHECK(keys_of(asked) == std::vector<std::string>{mark});
            CHECK(asked.at("counts").at("by").at("verdict").at(0).at("count") == 1);
            CHECK(keys_of(list({{"verdict", verdict}})).empty());
        }
    }
    const HttpResponse exported = node.router.handle(get("/v1/export", {{"format", "json"}, {"as_of", "2020-01-01"}}));
    std::string text;
    for (std::string chunk; exported.stream(chunk); chunk.clear()) text += chunk;
    CHECK(text.find("5678901") != std::string::npos);
    CHECK(text.find("10325554") == std::string::npos);
    // By its key it is answered as before.
    const Json entry = ask(node, get("/v1/entries/" + mark, {{"as_of", "2020-01-01"}}));
    CHECK(entry.at("verdict") == "never_listed");
    CHECK(entry.at("fields").at("status") == "registered");
    CHECK(ask(node, get("/v1/entries/" + mark + "/history")).at("items").size() == 3);
}

TEST_CASE("Batches are listed newest first with their state; changes in order of arrival") {
    HandClock clock;
    TestNode node("cq", clock);
    write_three(node);
    for (int i = 1; i <= 5; ++i) {
        Draft draft;
        draft.batch = BatchInfo{"第" + std::to_string(i) + "批", "", ""};
        node.write({{mark, {{"name", "名" + std::to_string(i)}}}, {pickle, {{"name", "名" + std::to_string(i)}}}},
                   draft);
    }
    Draft proposal;
    proposal.kind = RecordKind::batch_propose;
    proposal.needs = {NodeId("sc")};
    const Published proposed = node.write({{"gi/新", {{"listing", "listed"}}}}, proposal);

    const auto batches = all_items(node, get("/v1/batches"), 2);
    REQUIRE(batches.size() == 6);
    CHECK(batches[0].at("state") == "proposed");
    CHECK(batches[1].at("title") == "第5批");
    CHECK(batches[1].at("state") == "published");
    CHECK(batches[1].at("ops") == 2);
    CHECK(batches[5].at("title") == "第1批");

    const std::string dot = batches[5].at("dot");
    const Json first = ask(node, get("/v1/batches/" + dot, {{"limit", "1"}}));
    CHECK(first.at("entries").size() == 1);
    CHECK(first.at("header").at("kind") == "change");
    const Json rest = ask(node, get("/v1/batches/" + dot, {{"limit", "1"}, {"cursor", first.at("next")}}));
    CHECK(rest.at("entries").at(0).at("key") == pickle);
    CHECK_FALSE(rest.contains("next"));
    CHECK(keys_of(ask(node, get("/v1/entries", {{"batch", dot}}))) == std::vector<std::string>{mark, pickle});
    CHECK(ask(node, get("/v1/batches/" + in_capitals(dot))).at("dot") == dot);
    ask(node, get("/v1/batches/cq-0000000000000000:1"), 404);
    ask(node, get("/v1/batches/nonsense"), 404);

    Draft close;
    close.kind = RecordKind::batch_close;
    close.of = RecordRef{proposed.dot, proposed.leaf};
    node.write({}, close);
    const auto after = all_items(node, get("/v1/batches"), 200);
    REQUIRE(after.size() == 6);
    CHECK(after[0].at("state") == "withdrawn");
    CHECK(after[0].at("closes").size() == 1);

    std::vector<Json> changes;
    std::int64_t position = 0;
    for (;;) {
        const Json page = ask(node, get("/v1/changes", {{"after", std::to_string(position)}, {"limit", "3"}}));
        for (const Json& item : page.at("items")) changes.push_back(item);
        CHECK(page.at("next").get<std::int64_t>() >= position);
        if (page.at("items").empty()) break;
        position = page.at("next");
    }
    REQUIRE(changes.size() == 9);  // open, fill, 5 batches, proposal, close
    CHECK(changes[0].at("kind") == "open");
    CHECK(changes[1].at("keys").size() == 3);
    for (std::size_t i = 0; i < changes.size(); ++i) CHECK(changes[i].at("no") == i + 1);
    // A long-poll whose asker has gone is answered at once.
    HttpRequest waiting = get("/v1/changes", {{"after", std::to_string(position)}, {"wait_s", "60"}});
    waiting.gone = [] { return true; };
    CHECK(ask(node, waiting).at("next") == position);
    CHECK(ask(node, get("/v1/changes", {{"wait_s", "60"}, {"limit", "1"}})).at("next") == 1);
}

}  // namespace
}  // namespace minglu
