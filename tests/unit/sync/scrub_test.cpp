// The node verifies itself: its pace, what becomes of findings, what a restart and a fault do to it.
#include <doctest/doctest.h>

#include "sync/scrub.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 60 * 60 * 1000;

/// Each look at it takes a millisecond.
class TickingClock final : public ManualClock {
public:
    [[nodiscard]] std::int64_t steady_ms() const override { return ManualClock::steady_ms() + looks_++; }

private:
    mutable std::int64_t looks_ = 0;
};

/// A node with entries, and the checks of its store: some pieces, each of which says what it is told to.
struct Scene {
    explicit Scene(int entries = 40) {
        for (int i = 0; i < entries; ++i) REQUIRE(node.write({write_op("gi/AGI" + std::to_string(i), "name", "甲")}));
    }
    [[nodiscard]] Scrub scrub(const ScrubOptions& options = {}) {
        return Scrub(
            *node.store, *node.replica, clock,
            [this](std::int64_t& part, std::int64_t&, std::vector<std::string>& findings) {
                if (fault) std::rethrow_exception(fault);
                if (part == 2) findings.insert(findings.end(), of_store.begin(), of_store.end());
                return ++part < 5;
            },
            options);
    }
    void damage(int entry) const {
        node.replica->write_local([&](WriteTx& tx) {
            const EntryRow row = *tx.entry(EntryKey{"gi/AGI" + std::to_string(entry)});
            Period period = tx.periods(row.no).front();
            period.name = "乙";
            tx.put_entry({row.key, {}, row.etag, row.trie_leaf, {period}, {}}, UnixMs{});
        });
    }
    [[nodiscard]] std::vector<IncidentRow> incidents() const { return node.store->read()->incidents(0, 1'000); }
    /// Steps as they are due, to the end of the round.
    static int finish_round(Scrub& scrub, ManualClock& clock) {
        const std::uint64_t rounds = scrub.state().rounds;
        int steps = 0;
        for (; scrub.state().rounds == rounds; ++steps) {
            REQUIRE(steps < 10'000);
            clock.advance(scrub.step().due_ms);
        }
        return steps;
    }
    int finish_round(Scrub& scrub) { return finish_round(scrub, clock); }

    LoneNode node;
    TickingClock clock;
    std::vector<std::string> of_store;
    std::exception_ptr fault;
};

}  // namespace

TEST_CASE("a round takes as long as it is to, in slices that leave the processor to others") {
    Scene scene;
    Scrub scrub = scene.scrub({day_ms, 5, day_ms});
    const std::int64_t began_ms = scene.clock.now().value();
    std::int64_t resting_ms = 0;
    int steps = 0;
    for (; scrub.state().rounds == 0; ++steps) {
        const ScrubPause pause = scrub.step();
        CHECK(pause.least_ms >= 19 * 5);
        CHECK(pause.due_ms >= pause.least_ms);
        if (scrub.state().rounds == 0) resting_ms += pause.due_ms;
        scene.clock.advance(pause.due_ms);
        CHECK(scrub.state().progress <= 1);
    }
    CHECK(steps > 10);
    CHECK(scrub.state().last_busy_ms < static_cast<std::uint64_t>(day_ms) / 1000);
    CHECK(resting_ms > day_ms / 2);
    CHECK(scene.clock.now().value() - began_ms > day_ms * 9 / 10);
    CHECK(scene.clock.now().value() - began_ms < day_ms * 11 / 10);
    CHECK(scrub.state().last_ok == scrub.state().last_end);
    CHECK(scrub.state().last_findings == 0);
    CHECK(scene.incidents().empty());
}

TEST_CASE("each finding is an incident with its place and its cure, once in a round") {
    Scene scene;
    Scrub scrub = scene.scrub();
    scene.finish_round(scrub);
    const UnixMs sound = scrub.state().last_ok;
    scene.damage(7);
    scene.of_store = {"the file: a page is used twice (bring back a backup)"};
    scene.finish_round(scrub);
    CHECK(scrub.state().last_findings == 2);
    CHECK(scrub.state().last_ok == sound);
    auto incidents = scene.incidents();
    REQUIRE(incidents.size() == 2);
    CHECK(incidents[1].kind == "damaged_database");
    CHECK(incidents[1].peer == "cq");
    CHECK(incidents[1].subject == "table period, entry gi/AGI7");
    CHECK(incidents[1].received.find("not the fold of its ops") != std::string::npos);
    CHECK(incidents[1].advice.starts_with("run minglu rebuild; "));
    CHECK(incidents[0].subject == "the file");
    scene.finish_round(scrub);
    incidents = scene.incidents();
    CHECK(incidents.size() == 2);
    CHECK(incidents[1].count == 2);
    CHECK(scene.node.replica->rebuild({}));
    scene.of_store.clear();
    scene.finish_round(scrub);
    CHECK(scrub.state().last_findings == 0);
    CHECK(scrub.state().last_ok > sound);
    CHECK(scene.incidents()[1].count == 2);
}

TEST_CASE("a database that is damaged all over makes a bounded number of incidents") {
    Scene scene(80);
    for (int i = 0; i < 80; ++i) scene.damage(i);
    Scrub scrub = scene.scrub();
    scene.finish_round(scrub);
    CHECK(scrub.state().last_findings == 80);
    CHECK(scene.incidents().size() == 51);
    CHECK(scene.incidents().front().subject == "further findings of one round");
}

TEST_CASE("a node that is restarted goes on where it was, at the same pace") {
    Scene scene;
    const ScrubOptions options{day_ms, 1, day_ms};
    int whole = 0;
    {
        Scrub scrub = scene.scrub(options);
        whole = scene.finish_round(scrub);
    }
    scene.damage(3);
    int steps = 0;
    for (std::uint64_t rounds = 1; rounds == 1; ++steps) {
        REQUIRE(steps <= whole + 1);
        Scrub scrub = scene.scrub(options);
        const ScrubState before = scrub.state();
        const ScrubPause pause = scrub.step();
        CHECK(pause.due_ms <= day_ms / 5);
        CHECK(scrub.state().begun >= before.begun);
        rounds = scrub.state().rounds;
        scrub.save();
    }
    CHECK(steps >= whole - 1);
    const Scrub scrub = scene.scrub(options);
    CHECK(scrub.state().rounds == 2);
    CHECK(scrub.state().last_findings == 1);
    CHECK(scene.incidents().size() == 1);
}

TEST_CASE("a fault of the disk is a finding, any other one begins the round anew, none gets out") {
    Scene scene;
    Scrub scrub = scene.scrub();
    scene.fault = std::make_exception_ptr(std::runtime_error("no memory"));
    for (int i = 0; i < 200; ++i) scene.clock.advance(scrub.step().due_ms);
    CHECK(scrub.state().rounds == 0);
    CHECK(scrub.state().fault == "no memory");
    CHECK(scene.incidents().empty());
    scene.fault = std::make_exception_ptr(StoreFault(ErrorCode::io, "disk I/O error"));
    for (int i = 0; i < 200 && scene.incidents().empty(); ++i) scene.clock.advance(scrub.step().due_ms);
    REQUIRE(scene.incidents().size() == 1);
    CHECK(scene.incidents().front().received.find("disk I/O error") != std::string::npos);
    scene.fault = std::make_exception_ptr(CommitUnknown(ErrorCode::io, "commit"));
    CHECK_THROWS_AS(for (int i = 0; i < 200; ++i)(void) scrub.step(), CommitUnknown);
    scene.fault = nullptr;
    const std::uint64_t rounds = scrub.state().rounds;
    scene.finish_round(scrub);
    CHECK(scrub.state().rounds == rounds + 1);
    CHECK(scrub.state().fault.empty());
}

TEST_CASE("what is written down and does not read begins the first round anew") {
    for (const char* text : {"x", "{}", R"({"rounds":"many"})"}) {
        Scene scene;
        scene.node.replica->write_local([&](WriteTx& tx) { tx.put_setting("verify_round", text); });
        Scrub scrub = scene.scrub();
        CHECK(scrub.state().rounds == 0);
        scene.finish_round(scrub);
        CHECK(scrub.state().last_findings == 0);
    }
}
