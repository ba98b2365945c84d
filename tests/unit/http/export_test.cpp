// Export of what a search finds.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/http/api_fixture.hpp"

namespace minglu {
namespace {

using test::ask;
using test::get;
using test::HandClock;
using test::Json;
using test::TestNode;
using test::whole_body;

TEST_CASE("An export is what the search finds, whole") {
    HandClock clock;
    TestNode node("cq", clock);
    std::vector<test::Write> writes;
    for (int i = 0; i < 1'201; ++i)
        writes.push_back(
            {"gi/产品" + std::to_string(i), {{"listing", "listed"}, {"name", "产品" + std::to_string(i)}}});
    node.write(writes);
    const auto body = [&](const std::multimap<std::string, std::string>& query) {
        const HttpResponse response = node.router.handle(get("/v1/export", query));
        CHECK(response.status == 200);
        CHECK(
            response.headers.find("Content-Disposition")->second.starts_with("attachment; filename=\"minglu-cq-2025-"));
        CHECK(response.headers.count("Minglu-Vector") == 1);
        REQUIRE(response.stream);
        std::string all;
        for (std::string chunk; response.stream(chunk); chunk.clear()) all += chunk;
        return all;
    };
    const Json json = Json::parse(body({{"format", "json"}}));
    CHECK(json.at("items").size() == 1'201);
    CHECK(json.at("freshness").at("node") == "cq");
    const std::string csv = body({});
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 1'202);
    CHECK(Json::parse(body({{"format", "json"}, {"q", "产品77"}})).at("items").size() == 11);
    CHECK(Json::parse(body({{"format", "json"}, {"kind", "patent"}})).at("items").empty());
    CHECK(ask(node, get("/v1/export", {{"format", "xml"}}), 400).at("where") == "query parameter format");
}

TEST_CASE("An export says of each entry what it is worth on the day, as known then") {
    HandClock clock;
    TestNode node("cq", clock);
    const std::string key = "trademark/10325554/33";
    node.write({{key, {{"listing", "listed"}, {"name", "江小白"}, {"status", "registered"}}}});
    clock.now_ms += 10 * 86'400'000LL;  // 2025-12-29
    node.write({{key, {{"status", "invalidated"}, {"status_on", "2025-12-24"}}, "2025-12-24"}});
    struct Case {
        const char* as_of;
        const char* known_at;
        const char* verdict;
        const char* cells;
    };
    for (const Case& c : {Case{"2025-12-20", "", "listed_not_in_force",
                               ",在册，权利未生效或已失效,视为自始不存在,在册，权利有效,江小白,"},
                          Case{"2025-12-20", "2025-12-22", "protected", ",在册，权利有效,有效,,江小白,"},
                          Case{"2025-12-25", "2025-12-22", "protected", ",在册，权利有效,有效,,江小白,"}}) {
        const auto body = [&](const char* format) {
            return whole_body(node.router.handle(
                get("/v1/export", {{"format", format}, {"as_of", c.as_of}, {"known_at", c.known_at}})));
        };
        CAPTURE(c.as_of);
        CAPTURE(c.known_at);
        CHECK(Json::parse(body("json")).at("items").at(0).at("verdict") == c.verdict);
        CHECK(body("csv").find("\r\n" + key + c.cells) != std::string::npos);
    }
}

}  // namespace
}  // namespace minglu
