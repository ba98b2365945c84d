// What a replica makes of bundles: taken, late, repeated, ahead, forked, damaged, unknown.
#include <doctest/doctest.h>

#include "sync/sender.hpp"
#include "sync/verify.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

using Kinds = std::vector<std::string>;
const NodeId sc{"sc"};
const LogId sc_log{"sc-03ab99f0c1d2e3f4"};
constexpr HybridTime start{1'766'109'600'000, 0};

struct Scene {
    Scene() { node.pin(sc, *key); }
    void grow(std::uint64_t size) { test::grow(forge, size, "甲"); }
    IngestReport take(const std::string& bundle) const { return node.replica->ingest(bundle, sc).value(); }

    std::unique_ptr<SigningKey> key = fixed_key("sc");
    LogForge forge{sc_log, *key, start};
    LoneNode node;
};

TEST_CASE("a bundle is taken once, however often and in whatever pieces it comes") {
    Scene scene;
    scene.grow(6);
    CHECK(scene.take(scene.forge.rest()).records == 6);
    const Standing after = scene.node.replica->standing();
    for (std::uint64_t from = 1; from <= 6; ++from)
        for (std::uint64_t to = from - 1; to <= 6; ++to)
            for (std::uint64_t head = std::max<std::uint64_t>(to, 1); head <= 6; ++head) {
                const IngestReport report = scene.take(scene.forge.bundle(Seq{from}, Seq{to}, Seq{head}));
                CHECK(report.records == 0);
                CHECK(report.refused.empty());
            }
    CHECK(scene.node.replica->standing().vector == after.vector);
    CHECK(scene.node.replica->standing().state_root == after.state_root);
    CHECK(scene.node.incidents().empty());
    CHECK(verify(*scene.node.store->read()).empty());
}

TEST_CASE("any way through the log, with heads ahead and behind, ends the same and can be forwarded at every stop") {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        SeededRandom random(seed);
        Scene scene;
        scene.grow(12);
        LoneNode next("gz");
        next.pin(sc, *scene.key);
        while (scene.node.holds(sc_log) < Seq{12}) {
            const std::uint64_t have = scene.node.holds(sc_log).value();
            const std::uint64_t from = 1 + random.below(have + 1);
            const std::uint64_t to = from + random.below(13 - from);
            const std::uint64_t head = to + random.below(13 - to);
            CHECK(scene.take(scene.forge.bundle(Seq{from}, Seq{to}, Seq{head})).refused.empty());
            const Standing theirs = next.replica->standing();
            BundleRequest request{theirs.vector, theirs.heads, {}, 1 + random.below(2'000)};
            request.skip = {scene.node.replica->standing().own_log};
            if (const auto bundle = make_bundle(*scene.node.store->read(), scene.node.id, request))
                CHECK(next.replica->ingest(*bundle, scene.node.id).value().refused.empty());
        }
        CHECK(scene.node.incidents().empty());
        CHECK(next.incidents().empty());
        CHECK(verify(*scene.node.store->read()).empty());
        CHECK(verify(*next.store->read()).empty());
    }
}

TEST_CASE("a bundle cut off anywhere is refused whole, and leaves an incident") {
    Scene scene;
    scene.grow(3);
    const std::string bundle = scene.forge.rest();
    for (std::size_t size = 0; size < bundle.size(); ++size)
        CHECK_FALSE(scene.node.replica->ingest(std::string_view(bundle).substr(0, size), sc));
    CHECK(scene.node.holds(sc_log) == Seq{});
    CHECK(scene.node.incidents() == Kinds{"malformed"});
    CHECK(scene.take(bundle).records == 3);
}

TEST_CASE("a damaged byte is refused, or was of no importance") {
    auto scene = std::make_unique<Scene>();
    scene->grow(2);
    const std::string bundle = scene->forge.rest();
    Scene whole;
    whole.grow(2);
    (void)whole.take(bundle);
    const Hash good = whole.node.replica->standing().state_root;
    std::size_t harmless = 0;
    for (std::size_t at = 0; at < bundle.size(); ++at) {
        std::string damaged = bundle;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
        const auto report = scene->node.replica->ingest(damaged, sc);
        if (!report || report->records == 0) continue;
        ++harmless;
        CHECK(scene->node.replica->standing().state_root == good);
        CHECK(verify(*scene->node.store->read()).empty());
        scene = std::make_unique<Scene>();
    }
    CHECK(harmless < 60);  // the sender's name and vector, which nothing depends on
    CHECK(scene->take(bundle).records == 2);
}

TEST_CASE("two signed heads that cannot both be true are a fork, in either order; anything less is not") {
    for (const bool larger_first : {false, true}) {
        CAPTURE(larger_first);
        Scene scene;
        scene.grow(3);
        LogForge other = scene.forge;
        other.change({write_op("gi/AGI9", "name", "乙")});
        scene.grow(4);
        (void)scene.take(scene.forge.rest());
        if (larger_first) grow(other, 6, "甲");
        const IngestReport report = scene.take(other.bundle(Seq{5}, Seq{4}, Seq{4}));
        REQUIRE(report.refused.size() == 1);
        CHECK(report.refused.front().second.code == ErrorCode::fork);
        CHECK(scene.node.incidents() == Kinds{"fork"});
        CHECK(scene.node.holds(sc_log) == Seq{4});
    }
    Scene ahead;  // a head beyond what is held, then records that do not lead there
    ahead.grow(3);
    LogForge other = ahead.forge;
    ahead.grow(6);
    (void)ahead.take(ahead.forge.bundle(Seq{1}, Seq{3}, Seq{6}));
    other.change({write_op("gi/AGI9", "name", "乙")});
    grow(other, 7, "甲");
    const IngestReport report = ahead.take(other.rest(Seq{3}));
    REQUIRE(report.refused.size() == 1);
    CHECK(report.refused.front().second.code == ErrorCode::fork);
    CHECK(ahead.node.holds(sc_log) == Seq{3});
}

TEST_CASE("a node that finds its own log longer elsewhere leaves it, and takes back what it lacks") {
    for (const bool records_come_along : {true, false}) {
        LoneNode node;
        const LogId own = node.replica->standing().own_log;
        LogForge before(own, *node.key, start);  // the same first record, byte for byte
        before.change({write_op("gi/AGI1", "name", "甲")});
        before.change({write_op("gi/AGI2", "name", "甲")});
        const auto report =
            node.replica->ingest(records_come_along ? before.rest() : before.bundle(Seq{2}, Seq{2}, Seq{3}), sc);
        CHECK(report->refused.empty());
        CHECK(node.incidents() == Kinds{"rolled_back"});
        CHECK(node.replica->standing().own_log != own);
        CHECK(node.store->read()->entry(EntryKey{"gi/AGI1"}));
        REQUIRE(node.write({write_op("gi/AGI3", "name", "甲")}));
        CHECK(node.replica->ingest(before.rest(), sc)->refused.empty());
        CHECK(node.holds(own) == Seq{3});
        CHECK(node.store->read()->forks().empty());
        CHECK(verify(*node.store->read()).empty());
    }
}

TEST_CASE("of our own log only a head signed with our key accuses") {
    LoneNode node;
    const LogId own = node.replica->standing().own_log;
    LogForge copy(own, *node.key, start);
    copy.change({write_op("gi/AGI1", "name", "甲")});
    copy.change({write_op("gi/AGI2", "name", "甲")});
    REQUIRE(node.write({write_op("gi/AGI1", "name", "乙")}));
    const auto thief = fixed_key("thief");
    LogForge forged(own, *thief, start);
    forged.change({write_op("gi/AGI1", "name", "甲")});
    CHECK(node.replica->ingest(forged.rest(), sc).value().refused.front().second.code == ErrorCode::bad_signature);
    CHECK(node.replica->standing().own_log == own);
    CHECK(node.replica->ingest(copy.rest(), sc).value().refused.front().second.code == ErrorCode::fork);
    CHECK(node.replica->standing().own_log != own);  // what is written from now on is on no branch
    CHECK(node.incidents() == Kinds{"bad_signature", "fork"});
    auto forks = node.store->read()->forks();
    REQUIRE(forks.size() == 1);
    CHECK(forks[0].head_b == copy.signed_head(copy.size(), copy.time()));
    CHECK(forks[0].common == Seq{1});
    CHECK(node.store->read()->log(own)->cut == Cut{own, Seq{1}, copy.root(Seq{1})});
    CHECK(node.replica->ingest(copy.rest(), sc).value().records == 0);
    CHECK(node.store->read()->forks() == forks);
    const std::size_t incidents = node.incidents().size();
    // What we wrote comes back as it was.
    REQUIRE(node.write({write_op("gi/AGI1", "name", "甲")}));
    const auto back = make_bundle(*node.store->read(), sc, {});
    REQUIRE(back);
    CHECK(node.replica->ingest(*back, sc).value().refused.empty());
    CHECK(node.incidents().size() == incidents);
}

TEST_CASE("a gap, an unknown log and a refused log hold back nobody else") {
    Scene scene;
    scene.grow(4);
    const auto gz_key = fixed_key("gz");
    LogForge stranger(LogId{"gz-0000000000000001"}, *gz_key, start);
    const auto report =
        scene.take(forged_bundle(sc, {{&stranger, Seq{1}, Seq{1}, Seq{1}}, {&scene.forge, Seq{1}, Seq{4}, Seq{4}}}));
    CHECK(report.unknown == std::vector{stranger.log()});
    CHECK(scene.node.holds(sc_log) == Seq{4});
    scene.node.pin(NodeId{"gz"}, *gz_key);
    CHECK(scene.take(stranger.rest()).records == 1);
    stranger.change({write_op("gi/AGI1", "name", "甲")});
    stranger.change({write_op("gi/AGI2", "name", "甲")});
    const auto gap = scene.take(stranger.bundle(Seq{3}, Seq{3}, Seq{3}));
    CHECK(gap.refused.front().second.code == ErrorCode::gap);
    CHECK(scene.node.incidents() == Kinds{"gap", "unknown_log"});
}

TEST_CASE("however many logs of an unknown node come, they are one incident, which says how many") {
    Scene scene;
    const auto key = fixed_key("gz");
    std::vector<LogForge> strangers;
    for (const char* log : {"gz-0000000000000001", "yn-0000000000000001", "gz-0000000000000003"})
        strangers.emplace_back(LogId{log}, *key, start);
    const auto report = scene.take(forged_bundle(sc, {{&strangers[0], Seq{1}, Seq{1}, Seq{1}},
                                                      {&strangers[1], Seq{1}, Seq{1}, Seq{1}},
                                                      {&strangers[2], Seq{1}, Seq{1}, Seq{1}}}));
    CHECK(report.unknown.size() == 3);
    (void)scene.take(strangers[2].rest());
    const auto rows = scene.node.store->read()->incidents(0, 10);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].subject == "yn");
    CHECK(rows[0].received.find("yn-0000000000000001") != std::string::npos);
    CHECK(rows[1].subject == "gz");
    CHECK(rows[1].count == 2);
    CHECK(rows[1].count == 2);
    CHECK(rows[1].received == "a log of a node whose card is not pinned here, gz-0000000000000003");
    CHECK(rows[1].advice.find("gz") != std::string::npos);
}

TEST_CASE("a log that opens with other keys than its card names is refused") {
    Scene scene;
    const auto thief = fixed_key("thief");
    const LogForge forged(sc_log, *thief, start);
    CHECK(scene.take(forged.rest()).refused.front().second.code == ErrorCode::bad_signature);
    CHECK(scene.node.holds(sc_log) == Seq{});
    CHECK(scene.take(scene.forge.rest()).records == 1);
}

TEST_CASE("a cut counts, whether it comes before, with or after the log that it cuts") {
    for (const int order : {0, 1, 2}) {
        CAPTURE(order);
        Scene scene;
        scene.grow(5);
        const LogForge next(LogId{"sc-ffffffffffffffff"}, *scene.key, {start.ms + 60'000, 0},
                            Cut{sc_log, Seq{3}, scene.forge.root(Seq{3})});
        if (order == 0) {
            (void)scene.take(next.rest());
            // A sender that does not know the cut is asked again later; one that knows it gives what counts.
            CHECK(scene.take(scene.forge.rest()).postponed.front().second.code == ErrorCode::stale);
            CHECK(scene.take(scene.forge.bundle(Seq{1}, Seq{3}, Seq{5})).records == 3);
        }
        if (order == 1)
            (void)scene.take(
                forged_bundle(sc, {{&next, Seq{1}, Seq{1}, Seq{1}}, {&scene.forge, Seq{1}, Seq{5}, Seq{5}}}));
        if (order == 2) (void)scene.take(scene.forge.rest());
        if (order == 2) (void)scene.take(next.rest());
        const auto tx = scene.node.store->read();
        CHECK(tx->log(sc_log)->cut->at == Seq{3});
        CHECK(scene.node.holds(sc_log) == Seq{3});
        CHECK(scene.node.incidents().empty());
        CHECK(make_bundle(*tx, scene.node.id, {})->find("gi/AGI3") == std::string::npos);
        CHECK(tx->entry(EntryKey{"gi/AGI2"}));
        CHECK_FALSE(tx->entry(EntryKey{"gi/AGI3"}));
        CHECK(verify(*tx).empty());
    }
}

TEST_CASE("a header with a faulty member makes its record invalid, and stops nothing else") {
    // Each case drops or spoils one member of an otherwise good header.
    const std::string good =
        R"({"v":1,"log":"sc-03ab99f0c1d2e3f4","seq":2,"time":[1766109600005,0],"kind":"batch.approve","actor":"x",)"
        R"("seen":{},"ops":0,"ops_root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","of":["cq-0000000000000001",2],)"
        R"("of_leaf":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="})";
    struct Case {
        std::string_view member;
        std::string_view instead;
    };
    const Case cases[] = {{R"(,"of":["cq-0000000000000001",2])", ""},
                          {R"("of_leaf")", R"("of_leaves")"},
                          {R"(["cq-0000000000000001",2])", R"("cq")"},
                          {"batch.approve", "batch.propose"},
                          {"batch.approve", "key"},
                          {R"("kind":"batch.approve",)", ""},
                          {R"("v":1,)", ""},
                          {R"("time":[1766109600005,0],)", ""},
                          {R"("seen":{},)", ""},
                          {R"("seen":{})", R"("seen":{"nobody":1})"},
                          {R"("actor":"x")", R"("actor":7)"}};
    REQUIRE(parse_header(good)->fault.empty());
    for (const Case& c : cases) {
        CAPTURE(c.member);
        CAPTURE(c.instead);
        Scene scene;
        std::string line = good;
        REQUIRE(line.find(c.member) != std::string::npos);
        line.replace(line.find(c.member), c.member.size(), c.instead);
        scene.forge.append_line(line, {});
        scene.grow(4);
        const auto gz_key = fixed_key("gz");
        const LogForge other(LogId{"gz-0000000000000001"}, *gz_key, start);
        scene.node.pin(NodeId{"gz"}, *gz_key);
        const auto report =
            scene.take(forged_bundle(sc, {{&scene.forge, Seq{1}, Seq{4}, Seq{4}}, {&other, Seq{1}, Seq{1}, Seq{1}}}));
        CHECK(report.records == 5);
        CHECK(report.refused.empty());
        CHECK(scene.node.incidents() == Kinds{"invalid_record"});
        const auto tx = scene.node.store->read();
        CHECK_FALSE(tx->record({sc_log, Seq{2}})->valid);
        CHECK(tx->record({sc_log, Seq{2}})->header == line);
        CHECK(tx->entry(EntryKey{"gi/AGI3"}));
        CHECK(verify(*tx).empty());
        LoneNode next("yn");  // it is forwarded as it came
        next.pin(sc, *scene.key);
        CHECK(next.replica->ingest(*make_bundle(*tx, scene.node.id, {}), scene.node.id).value().records >= 4);
        CHECK(next.holds(sc_log) == Seq{4});
    }
    for (const char* member : {R"("log":"sc-03ab99f0c1d2e3f4",)", R"("seq":2,)", R"("ops":0,)"}) {
        std::string line = good;
        line.replace(line.find(member), std::string_view(member).size(), "");
        CHECK_FALSE(parse_header(line));
    }
}

TEST_CASE("a clock that is ahead is reported and never followed") {
    Scene scene;
    Header header;
    header.actor = "x";
    header.time = {start.ms + clock_skew_max_ms + 1, 0};
    scene.forge.append(header, {serialise(write_op("gi/AGI1", "name", "甲"))});
    CHECK(scene.take(scene.forge.rest()).records == 2);
    CHECK(scene.node.incidents() == Kinds{"clock_ahead"});
    CHECK(scene.node.store->read()->entry(EntryKey{"gi/AGI1"}));
    const auto mine = scene.node.write({write_op("gi/AGI2", "name", "甲")});
    CHECK(scene.node.store->read()->record(mine->dot)->time.ms < header.time.ms);
}

TEST_CASE("the same vector with another state root is a divergence") {
    Scene scene;
    (void)scene.take(scene.forge.rest());
    Head head = scene.forge.head(Seq{1}, {start.ms + 5, 0});
    head.vector = scene.node.replica->standing().vector;
    head.state = sha256({"another"});
    BundleInfo info{sc, {}, {{sc_log, Seq{2}, Seq{1}, {}, {}, {}, sign_head(head, sc, *scene.key)}}};
    CHECK(scene.take(serialise(info)).diverged == std::vector{sc_log});
    CHECK(scene.node.incidents() == Kinds{"divergence"});
}

TEST_CASE("heads of a log that is cut say nothing of the state: whoever wrote on behind the cut may sign any") {
    Scene scene;
    (void)scene.take(scene.forge.rest());
    LogForge next(LogId{"sc-ffffffffffffffff"}, *scene.key, {start.ms + 60'000, 0},
                  Cut{sc_log, Seq{1}, scene.forge.root(Seq{1})});
    (void)scene.take(next.rest());
    REQUIRE(scene.node.store->read()->log(sc_log)->cut);
    Head head = scene.forge.head(Seq{1}, {start.ms + 5, 0});
    head.vector = scene.node.replica->standing().vector;
    head.state = sha256({"another"});
    BundleInfo info{sc, {}, {{sc_log, Seq{2}, Seq{1}, {}, {}, {}, sign_head(head, sc, *scene.key)}}};
    CHECK(scene.take(serialise(info)).diverged.empty());
    CHECK(scene.node.incidents().empty());
}

}  // namespace
