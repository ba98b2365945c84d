// Paths, methods, roles and parameters, on routes made up for the purpose.
#include <doctest/doctest.h>

#include "tests/unit/http/api_fixture.hpp"

namespace minglu {
namespace {

using test::HandClock;
using test::TestNode;

/// Answers with the pattern and the parts it was called with.
Endpoint echo(const std::string& pattern) {
    return [pattern](Call& call) {
        HttpResponse response;
        response.body = pattern;
        for (const auto& [name, value] : call.path) response.body += " " + name + "=" + value;
        response.body += " by " + std::string(name(call.principal.role)) + " " + call.principal.actor;
        return response;
    };
}

void add(Router& router, const std::string& method, const std::string& pattern, Access access = Access::open) {
    router.add(method, pattern, access, {"q"}, echo(pattern));
}

HttpRequest with_method(std::string method, std::string path) {
    HttpRequest request = test::get(std::move(path));
    request.method = std::move(method);
    return request;
}

TEST_CASE("A path goes to the pattern with the most literal segments") {
    HandClock clock;
    TestNode node("cq", clock);
    Router router(node.services);
    add(router, "GET", "/v1/entries");
    add(router, "GET", "/v1/entries/{key...}");
    add(router, "PUT", "/v1/entries/{key...}");
    add(router, "GET", "/v1/entries/{key...}/history");
    add(router, "POST", "/v1/entries/{key...}/removal");
    add(router, "GET", "/v1/conflicts/{id}");
    add(router, "POST", "/v1/conflicts/{id}/claim");

    struct Case {
        std::string method, path;
        int status;
        std::string body;  ///< beginning
    };
    const std::vector<Case> cases{
        {"GET", "/v1/entries", 200, "/v1/entries by"},
        {"GET", "/v1/entries/patent/201710601862.3", 200, "/v1/entries/{key...} key=patent/201710601862.3 by"},
        {"GET", "/v1/entries/trademark/1/33", 200, "/v1/entries/{key...} key=trademark/1/33 by"},
        {"HEAD", "/v1/entries/trademark/1/33", 200, "/v1/entries/{key...} key=trademark/1/33 by"},
        {"GET", "/v1/entries/trademark/1/33/history", 200, "/v1/entries/{key...}/history key=trademark/1/33 by"},
        {"GET", "/v1/entries/gi/涪陵榨菜/history", 200, "/v1/entries/{key...}/history key=gi/涪陵榨菜 by"},
        {"GET", "/v1/entries/gi/history", 200, "/v1/entries/{key...} key=gi/history by"},
        {"PUT", "/v1/entries/gi/涪陵榨菜", 200, "/v1/entries/{key...} key=gi/涪陵榨菜 by"},
        {"POST", "/v1/entries/gi/涪陵榨菜/removal", 200, "/v1/entries/{key...}/removal key=gi/涪陵榨菜 by"},
        {"GET", "/v1/entries/gi/涪陵榨菜/removal", 405, ""},
        {"PUT", "/v1/entries/gi/涪陵榨菜/history", 405, ""},
        {"DELETE", "/v1/entries/gi/涪陵榨菜", 405, ""},
        {"POST", "/v1/entries", 405, ""},
        {"GET", "/v1/conflicts/ab", 200, "/v1/conflicts/{id} id=ab by"},
        {"POST", "/v1/conflicts/ab/claim", 200, "/v1/conflicts/{id}/claim id=ab by"},
        {"GET", "/v1/conflicts/ab/claim", 405, ""},
        {"GET", "/v1/conflicts/", 404, ""},
        {"GET", "/v1/conflicts/ab/cd", 404, ""},
        {"GET", "/v1/entries/", 404, ""},
        {"GET", "/v1/entries/patent", 404, ""},
        {"GET", "/v2/entries", 404, ""},
        {"GET", "/", 404, ""},
        {"GET", "", 404, ""},
    };
    for (const Case& c : cases) {
        const HttpResponse response = router.handle(with_method(c.method, c.path));
        CAPTURE(c.method);
        CAPTURE(c.path);
        CHECK(response.status == c.status);
        if (c.status == 200) CHECK_MESSAGE(response.body.starts_with(c.body), response.body);
        CHECK((response.headers.count("Allow") == 1) == (c.status == 405));
        if (c.status != 200) CHECK(response.content_type == "application/problem+json");
    }
    const HttpResponse response = router.handle(with_method("DELETE", "/v1/entries/gi/涪陵榨菜"));
    CHECK(response.headers.find("Allow")->second == "GET, HEAD, PUT");
    CHECK_THROWS_AS(add(router, "GET", "/v1/entries"), std::logic_error);
    CHECK(router.routes().size() == 7);
}

TEST_CASE("An unknown query parameter is named") {
    HandClock clock;
    TestNode node("cq", clock);
    Router router(node.services);
    add(router, "GET", "/x");
    CHECK(router.handle(test::get("/x", {{"q", "1"}})).status == 200);
    const HttpResponse response = router.handle(test::get("/x", {{"q", "1"}, {"limti", "1"}}));
    CHECK(response.status == 400);
    CHECK(test::json_of(response).at("where") == "query parameter limti");
}

TEST_CASE("Each role is let in where it may, and nowhere else") {
    HandClock clock;
    TestNode node("cq", clock);
    node.services.open_reads = false;
    const std::vector<std::string> roles{"reader", "editor", "approver", "auditor", "admin"};
    node.replica.write_local([&](WriteTx& tx) {
        for (const std::string& role : roles)
            tx.add_token({0, role + "-name", role, secret_hash_of("mlg_" + role), clock.now(), UnixMs{0}, false});
    });
    Router router(node.services);
    const std::vector<std::pair<std::string, Access>> doors{{"/open", Access::open},   {"/read", Access::read},
                                                            {"/write", Access::write}, {"/approve", Access::approve},
                                                            {"/audit", Access::audit}, {"/admin", Access::admin}};
    for (const auto& door : doors) add(router, "GET", door.first, door.second);

    struct Granted {
        std::string role, doors;  ///< 1 = opens
    };
    const std::vector<Granted> granted{{"", "100000"},         {"reader", "110000"},  {"editor", "111000"},
                                       {"approver", "111100"}, {"auditor", "110010"}, {"admin", "111111"}};
    for (const Granted& c : granted) {
        for (std::size_t i = 0; i < doors.size(); ++i) {
            HttpRequest request = test::get(doors[i].first);
            if (!c.role.empty()) request.headers["authorization"] = "Bearer mlg_" + c.role;
            const HttpResponse response = router.handle(request);
            const auto turned_away = router.turn_away(request);
            CHECK(turned_away.has_value() == (response.status != 200));
            if (turned_away) CHECK(turned_away->body == response.body);
            CAPTURE(c.role);
            CAPTURE(doors[i].first);
            CHECK(response.status == (c.doors[i] == '1' ? 200 : c.role.empty() ? 401 : 403));
            CHECK((response.headers.count("WWW-Authenticate") == 1) == (response.status == 401));
            if (response.status == 200 && i > 0)
                CHECK_MESSAGE(response.body.ends_with(c.role + "-name"), response.body);
        }
    }

    HttpRequest local = test::get("/admin");
    local.local = true;
    CHECK(router.handle(local).body == "/admin by admin local");
    local.headers["minglu-actor"] = "wang.fang";
    CHECK(router.handle(local).body == "/admin by admin wang.fang");
    local.headers["minglu-actor"] = std::string("a\nb");
    CHECK(router.handle(local).status == 400);
    HttpRequest pretender = test::get("/admin");
    pretender.headers["minglu-actor"] = "wang.fang";
    CHECK(router.handle(pretender).status == 401);

    node.services.open_reads = true;
    CHECK(router.handle(test::get("/read")).status == 200);
    CHECK(router.handle(test::get("/write")).status == 403);
}

TEST_CASE("A token that is unknown, expired or revoked is no token, open reads or not") {
    HandClock clock;
    TestNode node("cq", clock);
    const auto expires = UnixMs{clock.now_ms + 1'000};
    std::int64_t revoked = 0;
    node.replica.write_local([&](WriteTx& tx) {
        tx.add_token({0, "a", "reader", secret_hash_of("expiring"), clock.now(), expires, false});
        revoked = tx.add_token({0, "b", "reader", secret_hash_of("revoked"), clock.now(), UnixMs{0}, false});
        tx.add_token({0, "c", "emperor", secret_hash_of("newer role"), clock.now(), UnixMs{0}, false});
    });
    Router router(node.services);
    add(router, "GET", "/read", Access::read);
    const auto status = [&](const std::string& authorization) {
        HttpRequest request = test::get("/read");
        request.headers["authorization"] = authorization;
        return router.handle(request).status;
    };
    for (const bool open : {false, true}) {
        node.services.open_reads = open;
        CHECK(status("Bearer expiring") == 200);
        CHECK(status("bEARER expiring") == 200);
        for (const char* bad :
             {"Bearer unknown", "Bearer ", "Bearer", "Basic expiring", "expiring", "Bearer newer role"})
            CHECK_MESSAGE(status(bad) == 401, bad);
    }
    CHECK(status("Bearer revoked") == 200);
    node.replica.write_local([&](WriteTx& tx) { tx.revoke_token(revoked); });
    CHECK(status("Bearer revoked") == 401);
    clock.now_ms += 1'000;
    CHECK(status("Bearer expiring") == 401);
}

TEST_CASE("Faults of the store are answered, an unknown commit is not") {
    HandClock clock;
    TestNode node("cq", clock);
    Router router(node.services);
    router.add("GET", "/full", Access::open, {},
               [](Call&) -> HttpResponse { throw StoreFault(ErrorCode::disk_full, "no space"); });
    router.add("GET", "/unknown", Access::open, {},
               [](Call&) -> HttpResponse { throw CommitUnknown(ErrorCode::io, "commit"); });
    CHECK(router.handle(test::get("/full")).status == 507);
    CHECK_THROWS_AS((void)router.handle(test::get("/unknown")), CommitUnknown);
}

}  // namespace
}  // namespace minglu
