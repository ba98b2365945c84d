// Conflicts as people see them, freshness, the state of the exchange, health and metrics.
#include <doctest/doctest.h>

#include "tests/unit/http/api_fixture.hpp"

namespace minglu {
namespace {

using test::all_items;
using test::ask;
using test::get;
using test::HandClock;
using test::Json;
using test::TestNode;

const std::string mark = "trademark/10325554/33";

/// Two nodes that know each other and hold one entry, each with a write of its own that the other has not seen.
struct Pair {
    HandClock clock;
    TestNode cq{"cq", clock};
    TestNode sc{"sc", clock};

    explicit Pair(const std::string& home) {
        cq.know(sc);
        sc.know(cq);
        cq.write({{mark, {{"listing", "listed"}, {"home", home}, {"name", "旧名"}, {"notes", "同"}}}});
        sc.pull(cq);
        cq.write({{mark, {{"name", "渝名"}, {"goods", "白酒"}}}});
        sc.write({{mark, {{"name", "川名"}}}});
        cq.pull(sc);
        sc.pull(cq);
    }
};

TEST_CASE("A conflict shows base, both sides and why one stands for now; mirrored on the other node") {
    struct Case {
        std::string home;
        std::string winner;  ///< node
        std::string rule;
    };
    for (const Case& c : {Case{"cq", "cq", "home"}, Case{"sc", "sc", "home"}, Case{"gz", "sc", "later"}}) {
        CAPTURE(c.home);
        Pair pair(c.home);
        Json seen_by_cq;
        for (TestNode* node : {&pair.cq, &pair.sc}) {
            const auto items = all_items(*node, get("/v1/conflicts"), 20);
            REQUIRE(items.size() == 1);
            CHECK(items[0].at("type") == "update_update");
            CHECK(items[0].at("state") == "open");
            CHECK(items[0].at("groups") == Json({"name"}));
            CHECK(items[0].at("sides").size() == 2);
            const Json whole = ask(*node, get("/v1/conflicts/" + items[0].at("id").get<std::string>()));
            CHECK(whole.at("base").at("fields").at("name") == "旧名");
            CHECK(whole.at("base").at("fields").at("notes") == "同");
            const bool is_cq = node == &pair.cq;
            CHECK(whole.at("ours").at("author") == (is_cq ? "cq" : "sc"));
            CHECK(whole.at("theirs").at("author") == (is_cq ? "sc" : "cq"));
            CHECK(whole.at("ours").at("fields").at("name") == (is_cq ? "渝名" : "川名"));
            const Json winner = whole.at("winner").at("name");
            CHECK(winner.at("side") == (node->node.value() == c.winner ? "ours" : "theirs"));
            CHECK(winner.at("rule") == c.rule);
            CHECK(winner.at("value").at("name") == (c.winner == "cq" ? "渝名" : "川名"));
            CHECK(whole.at("journal").at(0).at("event") == "opened");
            CHECK(whole.at("resolutions").empty());
            CHECK(whole.contains("freshness"));
            if (is_cq) {
                seen_by_cq = items[0];
            } else {
                CHECK(seen_by_cq.at("id") == items[0].at("id"));
            }
            const Json entry = ask(*node, get("/v1/entries/" + mark));
            CHECK(entry.at("fields").at("name") == winner.at("value").at("name"));
            CHECK(entry.at("open_conflicts") == 1);
            CHECK(test::keys_of(ask(*node, get("/v1/entries", {{"conflict", "open"}}))).size() == 1);
        }
    }
}

TEST_CASE("A resolution moves a conflict to the resolved ones, and is told with it") {
    Pair pair("cq");
    const std::string id = all_items(pair.cq, get("/v1/conflicts"), 20).at(0).at("id");
    Draft draft;
    draft.label = "resolve";
    draft.actor = "chen.jie";
    draft.reason = "以注册簿为准";
    pair.cq.write({{mark, {{"name", "川名"}}}}, draft);
    CHECK(all_items(pair.cq, get("/v1/conflicts"), 20).empty());
    CHECK(all_items(pair.cq, get("/v1/conflicts", {{"state", "resolved"}}), 20).size() == 1);
    CHECK(all_items(pair.cq, get("/v1/conflicts", {{"state", "superseded"}}), 20).empty());
    CHECK(all_items(pair.cq, get("/v1/conflicts", {{"state", "all"}, {"key", mark}}), 20).size() == 1);
    CHECK(all_items(pair.cq, get("/v1/conflicts", {{"state", "all"}, {"key", "gi/别的"}}), 20).empty());
    const Json whole = ask(pair.cq, get("/v1/conflicts/" + id));
    REQUIRE(whole.at("resolutions").size() == 1);
    CHECK(whole.at("resolutions").at(0).at("actor") == "chen.jie");
    CHECK(whole.at("winner").at("name").at("side") == "other");
    CHECK_FALSE(whole.at("winner").at("name").contains("rule"));
    CHECK(whole.at("base").at("fields").at("name") == "旧名");
    CHECK(all_items(pair.sc, get("/v1/conflicts"), 20).size() == 1);

    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"state", "half"}, {"key", "x"}, {"cursor", "b1"}, {"limit", "x"}})
        CHECK(ask(pair.cq, get("/v1/conflicts", {{name, value}}), 400).at("where") == "query parameter " + name);
    for (const std::string& bad : {std::string("00"), std::string("zz"), std::string(64, '0')})
        ask(pair.cq, get("/v1/conflicts/" + bad), 404);
}

TEST_CASE("Claims are found by who claimed, conflicts page by page") {
    Pair pair("cq");
    for (int i = 0; i < 6; ++i) {
        const std::string key = "gi/产品" + std::to_string(i);
        pair.cq.write({{key, {{"listing", "listed"}, {"name", "甲"}}}});
        pair.sc.write({{key, {{"listing", "listed"}, {"name", "乙"}}}});
    }
    pair.cq.pull(pair.sc);
    const auto whole = all_items(pair.cq, get("/v1/conflicts"), 200);
    REQUIRE(whole.size() == 7);
    for (const int limit : {1, 3, 7}) CHECK(all_items(pair.cq, get("/v1/conflicts"), limit) == whole);
    const auto id = to_hash(from_hex(whole[3].at("id").get<std::string>()).value()).value();
    pair.cq.replica.write_local([&](WriteTx& tx) { tx.claim(id, "chen.jie", pair.clock.now()); });
    const auto claimed = all_items(pair.cq, get("/v1/conflicts", {{"claimed_by", "chen.jie"}}), 200);
    REQUIRE(claimed.size() == 1);
    CHECK(claimed[0].at("id") == whole[3].at("id"));
    CHECK(claimed[0].at("claimed_by") == "chen.jie");
}

TEST_CASE("Every read says how fresh it is") {
    Pair pair("cq");
    pair.clock.now_ms += 90'000;
    pair.cq.services.peer_reports = [] {
        PullStatus status;
        status.state = "catching_up";
        return std::vector<PeerReport>{{NodeId("sc"), status}, {NodeId("gz"), status}};
    };
    const std::string id = all_items(pair.cq, get("/v1/conflicts"), 20).at(0).at("id");
    const std::string vector = to_string(pair.cq.replica.standing().vector);
    for (const std::string& path :
         {std::string("/v1/entries"), "/v1/entries/" + mark, "/v1/entries/" + mark + "/history",
          std::string("/v1/batches"), std::string("/v1/changes"), std::string("/v1/conflicts"), "/v1/conflicts/" + id,
          std::string("/v1/sync")}) {
        CAPTURE(path);
        const HttpResponse response = pair.cq.router.handle(get(path));
        CHECK(response.headers.find("Minglu-Vector")->second == vector);
        const Json freshness = test::json_of(response).at("freshness");
        CHECK(freshness.at("node") == "cq");
        CHECK(freshness.at("vector").size() == 2);
        REQUIRE(freshness.at("partners").size() == 1);
        const Json partner = freshness.at("partners").at(0);
        CHECK(partner.at("node") == "sc");
        CHECK(partner.at("age_s") >= 90);
        CHECK(partner.at("age_s") < 100);
        CHECK(partner.at("lag") == "catching_up");
        CHECK(partner.at("head_time").get<std::string>().ends_with("+08:00"));
    }
}

TEST_CASE("The state of the exchange: lag both ways, errors, and pulling at once") {
    Pair pair("cq");
    const Json quiet = ask(pair.cq, get("/v1/sync"));
    CHECK(quiet.at("node") == "cq");
    CHECK(quiet.at("state_root").get<std::string>().size() == 64);
    REQUIRE(quiet.at("peers").size() == 1);
    CHECK(quiet.at("peers").at(0).at("state") == "passive");
    CHECK(quiet.at("peers").at(0).at("fingerprint").get<std::string>().size() == 29);

    Vector theirs = pair.cq.replica.standing().vector;
    theirs.raise(pair.sc.replica.standing().own_log, Seq{theirs.at(pair.sc.replica.standing().own_log).value() + 5});
    theirs.set(pair.cq.replica.standing().own_log, Seq{1});
    pair.cq.services.peer_reports = [&] {
        PullStatus status;
        status.state = "backing_off";
        status.their_vector = theirs;
        status.last_error = {ErrorCode::unreachable, "no route", "", "check the cable"};
        status.failures = 3;
        return std::vector<PeerReport>{{NodeId("sc"), status}};
    };
    const Json peer = ask(pair.cq, get("/v1/sync")).at("peers").at(0);
    CHECK(peer.at("lag_records") == 5);
    CHECK(peer.at("ahead_records") == 2);
    CHECK(peer.at("last_error").at("code") == "unreachable");
    CHECK(peer.at("failures") == 3);

    std::vector<std::string> pulled;
    pair.cq.services.exchange_now = [&](const NodeId& node) -> Result<PeerReport> {
        pulled.push_back(node.value());
        return PeerReport{node, {}, {}};
    };
    HttpRequest now = get("/v1/sync/now");
    now.method = "POST";
    now.local = true;
    CHECK(ask(pair.cq, now).contains("peers"));
    CHECK(pulled.empty());  // it has no address
    now.body = R"({"peer":"sc"})";
    CHECK(ask(pair.cq, now).contains("peers"));
    CHECK(pulled == std::vector<std::string>{"sc"});
    now.body = R"({"peer":"gz"})";
    ask(pair.cq, now, 404);
    for (const std::string bad : {"[]", "{", R"({"peer":1})", R"({"peers":"sc"})", R"({"peer":"sc","peer":"sc"})"}) {
        now.body = bad;
        CHECK_MESSAGE(ask(pair.cq, now, 400).at("code") == "bad_request", bad);
    }
}

TEST_CASE("Health is open to all; metrics to this machine and to tokens") {
    Pair pair("cq");
    pair.cq.services.open_reads = false;
    CHECK(ask(pair.cq, get("/healthz")).at("status") == "ok");
    CHECK(ask(pair.cq, get("/readyz")).at("node") == "cq");
    ask(pair.cq, get("/v1/entries"), 401);

    const HttpResponse metrics = pair.cq.router.handle(get("/metrics"));
    CHECK(metrics.status == 200);
    for (const std::string line : {"minglu_entries 1", "minglu_conflicts_open 1",
                                   R"(minglu_http_requests_total{method="GET",route="/v1/entries",status="401"} 1)",
                                   "minglu_http_request_seconds_count{route=\"/healthz\"} 1"})
        CHECK_MESSAGE(metrics.body.find(line) != std::string::npos, metrics.body);
    HttpRequest proxied = get("/metrics");
    proxied.headers["x-forwarded-for"] = "10.0.0.1";
    CHECK(pair.cq.router.handle(proxied).status == 401);
    HttpRequest remote = get("/metrics");
    remote.remote = "10.0.0.1";
    CHECK(pair.cq.router.handle(remote).status == 401);
}

}  // namespace
}  // namespace minglu
