// Every kind of incident: how it comes about, that it tells what to do, and that nothing else is stopped by it.
#include <doctest/doctest.h>

#include <functional>

#include "sync/exchange.hpp"
#include "sync/puller.hpp"
#include "sync/refold.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

const NodeId sc{"sc"};
const NodeId gz{"gz"};
constexpr HybridTime start{1'766'109'600'000, 0};
constexpr std::uint64_t per_day = 4'000;

/// Says hello with the head that it is given, and has nothing new.
class Hello : public Transport {
public:
    explicit Hello(std::string head) {
        for (std::size_t at = head.find('\n'); at != std::string::npos; at = head.find('\n', at + 2))
            head.replace(at, 1, "\\n");
        body_ = R"({"node":"sc","protocol":[1],"heads":[")" + head + "\"]}";
    }
    Result<PeerAnswer> call(const PeerRequest& request) override {
        if (request.path == "/sync/v1/node") return PeerAnswer{200, "", body_, 0, 0};
        return PeerAnswer{204, "", "", 0, 0};
    }
    void cancel() override {}

private:
    std::string body_;
};

/// cq, which knows sc and gz; sc is the one that something is wrong with.
struct Scene {
    Scene() {
        node.replica.reset();
        node.replica =
            std::make_unique<Replica>(node.id, *node.store, *node.key, node.clock, node.random, nullptr, per_day);
        node.pin(sc, *sc_key);
        node.pin(gz, *gz_key);
        for (const char* key : {"gi/AGI1", "gi/AGI2", "gi/AGI3"}) bad.change({write_op(key, "name", "甲")});
    }
    void take(const std::string& bundle) const { (void)node.replica->ingest(bundle, sc); }
    void take_segment(Segment segment, const std::string& lines = "") {
        take(serialise(BundleInfo{sc, {}, {std::move(segment)}}) + lines);
    }
    void say_hello(const std::string& head) {
        Hello line(head);
        Puller puller{{sc, *node.replica, *node.store, line, node.clock, node.random}, {}};
        (void)puller.step_now();
    }

    std::unique_ptr<SigningKey> sc_key = fixed_key("sc");
    std::unique_ptr<SigningKey> gz_key = fixed_key("gz");
    LogForge bad{LogId{"sc-03ab99f0c1d2e3f4"}, *sc_key, start};
    LogForge good{LogId{"gz-0000000000000001"}, *gz_key, start};
    LoneNode node;
};

void bad_signature(Scene& scene) {
    const auto thief = fixed_key("thief");
    scene.take(LogForge(scene.bad.log(), *thief, start).rest());
}

void root_mismatch(Scene& scene) {
    std::string bundle = scene.bad.rest();
    bundle.replace(bundle.rfind("甲"), std::string_view("甲").size(), "乙");
    scene.take(bundle);
}

void gap(Scene& scene) {
    scene.take(scene.bad.bundle(Seq{3}, Seq{4}, Seq{4}));
}

void fork(Scene& scene) {
    LogForge other = scene.bad;
    other.change({write_op("gi/AGI4", "name", "乙")});
    scene.bad.change({write_op("gi/AGI4", "name", "甲")});
    scene.take(scene.bad.rest());
    scene.take(other.bundle(Seq{6}, Seq{5}, Seq{5}));
}

void rewound_history(Scene& scene) {
    scene.take(scene.bad.rest());
    scene.say_hello(scene.bad.signed_head(Seq{2}, {start.ms + 1'000, 0}));
}

void rolled_back(Scene& scene) {
    LogForge before(scene.node.replica->standing().own_log, *scene.node.key, start);
    before.change({write_op("gi/AGI1", "name", "甲")});
    scene.take(before.rest());
}

void clock_ahead(Scene& scene) {
    Header header;
    header.actor = "x";
    header.time = {start.ms + clock_skew_max_ms + 60'000, 0};
    scene.bad.append(header, {serialise(write_op("gi/AGI9", "name", "甲"))});
    scene.take(scene.bad.rest());
}

void newer_bundle(Scene& scene) {
    std::string bundle = scene.bad.rest();
    bundle.replace(bundle.find(R"("minglu_bundle":1)"), std::string_view(R"("minglu_bundle":1)").size(),
                   R"("minglu_bundle":2)");
    scene.take(bundle);
}

void newer_record(Scene& scene) {
    scene.bad.append_line(
        R"({"v":2,"log":"sc-03ab99f0c1d2e3f4","seq":5,"time":[1766109600009,0],"kind":"change","actor":"x","seen":{},)"
        R"("ops":0,"ops_root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="})",
        {});
    scene.take(scene.bad.rest());
}

void invalid_record(Scene& scene) {
    scene.bad.change({write_op("gi/AGI9", "name", "甲", Vector{}), write_op("gi/AGI9", "name", "乙", Vector{})});
    scene.take(scene.bad.rest());
}

void divergence(Scene& scene) {
    scene.take(scene.bad.rest());
    Head head = scene.bad.head(scene.bad.size(), {start.ms + 5, 0});
    head.vector = scene.node.replica->standing().vector;
    head.state = sha256({"another"});
    Segment segment = scene.bad.segment(Seq{5}, Seq{4}, Seq{4});
    segment.head = sign_head(head, sc, *scene.sc_key);
    scene.take_segment(segment);
}

void own_divergence(Scene& scene) {
    scene.take(scene.bad.rest());
    scene.node.replica->write_local([&](WriteTx& tx) {
        EntryViews views = views_of(tx, EntryKey{"gi/AGI1"});
        views.trie_leaf[0] ^= 1;
        tx.put_entry(views, scene.node.clock.now());
    });
    scene.node.clock.advance(2 * head_interval_ms);  // a new head is due, and must not hide it
    scene.node.open();
    CHECK_FALSE(scene.node.replica->agrees_with_own_head());
}

void quota(Scene& scene) {
    scene.bad.change({write_op("gi/AGI9", "name", std::string(per_day, 'x'))});
    scene.take(scene.bad.rest());
}

void unknown_log(Scene& scene) {
    scene.take(LogForge(LogId{"yn-0000000000000001"}, *scene.sc_key, start).rest());
}

void malformed(Scene& scene) {
    scene.take("not a bundle");
}

void too_large(Scene& scene) {
    constexpr int logs_max = 256;
    for (int i = 0; i <= logs_max; ++i) {
        std::string digits = std::to_string(i);
        digits.insert(0, 16 - digits.size(), '0');
        scene.take(LogForge(LogId{"sc-" + digits}, *scene.sc_key, start).rest());
    }
}

void their_damage(Scene& scene) {
    BundleInfo info{sc, {}, {}};
    info.damaged.set(scene.bad.log(), Seq{3});
    scene.take(serialise(info));
}

struct Kind {
    std::string_view name;
    std::string_view how;
    void (*happens)(Scene&);
};

constexpr Kind kinds[] = {
    {"bad_signature", "another key than the card's", bad_signature},
    {"root_mismatch", "an op that was changed", root_mismatch},
    {"gap", "it begins beyond what is held", gap},
    {"fork", "two heads that contradict each other", fork},
    {"rewound_history", "a smaller head than it signed before", rewound_history},
    {"rolled_back", "our own log is longer elsewhere", rolled_back},
    {"clock_ahead", "a record of the future", clock_ahead},
    {"unsupported_version", "a bundle of a newer version", newer_bundle},
    {"unsupported_version", "a record of a newer version", newer_record},
    {"invalid_record", "two ops on one key", invalid_record},
    {"divergence", "another state root over the same vector", divergence},
    {"divergence", "stored entries that our own head does not state", own_divergence},
    {"quota", "more than may come in on one day", quota},
    {"unknown_log", "a log without a card", unknown_log},
    {"malformed", "no bundle", malformed},
    {"too_large", "a node that opens logs without end", too_large},
    {"damaged_log", "a sender whose copy is damaged", their_damage},
};

IncidentRow only_incident(const Scene& scene, std::string_view kind) {
    std::vector<IncidentRow> found;
    for (IncidentRow& row : scene.node.store->read()->incidents(0, 100))
        if (row.kind == kind) found.push_back(std::move(row));
    REQUIRE(found.size() == 1);
    return found.front();
}

TEST_CASE("every kind of incident is reached, says what to do, stays, and stops nobody else") {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        CAPTURE(kind.how);
        Scene scene;
        kind.happens(scene);
        const IncidentRow incident = only_incident(scene, kind.name);
        CHECK_FALSE(incident.received.empty());
        CHECK_FALSE(incident.done.empty());
        CHECK_FALSE(incident.advice.empty());
        CHECK_FALSE(incident.peer.empty());
        CHECK(incident.at.value() > 0);

        // A log of another node, by the same peer, and the writes of this node go on.
        const auto other = scene.node.replica->ingest(scene.good.rest(), sc);
        REQUIRE(other);
        CHECK(other->records == 1);
        CHECK(scene.node.write({write_op("gi/AGI77", "name", "甲")}));

        // A person looks at it; it stays, and is open again when it happens again.
        scene.node.replica->write_local([&](WriteTx& tx) {
            CHECK(tx.acknowledge(incident.no, {"zhang.san", scene.node.clock.now(), "looked at", 0}));
        });
        CHECK_FALSE(is_open(only_incident(scene, kind.name)));
        scene.node.replica->report(incident);
        const IncidentRow again = only_incident(scene, kind.name);
        CHECK(is_open(again));
        CHECK(again.count == incident.count * 2);
        CHECK(again.acknowledgements.size() == 1);
    }
}

TEST_CASE("an honest hello after a restore accuses nobody") {
    Scene scene;
    scene.take(scene.bad.rest());
    const std::string same = scene.bad.signed_head(scene.bad.size(), {start.ms + 1'000, 0});
    scene.say_hello(same);
    const LogForge next(LogId{"sc-ffffffffffffffff"}, *scene.sc_key, {start.ms + 60'000, 0});
    scene.say_hello(next.signed_head(Seq{1}, next.time()));
    const auto thief = fixed_key("thief");
    scene.say_hello(LogForge(scene.bad.log(), *thief, start).signed_head(Seq{1}, {start.ms + 9'000, 0}));
    CHECK(scene.node.incidents().empty());
}

}  // namespace
