// What a log may bring in on one day: delayed, never refused.
#include "sync/quota.hpp"

#include <doctest/doctest.h>

#include "sync/puller.hpp"
#include "sync/sender.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

constexpr std::uint64_t per_day = 8'000;
constexpr std::int64_t day_ms = 24 * 3'600 * 1'000;
const NodeId sc{"sc"};
const NodeId gz{"gz"};

struct Scene {
    Scene() {
        open();
        node.pin(sc, *sc_key);
        node.pin(gz, *gz_key);
    }
    /// With a quota of `per_day`; a second call is a restart.
    void open() {
        node.replica.reset();
        node.replica =
            std::make_unique<Replica>(node.id, *node.store, *node.key, node.clock, node.random, nullptr, per_day);
    }
    static void flood(LogForge& log, int records) {
        for (int i = 0; i < records; ++i)
            log.change({write_op("gi/AGI" + std::to_string(log.size().value()), "name", std::string(300, 'x'))});
    }
    /// One record after the other, as a flooding peer would bring them; how many were taken.
    std::uint64_t bring(const LogForge& log) const {
        std::uint64_t taken = 0;
        for (Seq have = node.holds(log.log()); have < log.size(); have = node.holds(log.log())) {
            const Seq next{have.value() + 1};
            const auto report = node.replica->ingest(log.bundle(next, next, log.size()), node_of(log.log()));
            REQUIRE(report);
            CHECK(report->refused.empty());
            if (report->records == 0) {
                CHECK(report->postponed.size() == 1);
                break;
            }
            taken += report->records;
        }
        return taken;
    }

    std::unique_ptr<SigningKey> sc_key = fixed_key("sc");
    std::unique_ptr<SigningKey> gz_key = fixed_key("gz");
    LogForge flooder{LogId{"sc-03ab99f0c1d2e3f4"}, *sc_key, {1'766'109'600'000, 0}};
    LogForge honest{LogId{"gz-0000000000000001"}, *gz_key, {1'766'109'600'000, 0}};
    LoneNode node;
};

TEST_CASE("a flood is taken up to the quota of each day, and all of it in the end") {
    Scene scene;
    Scene::flood(scene.flooder, 60);
    const std::uint64_t first = scene.bring(scene.flooder);
    CHECK(first > 5);
    CHECK(first < 30);
    const auto quota = [&] { return scene.node.replica->quota(); };
    CHECK(quota().used(*scene.node.store->read(), scene.flooder.log()) >= per_day);
    CHECK(quota().used_up(*scene.node.store->read()) == std::set{scene.flooder.log()});
    CHECK(scene.bring(scene.flooder) == 0);

    scene.open();  // a restart forgets nothing
    CHECK(scene.bring(scene.flooder) == 0);

    int days = 0;
    while (scene.node.holds(scene.flooder.log()) < scene.flooder.size()) {
        scene.node.clock.advance(day_ms);
        REQUIRE(++days < 20);
        CHECK(scene.bring(scene.flooder) > 0);
    }
    CHECK(days >= 2);
    const auto incidents = scene.node.store->read()->incidents(0, 10);
    REQUIRE(incidents.size() == 1);
    CHECK(incidents[0].kind == "quota");
    CHECK(incidents[0].subject == scene.flooder.log().value());
    CHECK(incidents[0].count >= 2);  // once for each day on which it was used up
}

TEST_CASE("the day is that of this node's clock in UTC+8") {
    Scene scene;
    Scene::flood(scene.flooder, 60);
    (void)scene.bring(scene.flooder);
    const Day today = day_of(scene.node.clock.now());
    while (day_of(scene.node.clock.now()) == today) {
        CHECK(scene.bring(scene.flooder) == 0);
        scene.node.clock.advance(3'600 * 1'000);
    }
    CHECK(scene.bring(scene.flooder) > 0);
}

TEST_CASE("other logs, own records and carried files do not wait") {
    Scene scene;
    Scene::flood(scene.flooder, 60);
    Scene::flood(scene.honest, 5);
    (void)scene.bring(scene.flooder);
    const Seq held = scene.node.holds(scene.flooder.log());
    const Seq next{held.value() + 1};
    const auto both = scene.node.replica->ingest(forged_bundle(sc, {{&scene.flooder, next, next, scene.flooder.size()},
                                                                    {&scene.honest, Seq{1}, Seq{6}, Seq{6}}}),
                                                 sc);
    REQUIRE(both);
    CHECK(both->records == 6);
    CHECK(both->postponed.size() == 1);
    CHECK(scene.node.write({write_op("gi/AGI9", "name", "甲")}));
    CHECK(scene.node.holds(scene.flooder.log()) == held);
    const auto carried = scene.node.replica->ingest(
        scene.flooder.bundle(next, scene.flooder.size(), scene.flooder.size()), sc, Doubts::report, Quotas::ignore);
    REQUIRE(carried);
    CHECK(scene.node.holds(scene.flooder.log()) == scene.flooder.size());
}

TEST_CASE("a log that waits is not asked for until the next day") {
    class Listener : public Transport {
    public:
        Result<PeerAnswer> call(const PeerRequest& request) override {
            if (request.path == "/sync/v1/node") return PeerAnswer{200, "", R"({"node":"sc","protocol":[1]})", 0, 0};
            asked = request.path;
            return PeerAnswer{204, "", "", 0, 0};
        }
        void cancel() override {}
        std::string asked;
    };
    Scene scene;
    Scene::flood(scene.flooder, 60);
    Listener line;
    Puller puller{{sc, *scene.node.replica, *scene.node.store, line, scene.node.clock, scene.node.random}, {}};
    (void)puller.step_now();
    CHECK(line.asked.find("skip=&") != std::string::npos);
    (void)scene.bring(scene.flooder);
    (void)puller.step_now();
    CHECK(line.asked.find("skip=" + scene.flooder.log().value() + "&") != std::string::npos);
    scene.node.clock.advance(day_ms);
    (void)puller.step_now();
    CHECK(line.asked.find("skip=&") != std::string::npos);
}

}  // namespace
