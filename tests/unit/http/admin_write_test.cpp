#include <doctest/doctest.h>

#include <future>

#include "sync/card.hpp"
#include "sync/sender.hpp"
#include "tests/support/fixed_key.hpp"
#include "tests/unit/http/admin_api.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

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
        {"POST", "/v1/incidents/1/acknowledgement", {"auditor", "admin"}},
        {"GET", "/v1/forks", {"auditor", "admin"}},
        {"GET", "/v1/tokens", {"auditor", "admin"}},
        {"POST", "/v1/tokens", {"admin"}},
        {"POST", "/v1/peers", {"admin"}},
        {"PUT", "/v1/revocations/sc", {"admin"}},
        {"POST", "/v1/maintenance/backup", {"admin"}},
        {"GET", "/v1/peers", {"reader", "editor", "approver", "auditor", "admin"}},
    };
    for (const char* role : {"reader", "editor", "approver", "auditor", "admin"}) {
        const std::string secret = api.secret_for(role);
        for (const auto& c : cases) {
            const bool allowed = std::find(c.allowed.begin(), c.allowed.end(), role) != c.allowed.end();
            INFO(c.method << " " << c.path << " as " << role);
            CHECK((api.send(c.method, c.path, nullptr, secret).status != 403) == allowed);
        }
    }
}

TEST_CASE("a batch is published by an approver alone") {
    Api api;
    const Json body{{"fields", {{"name", "甲"}}}, {"reason", "x"}, {"batch", {{"title", "名录"}}}};
    CHECK(api.send("PUT", "/v1/entries/trademark/10325554/33", body, api.secret_for("editor")).status == 403);
    CHECK(api.send("PUT", "/v1/entries/trademark/10325554/33", body, api.secret_for("approver")).status == 201);
    CHECK(ask(api.node, get("/v1/batches")).at("items").at(0).at("title") == "名录");
}

TEST_CASE("peers are pinned by their card") {
    Api api;
    HandClock clock;
    const TestNode sc("sc", clock);
    const TestNode impostor("sc", clock);
    const auto made = api.send("POST", "/v1/peers", {{"card", sc.card}, {"url", "https://10.0.0.2:8443"}});
    REQUIRE(made.status == 201);
    CHECK(json_of(made).at("fingerprint") == fingerprint(parse_card(sc.card).value()));
    CHECK(api.changes == 1);
    CHECK(api.send("POST", "/v1/peers", {{"card", impostor.card}}).status == 409);
    CHECK(api.send("POST", "/v1/peers", {{"card", api.node.card}}).status == 400);
    CHECK(api.send("POST", "/v1/peers", {{"card", "{}"}}).status == 400);
    for (const char* url : {"ftp://x", "https://", "https://u:p@h/", "https://h/?a", "https://h/#a", "https://h h"})
        CHECK(api.send("POST", "/v1/peers", {{"card", sc.card}, {"url", url}}).status == 400);
    CHECK(api.send("PATCH", "/v1/peers/sc", {{"paused", true}}).status == 200);
    const Json peer = json_of(api.send("GET", "/v1/peers")).at("items").at(0);
    CHECK(peer.at("paused") == true);
    CHECK(peer.at("url") == "https://10.0.0.2:8443");
    CHECK(api.changes == 2);
    CHECK(api.send("PATCH", "/v1/peers/gz", {{"paused", true}}).status == 404);
    CHECK(api.send("POST", "/v1/peers", {{"card", impostor.card}, {"replace", true}}).status == 201);
    CHECK(api.send("DELETE", "/v1/peers/sc").status == 204);
    CHECK(api.send("DELETE", "/v1/peers/sc").status == 404);
    CHECK(json_of(api.send("GET", "/v1/card")).at("card") == api.node.card);
}

TEST_CASE("an older card takes the place of a newer one only where that is asked for") {
    Api api;
    const auto card = [](const std::string& key, std::int64_t made_ms) {
        Card one;
        one.node = NodeId{"sc"};
        one.name = "sc";
        one.made = UnixMs{made_ms};
        return make_card(one, *fixed_key(key));
    };
    const auto add = [&](const std::string& text, bool older = false) {
        return api.send("POST", "/v1/peers", {{"card", text}, {"replace", true}, {"older", older}});
    };
    CHECK(add(card("first", 2'000)).status == 201);
    CHECK(add(card("second", 3'000)).status == 201);
    const auto refused = add(card("first", 2'000));
    CHECK(refused.status == 409);
    CHECK(json_of(refused).at("detail").get<std::string>().find("older than the one pinned") != std::string::npos);
    CHECK(json_of(api.send("GET", "/v1/peers")).at("items").at(0).at("fingerprint") ==
          fingerprint(parse_card(card("second", 3'000)).value()));
    CHECK(add(card("second", 1'000)).status == 201);  // the same keys: nothing is trusted that was not before
    CHECK(add(card("first", 2'000), true).status == 201);
    // A revoked key does not come back by a new date.
    REQUIRE(
        api.send("POST", "/v1/peers/sc/revocation", {{"upto", "sc-03ab99f0c1d2e3f4:0"}, {"reason", "被盗"}}).status ==
        200);
    CHECK(add(card("third", 4'000)).status == 201);
    CHECK(add(card("first", 5'000)).status == 409);
    CHECK(add(card("first", 5'000), true).status == 201);
}

TEST_CASE("what counts of a revoked key is told in a file, and taken over from one") {
    Api api;
    Api other;
    HandClock clock;
    const TestNode sc("sc", clock);
    const std::string path = "/v1/revocations/sc";
    REQUIRE(api.send("POST", "/v1/peers", {{"card", sc.card}}).status == 201);
    CHECK(api.send("GET", path).status == 404);
    REQUIRE(
        api.send("POST", "/v1/peers/sc/revocation", {{"upto", "sc-03ab99f0c1d2e3f4:0"}, {"reason", "被盗"}}).status ==
        200);
    const Json told = json_of(api.send("GET", path));
    CHECK(told.at("revoked").at(0).at("reason") == "被盗");
    CHECK(told.at("fingerprint").get<std::string>().size() == 29);
    const int changes = other.changes;
    const auto put = [&](const std::string& to, const Json& file) {
        return other.send("PUT", to, {{"file", file}, {"fingerprint", told.at("fingerprint")}});
    };
    const auto taken = put(path, told.at("file"));  // before the card is there
    REQUIRE(taken.status == 200);
    CHECK(json_of(taken) == told);
    CHECK(other.changes == changes + 1);
    CHECK(json_of(other.send("GET", path)) == told);
    CHECK(put("/v1/revocations/cq", told.at("file")).status == 400);
    CHECK(put(path, sc.card).status == 400);
    CHECK(put(path, "").status == 422);
    const auto wrong = other.send("PUT", path, {{"file", told.at("file")}, {"fingerprint", "f16a a9ae"}});
    CHECK(wrong.status == 422);
    CHECK(wrong.body.find(told.at("fingerprint").get<std::string>()) == std::string::npos);
    CHECK(other.send("PUT", path, {{"file", told.at("file")}}).status == 422);
    CHECK(other.changes == changes + 1);
}

TEST_CASE("records are brought to a peer only where that is asked for, and to an address") {
    Api api;
    HandClock clock;
    const TestNode sc("sc", clock);
    const auto push = [&] { return json_of(api.send("GET", "/v1/peers")).at("items").at(0).at("push"); };
    const std::string url = "https://10.0.0.2:8443";
    CHECK(api.send("POST", "/v1/peers", {{"card", sc.card}, {"push", true}}).status == 400);
    CHECK(json_of(api.send("GET", "/v1/peers")).at("items").empty());
    CHECK(api.send("POST", "/v1/peers", {{"card", sc.card}, {"url", url}, {"push", 1}}).status == 400);
    CHECK(api.send("POST", "/v1/peers", {{"card", sc.card}, {"url", url}}).status == 201);
    CHECK(push() == false);
    CHECK(api.send("POST", "/v1/peers", {{"card", sc.card}, {"url", url}, {"push", true}}).status == 201);
    CHECK(push() == true);
    CHECK(api.send("POST", "/v1/peers", {{"card", sc.card}, {"url", url}}).status == 201);
    CHECK(push() == true);  // as it was
    CHECK(api.send("PATCH", "/v1/peers/sc", {{"url", ""}}).status == 400);
    CHECK(api.send("PATCH", "/v1/peers/sc", {{"push", false}}).status == 200);
    CHECK(push() == false);
    CHECK(api.send("PATCH", "/v1/peers/sc", {{"url", ""}}).status == 200);
}

TEST_CASE("carried bundles are given and taken one by one, by administrators") {
    Api cq;
    HandClock clock;
    TestNode sc("sc", clock);
    cq.node.know(sc);
    sc.know(cq.node);
    cq.node.write({{"trademark/10325554/33", {{"name", "江小白"}}}});
    const std::string type = "application/vnd.minglu.bundle; v=1";
    HttpRequest give = get("/v1/sync/records", {{"limit_bytes", "1"}});
    give.local = true;
    give.headers["accept"] = type;
    const HttpResponse first = cq.node.router.handle(give);
    REQUIRE(first.status == 200);
    CHECK(first.content_type == type);
    CHECK(parse_bundle(first.body)->records.size() == 1);
    give.query = {};
    const HttpResponse all = cq.node.router.handle(give);
    CHECK(parse_bundle(all.body)->records.size() == 2);
    give.query = {{"have", "x"}};
    CHECK(cq.node.router.handle(give).status == 400);
    give.headers["accept"] = "application/json";
    CHECK(cq.node.router.handle(give).status == 406);
    for (const char* role : {"reader", "editor", "approver", "auditor"})
        for (const char* method : {"GET", "POST"})
            CHECK(cq.send(method, "/v1/sync/records", nullptr, cq.secret_for(role)).status == 403);

    Router router(sc.services);
    add_write_routes(router);
    const auto take = [&](const std::string& bytes) {
        HttpRequest request;
        request.method = "POST";
        request.path = "/v1/sync/records";
        request.local = true;
        request.headers["content-type"] = type;
        request.body = bytes;
        return router.handle(request);
    };
    std::string spoilt = all.body;
    spoilt[spoilt.find("江小白")] ^= 1;
    const HttpResponse refused = take(spoilt);
    CHECK(refused.status == 422);
    CHECK(json_of(refused).at("code") == "bad_proof");
    CHECK(json_of(refused).at("refused").at(0).at("code") == "bad_proof");
    CHECK(json_of(refused).at("vector").size() == 1);
    CHECK(take("no bundle").status == 400);
    CHECK(json_of(take(all.body)).at("taken") == 2);
    CHECK(json_of(take(all.body)).at("taken") == 0);
    CHECK(sc.store->read()->counts().incidents == 2);
    // A log whose card is not here is named, and is nobody's fault.
    const TestNode gz("gz", clock);
    const auto strange = make_bundle(*gz.store->read(), gz.node, {});
    const HttpResponse unknown = take(*strange);
    CHECK(unknown.status == 200);
    CHECK(json_of(unknown).at("unknown") == Json({gz.replica.standing().own_log.value()}));
}

TEST_CASE("long tasks stream their progress and then one result") {
    Api api;
    api.node.write({{"trademark/10325554/33", {{"name", "江小白"}}}});
    api.node.services.verify = [](const Progress& progress) {
        progress(1, 2);
        return std::vector<std::string>{"record cq.1:2 is damaged"};
    };
    api.node.services.backup = [](const BackupOrder&, const Progress&) {
        throw StoreFault(ErrorCode::disk_full, "no space");
    };
    const auto result_of = [&](const char* name, const Json& body) {
        const auto response = api.send("POST", std::string("/v1/maintenance/") + name, body);
        REQUIRE(response.status == 200);
        CHECK(response.content_type == "application/x-ndjson");
        const std::string all = all_of(response);
        REQUIRE(all.ends_with("}\n"));
        const auto last = all.rfind('\n', all.size() - 2);
        return Json::parse(all.substr(last == std::string::npos ? 0 : last + 1)).at("result");
    };
    CHECK(result_of("rebuild", nullptr).at("ok") == true);
    CHECK(result_of("verify", nullptr).at("findings").size() == 1);
    CHECK(result_of("backup", {{"path", "/tmp/x"}}).at("error").at("code") == "disk_full");
    CHECK(api.send("POST", "/v1/maintenance/backup", {{"path", "x"}}).status == 400);
    CHECK(api.send("POST", "/v1/maintenance/backup", {{"path", "/tmp/x"}, {"verify", "no"}}).status == 400);
    for (const bool verify : {true, false}) {
        api.node.services.backup = [&](const BackupOrder& order, const Progress&) {
            CHECK(order.target == "/tmp/x");
            CHECK(order.verify == verify);
        };
        CHECK(result_of("backup", {{"path", "/tmp/x"}, {"verify", verify}}).at("verified") == verify);
        if (verify) CHECK(result_of("backup", {{"path", "/tmp/x"}}).at("verified") == true);
    }
    {
        const auto running = api.send("POST", "/v1/maintenance/rebuild");
        CHECK(running.status == 200);
    }  // a client that hangs up
    CHECK(result_of("rebuild", nullptr).at("ok") == true);
}

TEST_CASE("a commit whose outcome is unknown ends the process from the thread of a long task, too") {
    Api api;
    std::promise<std::string> told;
    api.node.services.on_unknown = [&](const StoreFault& fault) { told.set_value(fault.what()); };
    api.node.services.backup = [](const BackupOrder&, const Progress&) {
        throw CommitUnknown(ErrorCode::io, "commit");
    };
    const auto response = api.send("POST", "/v1/maintenance/backup", {{"path", "/tmp/x"}});
    CHECK(told.get_future().get() == "commit");
}
