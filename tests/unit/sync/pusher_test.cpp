// The bringing side: what it brings, when it waits, what it leaves alone, and that it never needs to remember.
#include "sync/pusher.hpp"

#include <doctest/doctest.h>

#include <deque>

#include "sync/cosignatures.hpp"
#include "sync/exchange.hpp"
#include "sync/sender.hpp"
#include "sync/verify.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

/// A line to a whole node, that can be told to answer otherwise.
class LineTo : public Transport {
public:
    explicit LineTo(LoneNode& node) : exchange(*node.replica, *node.store, node.clock, "") {}
    Result<PeerAnswer> call(const PeerRequest& request) override {
        if (request.method == "POST") posted.push_back(request.body);
        if (!instead.empty()) {
            auto answer = instead.front();
            instead.pop_front();
            return answer;
        }
        if (request.path == "/sync/v1/node") return PeerAnswer{200, "", exchange.node_json(), 0, 0};
        if (request.body.size() > body_bytes_max) return PeerAnswer{413, "", R"({"detail":"too large"})", 0, 0};
        const auto brought = exchange.push(spoil(request.body), NodeId{"cq"});
        if (lose_answers) return fail({ErrorCode::unreachable, "lost", "", ""});
        if (!brought) return PeerAnswer{400, "", "{}", 0, 0};
        return PeerAnswer{brought->refusal ? 422 : 200, "", brought->json, 0, 0};
    }
    void cancel() override {}

    Exchange exchange;
    std::deque<Result<PeerAnswer>> instead;
    std::vector<std::string> posted;
    std::size_t body_bytes_max = bundle_bytes_limit;
    bool lose_answers = false;
    std::function<std::string(std::string)> spoil = [](std::string body) { return body; };
};

struct Scene {
    Scene() {
        near.pin(far.id, *far.key);
        far.pin(near.id, *near.key);
    }
    void write(int count) {
        for (int i = 0; i < count; ++i)
            REQUIRE(near.write({write_op("gi/AGI" + std::to_string(++written), "name", "甲")}));
    }
    /// Until there is nothing more to bring; the number of bundles.
    std::size_t bring() {
        const std::size_t before = line.posted.size();
        std::uint64_t requests = 0;
        do {
            requests = pusher.status().requests;
            (void)pusher.step_now();
        } while (pusher.status().requests > requests && pusher.status().failures == 0);
        return line.posted.size() - before;
    }
    [[nodiscard]] bool far_has_all() const {
        return far.replica->standing().vector.covers(near.replica->standing().vector);
    }
    [[nodiscard]] std::uint64_t records_in(const std::string& bundle) const {
        return parse_bundle(bundle).value().records.size();
    }

    LoneNode near{"cq"};
    LoneNode far{"sc"};
    LineTo line{far};
    PusherOptions options{};
    Pusher pusher{{far.id, *near.replica, *near.store, line, near.clock, near.random}, options};
    int written = 0;
};

const auto never = [] { return false; };
const auto at_once = [] { return true; };

}  // namespace

TEST_CASE("all records are brought once, later ones after them, and then nothing") {
    Scene scene;
    scene.write(5);
    CHECK(scene.bring() == 1);
    CHECK(scene.far_has_all());
    CHECK(scene.pusher.status().state == "up_to_date");
    CHECK(scene.pusher.status().records == 6);
    CHECK(scene.bring() == 0);
    scene.write(1);
    CHECK(scene.pusher.step(never) == 0);  // a commit that waits already is not slept over
    CHECK(scene.records_in(scene.line.posted.back()) == 1);
    CHECK(scene.far_has_all());
    CHECK(scene.far.incidents().empty());
}

TEST_CASE("with nothing to bring a step waits, and ends when its owner stops") {
    Scene scene;
    CHECK(scene.pusher.step(at_once) == 0);  // says hello and brings the opening record
    CHECK(scene.pusher.status().state == "catching_up");
    CHECK(scene.pusher.step(at_once) == 0);
    CHECK(scene.pusher.status().state == "up_to_date");
    CHECK(scene.line.posted.size() == 1);
}

TEST_CASE("a new head goes alone when no records are missing, and once only") {
    Scene scene;
    (void)scene.bring();
    scene.near.clock.advance(head_interval_ms + 1);
    scene.near.replica->refresh_head();
    CHECK(scene.bring() == 1);
    CHECK(scene.records_in(scene.line.posted.back()) == 0);
    CHECK(scene.far.store->read()->log(scene.near.replica->standing().own_log)->head ==
          scene.near.replica->standing().own_head);
    CHECK(scene.bring() == 0);
}

TEST_CASE("413 asks for smaller bundles, down to a bound") {
    Scene scene;
    scene.write(400);
    scene.line.body_bytes_max = 70'000;
    CHECK(scene.bring() > 2);
    CHECK(scene.far_has_all());
    for (std::size_t i = 1; i < scene.line.posted.size(); ++i)
        CHECK(scene.line.posted[i].size() <= scene.line.posted[i - 1].size());
    Scene hopeless;
    hopeless.write(1);
    hopeless.line.body_bytes_max = 10;
    (void)hopeless.bring();
    CHECK(hopeless.pusher.status().state == "backing_off");
    CHECK(hopeless.pusher.status().last_error.what == "the peer answered 413: too large");
}

TEST_CASE("Retry-After is the least pause, of the greeting and of the bundle; without it failures double it") {
    for (const int status : {429, 503}) {
        Scene scene;
        scene.line.instead.emplace_back(PeerAnswer{status, "", R"({"detail":"busy"})", 7, 0});
        CHECK(scene.pusher.step_now() == 7'000);
        scene.line.instead.emplace_back(PeerAnswer{200, "", scene.line.exchange.node_json(), 0, 0});
        scene.line.instead.emplace_back(PeerAnswer{status, "", R"({"detail":"busy"})", 9, 0});
        CHECK(scene.pusher.step_now() == 9'000);
        std::int64_t full = 4 * scene.options.backoff.first_ms;
        for (int i = 0; i < 12; ++i) {
            scene.line.instead.emplace_back(fail({ErrorCode::unreachable, "lost", "", ""}));
            const std::int64_t pause_ms = scene.pusher.step_now();
            CHECK(pause_ms >= full / 2);
            CHECK(pause_ms <= full);
            full = std::min(full * 2, scene.options.backoff.max_ms);
        }
        CHECK(scene.pusher.step_now() == 0);
        CHECK(scene.pusher.status().failures == 0);
        CHECK(scene.far_has_all());
    }
}

TEST_CASE("an answer that is lost costs a greeting, not the records again") {
    Scene scene;
    scene.write(3);
    scene.line.lose_answers = true;
    CHECK(scene.pusher.step_now() > 0);
    CHECK(scene.far_has_all());
    scene.line.lose_answers = false;
    (void)scene.bring();
    for (std::size_t i = 1; i < scene.line.posted.size(); ++i) CHECK(scene.records_in(scene.line.posted[i]) == 0);
}

TEST_CASE("what the peer wrote itself is not brought back to it") {
    Scene scene;
    (void)scene.bring();
    for (int i = 0; i < 5; ++i) REQUIRE(scene.far.write({write_op("gi/AGI9" + std::to_string(i), "name", "乙")}));
    const Standing standing = scene.near.replica->standing();
    const auto bundle = make_bundle(*scene.far.store->read(), scene.far.id, {standing.vector, standing.heads, {}});
    REQUIRE(scene.near.replica->ingest(*bundle, scene.far.id));
    (void)scene.bring();
    for (std::size_t i = 1; i < scene.line.posted.size(); ++i) CHECK(scene.records_in(scene.line.posted[i]) == 0);
    // A peer that lost its disk says so, and is brought everything, its own old log too.
    LoneNode again("sc");
    again.pin(scene.near.id, *scene.near.key);
    LineTo line(again);
    Pusher pusher({again.id, *scene.near.replica, *scene.near.store, line, scene.near.clock, scene.near.random}, {});
    for (int i = 0; i < 3; ++i) (void)pusher.step_now();
    CHECK(again.holds(scene.near.replica->standing().own_log) == Seq{1});
}

TEST_CASE("a log that the peer does not know holds nothing back, and is offered again after a while") {
    Scene scene;
    const auto gz_key = fixed_key("gz");
    LogForge gz(LogId{"gz-0000000000000001"}, *gz_key, {1'766'109'600'000, 0});
    gz.change({write_op("gi/AGI70000", "name", "丙")});
    scene.near.pin(NodeId{"gz"}, *gz_key);
    REQUIRE(scene.near.replica->ingest(gz.rest(), NodeId{"gz"}));
    scene.write(2);
    (void)scene.bring();
    CHECK(scene.far.holds(gz.log()) == Seq{});
    CHECK(scene.far.holds(scene.near.replica->standing().own_log) == Seq{3});
    CHECK(scene.pusher.status().skipped == std::set{gz.log()});
    scene.write(1);
    CHECK(scene.bring() == 1);
    CHECK(scene.far.incidents() == std::vector<std::string>{"unknown_log"});
    scene.far.pin(NodeId{"gz"}, *gz_key);
    scene.near.clock.advance(SkipWaits{}.first_ms);
    (void)scene.bring();
    CHECK(scene.far.holds(gz.log()) == Seq{2});
    CHECK(scene.pusher.status().skipped.empty());
    CHECK(scene.far_has_all());
}

TEST_CASE("a log that the peer refuses is left alone for a while") {
    Scene scene;
    const auto thief = fixed_key("thief");
    scene.far.pin(scene.near.id, *thief);  // the wrong card
    scene.write(2);
    CHECK(scene.bring() == 1);
    CHECK(scene.pusher.status().failures == 0);
    CHECK(scene.pusher.status().skipped.size() == 1);
    CHECK(scene.far.incidents() == std::vector<std::string>{"bad_signature"});
    CHECK(scene.bring() == 0);
    scene.far.pin(scene.near.id, *scene.near.key);
    scene.near.clock.advance(SkipWaits{}.first_ms);
    (void)scene.bring();
    CHECK(scene.far_has_all());
}

namespace {

/// With a log of gz that the near node holds and has cosigned.
struct CosigningScene : Scene {
    CosigningScene() {
        near.pin(NodeId{"gz"}, *gz_key);
        far.pin(NodeId{"gz"}, *gz_key);
        gz.change({write_op("gi/AGI70000", "name", "丙")});
        REQUIRE(near.replica->ingest(gz.rest(), NodeId{"gz"}));
    }
    /// Whether the far node knows that the near one vouches for all of the log of gz.
    [[nodiscard]] bool is_vouched_for() const {
        const auto best = best_head(*far.store->read(), gz.log(), Seq{2});
        return best && best->by == std::vector{near.id, far.id};
    }

    std::unique_ptr<SigningKey> gz_key = fixed_key("gz");
    LogForge gz{LogId{"gz-0000000000000001"}, *gz_key, {1'766'109'600'000, 0}};
};

}  // namespace

TEST_CASE("cosignatures that were spoilt on the way are brought again, but not at once") {
    CosigningScene scene;
    scene.line.spoil = [](std::string body) {
        BundleInfo info = parse_bundle(body)->info;
        for (std::string& note : info.cosigned) {
            SignedHead head = parse_note(note).value();
            head.signatures.back().bytes.at(5) ^= 1;
            note = note_text(head);
        }
        return serialise(info) + body.substr(body.find('\n') + 1);
    };
    (void)scene.bring();
    CHECK(scene.far.holds(scene.gz.log()) == Seq{2});
    CHECK(!scene.is_vouched_for());
    CHECK(scene.far.incidents() == std::vector<std::string>{"bad_signature"});
    scene.line.spoil = [](std::string body) { return body; };
    CHECK(scene.bring() == 0);
    scene.near.clock.advance(PusherOptions{}.hello_again_ms + 1);
    (void)scene.bring();
    CHECK(scene.is_vouched_for());
    scene.near.clock.advance(PusherOptions{}.hello_again_ms + 1);
    CHECK(scene.bring() == 0);  // they have got there
}

TEST_CASE("cosignatures of a log that the peer refused are brought with it, once it is offered again") {
    CosigningScene scene;
    const auto thief = fixed_key("thief");
    scene.far.pin(NodeId{"gz"}, *thief);  // the wrong card
    (void)scene.bring();
    CHECK(scene.far.holds(scene.gz.log()) == Seq{});
    scene.far.pin(NodeId{"gz"}, *scene.gz_key);
    scene.near.clock.advance(SkipWaits{}.first_ms);
    (void)scene.bring();
    CHECK(scene.is_vouched_for());
}

TEST_CASE("what a peer holds is asked again now and then: it may have been put back to an old state") {
    Scene scene;
    scene.write(1);
    (void)scene.bring();
    const std::uint64_t before = scene.pusher.status().requests;
    scene.near.clock.advance(PusherOptions{}.hello_again_ms);
    (void)scene.pusher.step(at_once);
    CHECK(scene.pusher.status().requests == before);
    scene.near.clock.advance(1);
    (void)scene.pusher.step(at_once);
    CHECK(scene.pusher.status().requests == before + 1);
    CHECK(scene.line.posted.size() == 1);
}

TEST_CASE("a peer that is another node, or answers nonsense, is brought nothing") {
    const std::pair<const char*, ErrorCode> cases[] = {
        {R"({"node":"gz","protocol":[1],"vector":{},"heads":[]})", ErrorCode::bad_signature},
        {R"({"node":1})", ErrorCode::malformed},
        {R"({"node":"sc","protocol":[2],"vector":{},"heads":[]})", ErrorCode::unsupported_version},
        {R"({"node":"sc","protocol":[1]})", ErrorCode::malformed},
        {R"({"node":"sc","protocol":[1],"vector":{"sc":1},"heads":[]})", ErrorCode::malformed},
        {R"({"node":"sc","protocol":[1],"vector":{"sc-0000000000000001":-1},"heads":[]})", ErrorCode::malformed},
        {R"({"node":"sc","protocol":[1],"vector":{},"heads":["x"]})", ErrorCode::malformed}};
    for (const auto& [hello, code] : cases) {
        Scene scene;
        scene.line.instead.emplace_back(PeerAnswer{200, "", hello, 0, 0});
        CHECK(scene.pusher.step_now() > 0);
        CHECK(scene.pusher.status().last_error.code == code);
        CHECK(scene.line.posted.empty());
    }
}
