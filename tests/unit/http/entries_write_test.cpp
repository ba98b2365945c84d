#include <doctest/doctest.h>

#include "tests/unit/http/api_fixture.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

const std::string path = "/v1/entries/trademark/10325554/33";

struct Api {
    Api() { add_write_routes(node.router); }
    HttpResponse send(const std::string& method, const std::string& to, const Json& body,
                      std::map<std::string, std::string> headers = {}) const {
        HttpRequest request;
        request.method = method;
        request.path = to;
        request.headers = std::move(headers);
        request.body = body.is_null() ? "" : body.dump();
        request.local = true;
        return node.router.handle(request);
    }
    std::string etag() { return ask(node, get(path)).at("etag"); }
    void make() { node.write({{"trademark/10325554/33", {{"name", "江小白"}, {"listing", "listed"}}}}); }

    HandClock clock;
    TestNode node{"cq", clock};
};

std::string code_of(const HttpResponse& response) {
    return json_of(response).value("code", "");
}

}  // namespace

TEST_CASE("an entry is made, edited, removed and restored") {
    Api api;
    const auto made =
        api.send("PUT", path, {{"fields", {{"name", "江小白"}}}, {"reason", "新增"}}, {{"if-none-match", "*"}});
    REQUIRE(made.status == 201);
    CHECK(json_of(made).at("entry").at("fields").at("home") == "cq");
    CHECK(json_of(made).at("entry").at("listed") == true);

    const auto edited = api.send("PUT", path, {{"fields", {{"goods", "白酒"}}}, {"reason", "更正"}},
                                 {{"if-match", "\"" + api.etag() + "\""}});
    REQUIRE(edited.status == 200);
    CHECK(json_of(edited).at("entry").at("fields").at("goods") == "白酒");
    CHECK(edited.headers.find("ETag")->second == "\"" + api.etag() + "\"");
    CHECK(json_of(edited).at("vector") == to_string(api.node.replica.standing().vector));

    const auto away =
        api.send("POST", path + "/removal", {{"ground", "expired"}, {"reason", "到期"}, {"seen", api.etag()}});
    REQUIRE(away.status == 200);
    CHECK(json_of(away).at("entry").at("listed") == false);
    CHECK(api.send("POST", path + "/removal", {{"ground", "expired"}, {"reason", "x"}, {"seen", api.etag()}}).status ==
          409);
    const auto back = api.send("POST", path + "/restoration", {{"reason", "续展"}, {"seen", api.etag()}});
    REQUIRE(back.status == 200);
    CHECK(json_of(back).at("entry").at("listed") == true);
    CHECK_FALSE(json_of(back).at("entry").at("fields").contains("ground"));
}

TEST_CASE("who removes an entry because its right has ended is reminded of its status") {
    Api api;
    api.node.write({{"trademark/10325554/33", {{"name", "江小白"}, {"listing", "listed"}, {"status", "registered"}}}});
    const auto away =
        api.send("POST", path + "/removal", {{"ground", "invalidated"}, {"reason", "无效"}, {"seen", api.etag()}});
    REQUIRE(away.status == 200);
    REQUIRE(json_of(away).at("warnings").size() == 1);
    CHECK(json_of(away).at("warnings").at(0).get<std::string>().find("write status") != std::string::npos);
    const auto ended =
        api.send("PUT", path, {{"fields", {{"status", "invalidated"}}}, {"reason", "x"}, {"seen", api.etag()}});
    REQUIRE(ended.status == 200);
    CHECK_FALSE(json_of(ended).contains("warnings"));
}

TEST_CASE("writes that cannot stand are refused with what is wrong, and change nothing") {
    Api api;
    api.make();
    const std::string seen = api.etag();
    const std::string ahead = "cq-ffffffffffffffff:9";
    struct Case {
        const char* method;
        std::string to;
        Json body;
        int status;
        const char* code;
    };
    const Json fields{{"goods", "酒"}};
    const std::vector<Case> cases{
        {"PUT", path, {{"fields", fields}, {"reason", "x"}}, 428, "missing_value"},
        {"PUT", path, {{"fields", fields}, {"seen", seen}}, 422, "missing_value"},
        {"PUT", path, {{"fields", fields}, {"reason", "x"}, {"seen", ahead}}, 412, "stale"},
        {"PUT", path, {{"fields", fields}, {"reason", "x"}, {"seen", ""}}, 412, "stale"},
        {"PUT", path, {{"fields", fields}, {"reason", "x"}, {"seen", "?"}}, 400, "bad_request"},
        {"PUT", path, {{"fields", fields}, {"reason", "x"}, {"seen", seen}, {"more", 1}}, 400, "bad_request"},
        {"PUT", path, {{"fields", {{"name", "江小白"}}}, {"reason", "x"}, {"seen", seen}}, 400, "bad_request"},
        {"PUT", path, {{"fields", {{"notes", 1.5}}}, {"reason", "x"}, {"seen", seen}}, 400, "bad_request"},
        {"PUT", path, {{"fields", {{"filed_on", "2020-02-30"}}}, {"reason", "x"}, {"seen", seen}}, 422, "bad_value"},
        {"PUT",
         path,
         {{"fields", fields}, {"reason", "x"}, {"seen", seen}, {"effective_on", "soon"}},
         400,
         "bad_request"},
        {"PUT", "/v1/entries/trademark/1/99", {{"fields", {{"name", "x"}}}, {"reason", "x"}}, 422, nullptr},
        {"POST", path + "/removal", {{"ground", "because"}, {"reason", "x"}, {"seen", seen}}, 422, "bad_value"},
        {"POST", path + "/restoration", {{"reason", "x"}, {"seen", seen}}, 409, "already_exists"},
        {"POST", "/v1/entries/trademark/1/1/removal", {{"ground", "expired"}, {"reason", "x"}}, 404, "not_found"},
    };
    const auto before = api.node.replica.standing().vector;
    for (const auto& c : cases) {
        const auto response = api.send(c.method, c.to, c.body);
        INFO(c.to << " " << c.body.dump() << " -> " << response.body);
        CHECK(response.status == c.status);
        if (c.code != nullptr) CHECK(code_of(response) == c.code);
    }
    HttpRequest twice;
    twice.method = "PUT";
    twice.path = path;
    twice.local = true;
    twice.body = R"({"fields":{"goods":"a","goods":"b"},"reason":"x"})";
    CHECK(api.node.router.handle(twice).status == 400);
    twice.body = std::string(200, '[') + std::string(200, ']');
    CHECK(api.node.router.handle(twice).status == 400);
    CHECK(api.node.replica.standing().vector == before);
}

TEST_CASE("two editors who were shown the same entry make a conflict, whoever comes first") {
    for (const bool goods_first : {true, false}) {
        Api api;
        api.make();
        const std::string seen = api.etag();
        const std::vector<std::string> names =
            goods_first ? std::vector<std::string>{"甲", "乙"} : std::vector<std::string>{"乙", "甲"};
        for (const auto& name : names)
            CHECK(api.send("PUT", path, {{"fields", {{"name", name}}}, {"reason", "x"}, {"seen", seen}}).status == 200);
        CHECK(ask(api.node, get(path)).at("open_conflicts") == 1);
    }
}

TEST_CASE("an edit over a scheduled write is asked about") {
    Api api;
    api.make();
    const auto put = [&](const char* name, Json more) {
        Json body{{"fields", {{"name", name}}}, {"reason", "x"}, {"seen", api.etag()}};
        body.update(more);
        return api.send("PUT", path, body);
    };
    CHECK(put("将来", {{"effective_on", "2030-01-01"}}).status == 200);
    const auto refused = put("现在", Json::object());
    CHECK(refused.status == 409);
    CHECK(json_of(refused).at("detail").get<std::string>().find("2030-01-01") != std::string::npos);
    CHECK(put("现在", {{"override_scheduled", true}}).status == 200);
}

TEST_CASE("the same request with the same key happens once; another one with it is refused") {
    Api api;
    api.make();
    const Json body{{"fields", {{"goods", "酒"}}}, {"reason", "x"}, {"seen", api.etag()}};
    const std::map<std::string, std::string> key{{"idempotency-key", "k-1"}};
    const auto first = api.send("PUT", path, body, key);
    const auto after = api.node.replica.standing().vector;
    const auto again = api.send("PUT", path, body, key);
    CHECK(first.status == 200);
    CHECK(again.status == 200);
    CHECK(again.body == first.body);
    CHECK(first.headers.count("Idempotency-Replayed") == 0);
    CHECK(again.headers.find("Idempotency-Replayed")->second == "true");
    CHECK(api.node.replica.standing().vector == after);
    Json other = body;
    other["reason"] = "y";
    CHECK(api.send("PUT", path, other, key).status == 422);
    CHECK(api.send("PUT", path, body, {{"idempotency-key", "k-1"}, {"minglu-actor", "wang"}}).status == 422);
    CHECK(api.send("PUT", path, body, {{"idempotency-key", "a b"}}).status == 400);
    CHECK(api.send("PUT", path, body, {{"idempotency-key", std::string(201, 'k')}}).status == 400);
}
