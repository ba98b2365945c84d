// The asking side: what it asks, when it waits, what it skips.
#include "sync/puller.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <optional>
#include <utility>

#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

/// Answers what it was told to, and keeps what was asked.
class Script : public Transport {
public:
    Result<PeerAnswer> call(const PeerRequest& request) override {
        if (request.path == "/sync/v1/node") return hello;
        if (fault) throw StoreFault(*std::exchange(fault, std::nullopt), "COMMIT");
        asked.push_back(request.path);
        if (answers.empty()) return PeerAnswer{204, "", "", 0, 0};
        auto answer = answers.front();
        answers.pop_front();
        return answer;
    }
    void cancel() override {}
    void bundle(std::string body) { answers.emplace_back(PeerAnswer{200, "", std::move(body), 0, 0}); }

    Result<PeerAnswer> hello = PeerAnswer{200, "", R"({"node":"sc","protocol":[1]})", 0, 0};
    std::deque<Result<PeerAnswer>> answers;
    std::vector<std::string> asked;
    std::optional<ErrorCode> fault;  ///< what the store says to the next exchange
};

struct Scene {
    Scene() { node.pin(NodeId{"sc"}, *key); }
    std::unique_ptr<SigningKey> key = fixed_key("sc");
    LogForge forge{LogId{"sc-03ab99f0c1d2e3f4"}, *key, {1'766'109'600'000, 0}};
    LoneNode node;
    Script line;
    Puller puller{{NodeId{"sc"}, *node.replica, *node.store, line, node.clock, node.random}, {}};
};

bool asks(const std::string& path, const std::string& parameter) {
    return (path + "&").find(parameter + "&") != std::string::npos;
}

TEST_CASE("what is asked for next follows from what is held") {
    Scene scene;
    scene.line.bundle(scene.forge.rest());
    CHECK(scene.puller.step() == 0);
    CHECK(scene.puller.status().state == "up_to_date");  // all that the sender said it holds
    CHECK(scene.puller.step() == 0);
    CHECK(scene.puller.status().state == "up_to_date");
    REQUIRE(scene.line.asked.size() == 2);
    CHECK(scene.line.asked[1].find(scene.forge.log().value() + ":1") != std::string::npos);
    CHECK(asks(scene.line.asked[0], "wait_s=0"));
    CHECK(asks(scene.line.asked[1], "wait_s=25"));
    (void)scene.puller.step_now();
    CHECK(asks(scene.line.asked[2], "wait_s=0"));
}

TEST_CASE("failures in a row double the pause, half of it by chance, up to the maximum; an answer ends it") {
    Scene scene;
    const PullerOptions options;
    std::int64_t full = options.backoff.first_ms;
    for (int i = 0; i < 14; ++i) {
        scene.line.answers.emplace_back(fail({ErrorCode::unreachable, "lost", "", ""}));
        const std::int64_t pause_ms = scene.puller.step_now();
        CHECK(pause_ms >= full / 2);
        CHECK(pause_ms <= full);
        full = std::min(full * 2, options.backoff.max_ms);
    }
    CHECK(scene.puller.status().failures == 14);
    CHECK(scene.puller.step_now() == 0);
    CHECK(scene.puller.status().failures == 0);
}

TEST_CASE("after a failure the first answer is not waited for, so that the link shows at once how it stands") {
    Scene scene;
    (void)scene.puller.step();
    scene.line.answers.emplace_back(fail({ErrorCode::unreachable, "lost", "", ""}));
    CHECK(scene.puller.step() > 0);
    CHECK(asks(scene.line.asked[1], "wait_s=25"));
    CHECK(scene.puller.status().state == "backing_off");
    CHECK(scene.puller.step() == 0);
    CHECK(asks(scene.line.asked[2], "wait_s=0"));
    CHECK(scene.puller.status().state == "up_to_date");
    (void)scene.puller.step();
    CHECK(asks(scene.line.asked[3], "wait_s=25"));
}

TEST_CASE("a full disk of this node is a failed exchange that is shown and tried again") {
    Scene scene;
    for (int i = 0; i < 3; ++i) {
        scene.line.fault = ErrorCode::disk_full;
        CHECK(scene.puller.step_now() > 0);
    }
    CHECK(scene.puller.status().failures == 3);
    CHECK(scene.puller.status().state == "backing_off");
    CHECK(scene.puller.status().last_error.code == ErrorCode::disk_full);
    CHECK_FALSE(scene.puller.status().last_error.cure.empty());
    scene.line.bundle(scene.forge.rest());
    CHECK(scene.puller.step_now() == 0);
    CHECK(scene.puller.status().records == 1);
    CHECK(scene.puller.status().last_error.what.empty());
}

TEST_CASE("the peer's Retry-After is the least pause") {
    Scene scene;
    scene.line.answers.emplace_back(PeerAnswer{503, "", R"({"detail":"busy"})", 7, 0});
    CHECK(scene.puller.step_now() == 7'000);
    CHECK(scene.puller.status().last_error.what == "the peer answered 503: busy");
    // A peer that has no room for another long-poll answers at once, and must not be asked again at once.
    scene.line.answers.emplace_back(PeerAnswer{204, "", "", 7, 0});
    CHECK(scene.puller.step() == 7'000);
    CHECK(scene.puller.status().failures == 0);
}

TEST_CASE("a node that opens logs without end is refused") {
    Scene scene;
    constexpr int logs_max = 256;
    for (int i = 0; i <= logs_max; ++i) {
        std::string digits = std::to_string(i);
        digits.insert(0, 16 - digits.size(), '0');
        LogForge forge(LogId{"sc-" + digits}, *scene.key, {1'766'109'600'000, 0});
        const auto report = scene.node.replica->ingest(forge.rest(), NodeId{"sc"});
        REQUIRE(report);
        CHECK(report->refused.empty() == (i < logs_max));
    }
}

TEST_CASE("a peer that is another node, or speaks another version, is not followed") {
    const std::pair<const char*, ErrorCode> cases[] = {
        {R"({"node":"gz","protocol":[1]})", ErrorCode::bad_signature},
        {R"({"node":"sc","protocol":[2]})", ErrorCode::unsupported_version},
        {"[]", ErrorCode::malformed}};
    for (const auto& [hello, code] : cases) {
        Scene scene;
        scene.line.hello = PeerAnswer{200, "", hello, 0, 0};
        CHECK(scene.puller.step_now() > 0);
        CHECK(scene.puller.status().last_error.code == code);
        CHECK(scene.line.asked.empty());
    }
}

TEST_CASE("an unknown log is skipped until its card is here, a refused one for a while") {
    Scene scene;
    const auto gz_key = fixed_key("gz");
    const LogForge stranger(LogId{"gz-0000000000000001"}, *gz_key, scene.forge.time());
    scene.line.bundle(stranger.rest());
    (void)scene.puller.step_now();
    (void)scene.puller.step_now();
    CHECK(asks(scene.line.asked[1], "skip=" + stranger.log().value()));
    scene.node.pin(NodeId{"gz"}, *gz_key);
    (void)scene.puller.step_now();
    CHECK(asks(scene.line.asked[2], "skip="));

    const auto thief = fixed_key("thief");
    const LogForge forged(scene.forge.log(), *thief, scene.forge.time());
    scene.line.bundle(forged.rest());
    CHECK(scene.puller.step_now() > 0);
    (void)scene.puller.step_now();
    CHECK(asks(scene.line.asked[4], "skip=" + scene.forge.log().value()));
    scene.node.clock.advance(SkipWaits{}.first_ms);
    (void)scene.puller.step_now();
    CHECK(asks(scene.line.asked[5], "skip="));
}

TEST_CASE("a log that is refused time and again is asked for less and less often, and holds up no other") {
    Scene scene;
    const auto thief = fixed_key("thief");
    const LogForge forged(scene.forge.log(), *thief, scene.forge.time());
    std::vector<std::int64_t> pauses_ms;
    for (int i = 0; i < 4; ++i) {
        scene.line.bundle(forged.rest());
        (void)scene.puller.step_now();
        std::int64_t waited_ms = 0;
        for (; !asks(scene.line.asked.back(), "skip=") || waited_ms == 0; waited_ms += 30'000) {
            scene.node.clock.advance(30'000);
            scene.line.answers.clear();
            (void)scene.puller.step_now();
        }
        pauses_ms.push_back(waited_ms);
        scene.line.answers.clear();
    }
    CHECK(pauses_ms == std::vector<std::int64_t>{60'000, 120'000, 240'000, 300'000});
}

TEST_CASE("cosignatures that were spoilt on the way are asked for again, but not at once") {
    Scene scene;
    scene.line.bundle(scene.forge.rest());
    (void)scene.puller.step_now();
    SignedHead head = parse_note(scene.forge.signed_head(Seq{1}, scene.forge.time())).value();
    head.signatures.front().bytes[5] = static_cast<char>(head.signatures.front().bytes[5] ^ 1);
    BundleInfo info{NodeId{"sc"}, {}, {}};
    info.cosigned = {note_text(head)};
    info.cosigned_upto = Dot{scene.forge.log(), Seq{5}};
    scene.line.bundle(serialise(info));
    (void)scene.puller.step_now();
    (void)scene.puller.step_now();
    CHECK(asks(scene.line.asked.back(), "cosigned=" + scene.forge.log().value() + ":5"));
    scene.node.clock.advance(PullerOptions{}.hello_again_ms + 1);
    (void)scene.puller.step_now();
    CHECK(asks(scene.line.asked.back(), "cosigned=all"));
}

}  // namespace
