#include <doctest/doctest.h>

#include "tests/unit/http/api_fixture.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

/// Two nodes that changed one entry while they could not hear each other.
struct Partners {
    Partners() {
        add_write_routes(cq.router);
        cq.know(sc);
        sc.know(cq);
        cq.write({{"trademark/10325554/33", {{"name", "江小白"}, {"goods", "酒"}}}});
        sc.pull(cq);
        cq.write({{"trademark/10325554/33", {{"name", "甲"}, {"goods", "白酒"}}}});
        sc.write({{"trademark/10325554/33", {{"name", "乙"}, {"goods", "果酒"}}}});
        cq.pull(sc);
        id = ask(cq, get("/v1/conflicts")).at("items").at(0).at("id");
    }
    HttpResponse post(const std::string& what, const Json& body,
                      std::map<std::string, std::string> headers = {}) const {
        HttpRequest request;
        request.method = "POST";
        request.path = "/v1/conflicts/" + id + "/" + what;
        request.headers = std::move(headers);
        request.body = body.dump();
        request.local = true;
        return cq.router.handle(request);
    }
    Json fields() { return ask(cq, get("/v1/entries/trademark/10325554/33")).at("fields"); }

    HandClock clock;
    TestNode cq{"cq", clock};
    TestNode sc{"sc", clock};
    std::string id;
};

}  // namespace

TEST_CASE("a conflict is decided by a side, by groups or anew, and then is decided on the other node too") {
    struct Case {
        Json decision;
        const char* name;
        const char* goods;
    };
    const std::vector<Case> cases{
        {{{"take", "ours"}}, "甲", "白酒"},
        {{{"take", "theirs"}}, "乙", "果酒"},
        {{{"groups", {{"name", "ours"}, {"goods", "theirs"}}}}, "甲", "果酒"},
        {{{"groups", {{"name", "theirs"}, {"goods", {{"value", {{"goods", "茶"}}}}}}}}, "乙", "茶"},
        {{{"take", "ours"}, {"groups", {{"goods", "theirs"}}}}, "甲", "果酒"},
    };
    for (const auto& c : cases) {
        Partners partners;
        Json body = c.decision;
        body["reason"] = "协商一致";
        const auto answer = partners.post("resolution", body);
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        CHECK(json_of(answer).at("conflict").at("state") == "resolved");
        CHECK(partners.fields().at("name") == c.name);
        CHECK(partners.fields().at("goods") == c.goods);
        CHECK(partners.post("resolution", body).status == 409);
        partners.sc.pull(partners.cq);
        CHECK(ask(partners.sc, get("/v1/conflicts")).at("items").empty());
        CHECK(partners.sc.replica.standing().state_root == partners.cq.replica.standing().state_root);
    }
}

TEST_CASE("a decision that decides nothing is refused") {
    Partners partners;
    const std::vector<std::pair<Json, int>> cases{
        {{{"take", "ours"}}, 422},
        {{{"reason", "x"}}, 400},
        {{{"take", "mine"}, {"reason", "x"}}, 400},
        {{{"groups", {{"name", "ours"}}}, {"reason", "x"}}, 422},
        {{{"groups", {{"name", "ours"}, {"goods", 5}}}, {"reason", "x"}}, 400},
        {{{"take", "ours"}, {"groups", {{"notes", "ours"}}}, {"reason", "x"}}, 400},
    };
    for (const auto& [body, status] : cases) CHECK(partners.post("resolution", body).status == status);
    CHECK(ask(partners.cq, get("/v1/conflicts")).at("items").size() == 1);
    partners.id = std::string(64, '0');
    CHECK(partners.post("resolution", {{"take", "ours"}, {"reason", "x"}}).status == 404);
    CHECK(partners.post("claim", Json::object()).status == 404);
}

TEST_CASE("a decision with a key happens once") {
    Partners partners;
    const Json body{{"take", "ours"}, {"reason", "x"}};
    const auto first = partners.post("resolution", body, {{"idempotency-key", "r"}});
    const auto again = partners.post("resolution", body, {{"idempotency-key", "r"}});
    CHECK(first.status == 200);
    CHECK(again.status == 200);
    CHECK(json_of(again).at("dot") == json_of(first).at("dot"));
}

TEST_CASE("one person works on a conflict at a time") {
    Partners partners;
    const auto claim = [&](const char* actor, Json body) {
        return partners.post("claim", std::move(body), {{"minglu-actor", actor}});
    };
    CHECK(json_of(claim("li", Json::object())).at("conflict").at("claimed_by") == "li");
    CHECK(claim("li", Json::object()).status == 200);
    CHECK(claim("wang", Json::object()).status == 409);
    CHECK(claim("wang", {{"release", true}}).status == 200);  // an approver may
    CHECK(claim("wang", Json::object()).status == 200);
}
