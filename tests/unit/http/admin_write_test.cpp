#include <doctest/doctest.h>

#include "src/crypto/random.hpp"
#include "sync/card.hpp"
#include "sync/sender.hpp"
#include "tests/unit/http/api_fixture.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

struct Api {
    Api() {
        add_write_routes(node.router);
        node.services.random_bytes = [](std::size_t count) { return random_bytes(count); };
        node.services.peers_changed = [this] { ++changes; };
    }
    HttpResponse send(const std::string& method, const std::string& to, const Json& body = nullptr,
                      const std::string& secret = {}) {
        HttpRequest request;
        request.method = method;
        request.path = to;
        request.body = body.is_null() ? "" : body.dump();
        request.local = secret.empty();
        if (!secret.empty()) request.headers["authorization"] = "Bearer " + secret;
        return node.router.handle(request);
    }
    std::string secret_for(const char* role) {
        return json_of(send("POST", "/v1/tokens", {{"name", role}, {"role", role}})).at("secret");
    }

    HandClock clock;
    TestNode node{"cq", clock};
    int changes = 0;
};

std::string all_of(const HttpResponse& response) {
    std::string all;
    std::string piece;
    while (response.stream(piece)) all += piece;
    return all;
}

}  // namespace

TEST_CASE("a token's secret is shown once, works until it is revoked or expires, and stands nowhere") {
    Api api;
    const auto made = api.send("POST", "/v1/tokens", {{"name", "li"}, {"role", "admin"}, {"expires_on", "2025-12-19"}});
    REQUIRE(made.status == 201);
    const std::string secret = json_of(made).at("secret");
    CHECK(secret.size() == 47);
    CHECK(secret.starts_with("mlg_"));
    CHECK(secret.find_first_of("+/=") == std::string::npos);
    const auto listed = api.send("GET", "/v1/tokens", nullptr, secret);
    CHECK(listed.status == 200);
    CHECK(listed.body.find(secret) == std::string::npos);
    CHECK(json_of(listed).at("items").at(0).at("expires_on") == "2025-12-19");
    api.clock.now_ms += 2 * 86'400'000;
    CHECK(api.send("GET", "/v1/tokens", nullptr, secret).status == 401);
    const std::string other = api.secret_for("admin");
    CHECK(api.send("DELETE", "/v1/tokens/2").status == 204);
    CHECK(api.send("GET", "/v1/tokens", nullptr, other).status == 401);
    CHECK(api.send("DELETE", "/v1/tokens/9").status == 404);
    for (const Json& body : {Json{{"name", ""}, {"role", "reader"}}, Json{{"name", "x"}, {"role", "king"}},
                             Json{{"name", "x"}, {"role", "reader"}, {"expires_on", "2020-01-01"}}})
        CHECK(api.send("POST", "/v1/tokens", body).status == 422);
}

TEST_CASE("each write is open to the roles that may do it, and to no other") {
    Api api;
    struct Case {
        const char* method;
        const char* path;
        std::vector<std::string> allowed;
    };
    const std::vector<Case> cases{
        {"PUT", "/v1/entries/trademark/10325554/33", {"editor", "approver", "admin"}},
        {"POST", "/v1/conflicts/00/claim", {"editor", "approver", "admin"}},
        {"POST", "/v1/imports/00/publication", {"approver", "admin"}},
        {"POST", "/v1/imports", {"approver", "admin"}},
        {"GET", "/v1/incidents", {"auditor", "admin"}},
        {"GET", "/v1/forks", {"auditor", "admin"}},
