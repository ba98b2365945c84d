// Many writes of one entry that have not seen each other: an author is sent back to look, a peer's come in doses.
#include "sync/crowding.hpp"

#include <doctest/doctest.h>

#include "sync/exchange.hpp"
#include "sync/puller.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

constexpr std::int64_t day_ms = 24 * 3'600 * 1'000;
const NodeId sc{"sc"};
const NodeId gz{"gz"};
const std::string crowded_key = "gi/AGI00001";

struct Scene {
    Scene() {
        node.pin(sc, *sc_key);
        node.pin(gz, *gz_key);
    }
    static void write_one_key(LogForge& log, std::size_t records) {
        for (std::size_t i = 0; i < records; ++i)
            log.change({write_op(crowded_key, "name", std::to_string(log.size().value()))});
    }
    [[nodiscard]] IngestReport bring(const LogForge& log, Seq to) const {
        const Seq from{node.holds(log.log()).value() + 1};
        auto report = node.replica->ingest(log.bundle(from, to, log.size()), node_of(log.log()));
        REQUIRE(report);
        CHECK(report->refused.empty());
        return *std::move(report);
    }
    [[nodiscard]] Seq held() const { return node.holds(flooder.log()); }
    [[nodiscard]] Vector etag(const std::string& key) const {
        return node.store->read()->entry(EntryKey{key}).value().etag;
    }

    std::unique_ptr<SigningKey> sc_key = fixed_key("sc");
    std::unique_ptr<SigningKey> gz_key = fixed_key("gz");
    LogForge flooder{LogId{"sc-03ab99f0c1d2e3f4"}, *sc_key, {1'766'109'600'000, 0}};
    LogForge honest{LogId{"gz-0000000000000001"}, *gz_key, {1'766'109'600'000, 0}};
    LoneNode node;
};

TEST_CASE("what the writes of one node contest on a crowded entry is taken up to the quota of each day") {
    Scene scene;
    Scene::write_one_key(scene.flooder, 300);
    CHECK(scene.bring(scene.flooder, Seq{301}).records == 301);
    CHECK(scene.node.store->read()->counts().conflicts_open == 300 * 299 / 2);
    const auto incidents = scene.node.store->read()->incidents(0, 10);
    REQUIRE(incidents.size() == 1);
    CHECK(incidents[0].kind == "quota");
    CHECK(incidents[0].peer == "sc");
    CHECK(incidents[0].subject == crowded_key);

    // Whatever the node writes waits now, in this log and in any other; nobody else does.
    Scene::write_one_key(scene.flooder, 1);
    LogForge other{LogId{"sc-0000000000000002"}, *scene.sc_key, {1'766'109'600'000, 0}};
    Scene::write_one_key(other, 1);
    for (const LogForge* log : {&scene.flooder, &other}) {
        const auto report = scene.bring(*log, log->size());
        CHECK(report.records == 0);
        REQUIRE(report.postponed.size() == 1);
        CHECK(report.postponed[0].second.code == ErrorCode::busy);
    }
    Scene::write_one_key(scene.honest, 1);
    CHECK(scene.bring(scene.honest, scene.honest.size()).records == 2);
    CHECK(scene.node.write({write_op("gi/AGI9", "name", "甲")}));

    scene.node.clock.advance(day_ms);
    CHECK(scene.bring(scene.flooder, scene.flooder.size()).records == 1);
    CHECK(scene.bring(other, other.size()).records == 2);
}

TEST_CASE("conflicts that stand on many entries, a few on each, are no crowd") {
    Scene scene;
    std::vector<Op> ours;
    std::vector<Op> theirs;
    for (int i = 0; i < 2'000; ++i) {
        const std::string key = "gi/AGI" + std::to_string(10'000 + i);
        ours.push_back(write_op(key, "name", "甲"));
        theirs.push_back(write_op(key, "name", "乙"));
    }
    REQUIRE(scene.node.write(ours));
    for (int round = 0; round < 25; ++round) scene.flooder.change(theirs);
    CHECK(scene.bring(scene.flooder, scene.flooder.size()).records == 26);
    CHECK(scene.node.store->read()->counts().conflicts_open > crowd_contests_per_day);
    CHECK(scene.node.incidents().empty());
    CHECK(scene.node.replica->quota().contested(*scene.node.store->read(), sc) == 0);
}

TEST_CASE("a bundle that writes one entry too often is put off whole, its other logs are taken") {
    Scene scene;
    Scene::write_one_key(scene.flooder, writes_at_once_max + 1);
    Scene::write_one_key(scene.honest, 5);
    const Seq all = scene.flooder.size();
    const auto both = scene.node.replica->ingest(
        forged_bundle(sc, {{&scene.flooder, Seq{1}, all, all}, {&scene.honest, Seq{1}, Seq{6}, Seq{6}}}), sc);
    REQUIRE(both);
    CHECK(both->records == 6);
    REQUIRE(both->postponed.size() == 1);
    CHECK(both->postponed[0].first == scene.flooder.log());
    CHECK(both->postponed[0].second.code == ErrorCode::too_large);
    CHECK(scene.held() == Seq{});
    CHECK(scene.node.incidents().empty());

    // Half of it is no crowd. What a person carries here is not counted.
    CHECK(scene.bring(scene.flooder, Seq{150}).records == 150);
    const auto carried =
        scene.node.replica->ingest(scene.flooder.bundle(Seq{151}, all, all), sc, Doubts::report, Quotas::ignore);
    REQUIRE(carried);
    CHECK(scene.held() == all);
}

TEST_CASE("a puller asks for smaller bundles until it has all of a crowd") {
    struct Peer : Transport {
        explicit Peer(const Scene& asking) : scene(asking) {}
        Result<PeerAnswer> call(const PeerRequest& request) override {
            if (request.path == "/sync/v1/node") return PeerAnswer{200, "", R"({"node":"sc","protocol":[1]})", 0, 0};
            const std::string_view limit = "&limit_bytes=";
            limits.push_back(std::stoull(request.path.substr(request.path.find(limit) + limit.size())));
            const std::uint64_t held = scene.held().value();
            const std::uint64_t all = scene.flooder.size().value();
            if (held == all) return PeerAnswer{204, "", "", 0, 0};
            const std::uint64_t to = limits.back() > (1u << 20) ? all : std::min(all, held + 200);
            return PeerAnswer{200, "", scene.flooder.bundle(Seq{held + 1}, Seq{to}, Seq{all}), 0, 0};
        }
        void cancel() override {}
        const Scene& scene;
        std::vector<std::uint64_t> limits;
    };
    Scene scene;
    Scene::write_one_key(scene.flooder, 399);
    Peer line(scene);
    Puller puller{{sc, *scene.node.replica, *scene.node.store, line, scene.node.clock, scene.node.random}, {}};
    for (int i = 0; i < 3; ++i) CHECK(puller.step_now() == 0);
    CHECK(line.limits == std::vector<std::uint64_t>{bundle_bytes_max, 64 * 1024, 128 * 1024});
    CHECK(scene.held() == scene.flooder.size());
    CHECK(puller.status().failures == 0);
}

TEST_CASE("a push that crowds an entry and brings nothing else is too large") {
    Scene scene;
    Scene::write_one_key(scene.flooder, writes_at_once_max + 1);
    Exchange exchange(*scene.node.replica, *scene.node.store, scene.node.clock,
                      fixed_card(scene.node.id, *scene.node.key));
    const auto refused = exchange.push(scene.flooder.rest(), sc);
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::too_large);
    CHECK(refused.error().what.find(crowded_key) != std::string::npos);
    const auto half = exchange.push(scene.flooder.bundle(Seq{1}, Seq{160}, scene.flooder.size()), sc);
    REQUIRE(half);
    CHECK(scene.held() == Seq{160});
}

TEST_CASE("a bundle may bring an entry up to the limit at once, and a single write of any size") {
    Scene scene;
    const Op large = write_op(crowded_key, "notes", std::string(write_bytes_at_once_max, 'x'));
    scene.flooder.change({large});
    CHECK(scene.bring(scene.flooder, Seq{2}).records == 2);
    scene.flooder.change({large});
    scene.flooder.change({large});
    CHECK(scene.bring(scene.flooder, Seq{4}).records == 0);
    CHECK(scene.bring(scene.flooder, Seq{3}).records == 1);
    CHECK(scene.bring(scene.flooder, Seq{4}).records == 1);
}

TEST_CASE("an author who has not looked for very many writes is sent back to look") {
    Scene scene;
    Scene::write_one_key(scene.flooder, unseen_writes_max - 1);
    (void)scene.bring(scene.flooder, scene.flooder.size());
    CHECK(scene.node.write({write_op(crowded_key, "name", "甲")}));
    const auto before = scene.node.replica->standing().vector;
    const auto refused = scene.node.write({write_op("gi/AGI00002", "name", "乙"), write_op(crowded_key, "name", "丙")});
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::stale);
    CHECK(refused.error().where == crowded_key);
    CHECK(refused.error().what.find("256 writes") != std::string::npos);
    CHECK(scene.node.replica->standing().vector == before);
    CHECK(!scene.node.store->read()->entry(EntryKey{"gi/AGI00002"}));

    // Whoever has looked may write, and decides by it; so may whoever writes another entry.
    CHECK(scene.node.write({write_op("gi/AGI00002", "name", "乙")}));
    CHECK(scene.node.write({write_op(crowded_key, "name", "丙", scene.etag(crowded_key))}));
    CHECK(scene.node.store->read()->counts().conflicts_open == 0);
    CHECK(scene.node.write({write_op(crowded_key, "name", "丁")}));  // no crowd any more
}

TEST_CASE("an author who has missed a long history of one entry is not refused for it") {
    Scene scene;
    REQUIRE(scene.node.write({write_op(crowded_key, "name", "甲")}));
    const Vector shown = scene.etag(crowded_key);
    for (std::size_t i = 0; i < unseen_writes_max + 5; ++i)
        REQUIRE(scene.node.write({write_op(crowded_key, "name", std::to_string(i), scene.etag(crowded_key))}));
    CHECK(scene.node.write({write_op(crowded_key, "name", "乙", shown)}));
    CHECK(scene.node.store->read()->counts().conflicts_open == 1);
}

}  // namespace
