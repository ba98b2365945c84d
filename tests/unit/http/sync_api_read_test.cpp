// The exchange protocol over HTTP: who may ask, what is spoken, what is answered.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "src/http/media_type.hpp"
#include "src/http/sync_api.hpp"
#include "sync/sender.hpp"
#include "tests/unit/http/api_fixture.hpp"

namespace minglu {
namespace {

using test::HandClock;
using test::Json;
using test::TestNode;

const std::string bundle_v1 = "application/vnd.minglu.bundle; v=1";

struct Door {
    HandClock clock;
    TestNode cq{"cq", clock};
    TestNode sc{"sc", clock};
    HttpHandler api = make_sync_api(cq.services, [](const Hash& spki) -> std::optional<NodeId> {
        if (spki == Hash{1}) return NodeId("sc");
        if (spki == Hash{2}) return NodeId("gz");
        return std::nullopt;
    });

    Door() {
        cq.know(sc);
        sc.know(cq);
        cq.write({{"gi/涪陵榨菜", {{"listing", "listed"}, {"name", "涪陵榨菜"}}}});
    }
    HttpRequest request(const std::string& path, std::multimap<std::string, std::string> query = {}) const {
        HttpRequest made = test::get(path, std::move(query));
        made.client_spki = Hash{1};
        return made;
    }
};

TEST_CASE("Only a pinned key is answered") {
    const Door door;
    HttpRequest request = door.request("/sync/v1/node");
    CHECK(door.api(request).status == 200);
    request.client_spki = Hash{9};
    CHECK(door.api(request).status == 403);
    request.client_spki.reset();
    CHECK(door.api(request).status == 403);
}

TEST_CASE("Accept decides what is spoken; 406 lists it") {
    const Door door;
    struct Case {
        std::string accept;
        int status;
    };
    const std::vector<Case> cases{{"", 200},
                                  {bundle_v1, 200},
                                  {"application/vnd.minglu.bundle", 200},
                                  {"Application/Vnd.Minglu.Bundle;v=\"1\"", 200},
                                  {"application/vnd.minglu.bundle; v=2, " + bundle_v1, 200},
                                  {"*/*", 200},
                                  {"application/*;q=0.5", 200},
                                  {"application/vnd.minglu.bundle; v=2", 406},
                                  {"application/vnd.minglu.bundle; v=11", 406},
                                  {bundle_v1 + "; q=0", 406},
                                  {bundle_v1 + "; q=0.0, */*", 406},
                                  {"application/json", 406},
                                  {"text/*", 406}};
    for (const Case& c : cases) {
        HttpRequest request = door.request("/sync/v1/records");
        request.headers["accept"] = c.accept;
        const HttpResponse response = door.api(request);
        CAPTURE(c.accept);
        CHECK(response.status == c.status);
        if (c.status == 200) CHECK(response.content_type == bundle_v1);
        if (c.status == 406) CHECK(test::json_of(response).at("spoken") == Json({bundle_v1}));
    }
    HttpRequest node = door.request("/sync/v1/node");
    node.headers["accept"] = bundle_v1;
    CHECK(door.api(node).status == 406);
    CHECK(is_media_type(bundle_v1, "application/vnd.minglu.bundle", "1"));
    CHECK_FALSE(is_media_type("application/vnd.minglu.bundle; v=2", "application/vnd.minglu.bundle", "1"));
    CHECK_FALSE(is_media_type("", "application/vnd.minglu.bundle", "1"));
}

TEST_CASE("A bundle goes over, after which there is nothing to bring") {
    Door door;
    const HttpResponse first = door.api(door.request("/sync/v1/records", {{"have", ""}, {"heads", ""}, {"skip", ""}}));
    REQUIRE(first.status == 200);
    REQUIRE(door.sc.replica.ingest(first.body, NodeId("cq")));
    const Standing standing = door.sc.replica.standing();
    std::multimap<std::string, std::string> held{{"have", to_string(standing.vector)},
                                                 {"heads", to_string(standing.heads)}};
    CHECK(door.api(door.request("/sync/v1/records", held)).status == 204);
    held.emplace("wait_s", "3000");
    HttpRequest gone = door.request("/sync/v1/records", held);
    gone.gone = [] { return true; };
    CHECK(door.api(gone).status == 204);
    held.emplace("a_newer_peer", "may send this");
    gone.query = held;
    CHECK(door.api(gone).status == 204);

    const HttpResponse back = [&] {
        HttpRequest push = door.request("/sync/v1/records");
        push.method = "POST";
        push.headers["content-type"] = bundle_v1;
        push.body = make_bundle(*door.sc.store->read(), NodeId("sc"), {}).value();
        return door.api(push);
    }();
    REQUIRE(back.status == 200);
    CHECK(test::json_of(back).at("taken") == 1);
    CHECK(door.cq.replica.standing().vector.covers(door.sc.replica.standing().vector));
}

TEST_CASE("A push that proves nothing is 422 and tells what is held; one of a paused peer is put off") {
    Door door;
    HttpRequest push = door.request("/sync/v1/records");
    push.method = "POST";
    push.headers["content-type"] = bundle_v1;
    push.body = make_bundle(*door.sc.store->read(), NodeId("sc"), {}).value();
    const std::size_t at = push.body.find("ops_root") + 14;
    const std::string good = push.body;
    push.body[at] = push.body[at] == 'x' ? 'y' : 'x';
    const HttpResponse refused = door.api(push);
    CHECK(refused.status == 422);
    const Json told = test::json_of(refused);
    CHECK(told.at("code") == "bad_proof");
    CHECK(told.at("vector").size() == 1);
    CHECK(told.at("taken") == 0);
    CHECK(told.at("refused").size() == 1);

    push.body = good;
    const auto pause = [&](bool paused) {
        door.cq.replica.write_local([&](WriteTx& tx) {
            PeerRow peer = tx.peers().front();
            peer.paused = paused;
            tx.put_peer(peer);
        });
    };
    pause(true);
    const HttpResponse later = door.api(push);
    CHECK(later.status == 503);
    CHECK(later.headers.find("Retry-After")->second == "60");
    CHECK(door.cq.store->read()->counts().records == 2);
    pause(false);
    CHECK(test::json_of(door.api(push)).at("taken") == 1);
}

TEST_CASE("A newer long-poll of a peer ends the older one") {
    Door door;
    const Standing standing = door.cq.replica.standing();
    const std::multimap<std::string, std::string> held{
        {"have", to_string(standing.vector)}, {"heads", to_string(standing.heads)}, {"wait_s", "60"}};
    std::atomic<bool> waiting{false};
    int first_status = 0;
    std::thread first([&] {
        HttpRequest request = door.request("/sync/v1/records", held);
        request.gone = [&] {
            waiting = true;
            return false;
        };
        first_status = door.api(request).status;
    });
    while (!waiting) std::this_thread::yield();
    HttpRequest second = door.request("/sync/v1/records", held);
    second.gone = [] { return true; };
    CHECK(door.api(second).status == 204);
    first.join();
    CHECK(first_status == 204);
}

TEST_CASE("What cannot be understood is refused, and says where") {
    const Door door;
    struct Case {
        std::string path;
        std::multimap<std::string, std::string> query;
        int status;
    };
    const std::vector<Case> cases{
        {"/sync/v1/records", {{"have", "cq"}}, 400},
        {"/sync/v1/records", {{"heads", "cq"}}, 400},
        {"/sync/v1/records", {{"skip", "cq"}}, 400},
        {"/sync/v1/records", {{"wait_s", "-1"}}, 400},
        {"/sync/v1/records", {{"limit_bytes", "0"}}, 400},
        {"/sync/v1/records", {{"limit_bytes", "1"}}, 200},
        {"/sync/v1/proof", {}, 400},
        {"/sync/v1/proof", {{"log", "sc-0000000000000000"}, {"from", "1"}, {"to", "1"}}, 404},
        {"/sync/v1/trie", {{"prefix", "zz"}}, 404},
        {"/sync/v1/nothing", {}, 404},
        {"/sync/v2/node", {}, 404},
    };
    for (const Case& c : cases) {
        CAPTURE(c.path);
        CHECK(door.api(door.request(c.path, c.query)).status == c.status);
    }
    HttpRequest push = door.request("/sync/v1/records");
    push.method = "POST";
    CHECK(door.api(push).status == 415);
    push.headers["content-type"] = bundle_v1;
    push.body = "not a bundle";
    CHECK(door.api(push).status == 400);
    push.method = "DELETE";
    const HttpResponse wrong = door.api(push);
    CHECK(wrong.status == 405);
    CHECK(wrong.headers.find("Allow")->second == "GET, POST");
}

TEST_CASE("Proofs and the drill-down; a step that the asker has is not sent again") {
    Door door;
    const Standing standing = door.cq.replica.standing();
    const HttpResponse proof =
        door.api(door.request("/sync/v1/proof", {{"log", standing.own_log.value()}, {"from", "1"}, {"to", "2"}}));
    CHECK(test::json_of(proof).at("path").size() == 1);
    HttpRequest request = door.request("/sync/v1/trie", {{"prefix", ""}});
    const HttpResponse step = door.api(request);
    REQUIRE(step.status == 200);
    CHECK(test::json_of(step).contains("leaf"));
    request.headers["if-none-match"] = step.headers.find("ETag")->second;
    CHECK(door.api(request).status == 304);
    door.cq.write({{"gi/另一个", {{"listing", "listed"}}}});
    CHECK(door.api(request).status == 200);
}

}  // namespace
}  // namespace minglu
