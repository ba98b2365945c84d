// Bad lines, disks and clocks: a fixed slice of seeds; minglu_simulate runs any other.
#include "tests/simulation/simulation.hpp"

#include <doctest/doctest.h>

using namespace minglu;
using namespace minglu::simulation;

namespace {

TEST_CASE("whatever the lines do, nodes converge and keep their guarantees") {
    std::set<std::string> met;
    std::map<std::string, std::uint64_t, std::less<>> faults;
    std::uint64_t heads_ahead = 0;
    std::uint64_t pushes = 0;
    std::uint64_t key_changes = 0;
    DecidedAtOnce at_once;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Options options;
        options.seed = seed;
        options.nodes = 2 + static_cast<std::size_t>(seed % 3);
        options.shape = seed % 4 == 1 ? Shape::line : Shape::random;
        options.mixed_suites = seed % 5 == 2;
        CAPTURE(seed);
        Simulation simulation(options);
        CHECK(told(simulation.run()) == "");
        met.insert(simulation.coverage().conflicts.begin(), simulation.coverage().conflicts.end());
        for (const auto& [kind, count] : simulation.coverage().faults.counts) faults[kind] += count;
        heads_ahead += simulation.coverage().heads_ahead;
        pushes += simulation.coverage().pushes;
        key_changes += simulation.coverage().key_changes;
        at_once.resolutions += simulation.coverage().at_once.resolutions;
        at_once.approvals_and_closes += simulation.coverage().at_once.approvals_and_closes;
    }
    // The slice is worth something only as long as it meets what it is for.
    for (const char* kind :
         {"message lost", "message cut off", "message damaged", "message late or repeated", "node busy", "line cut",
          "partition", "one-way partition", "partition of weeks", "clock set", "restart"})
        CHECK_MESSAGE(faults[kind] > 10, kind);
    CHECK(heads_ahead > 100);
    CHECK(pushes > 100);
    CHECK(key_changes > 100);
    CHECK(at_once.resolutions > 50);
    CHECK(at_once.approvals_and_closes > 10);
    for (const char* type :
         {"insert_insert", "insert_update", "insert_remove", "update_update", "update_remove", "remove_remove"})
        for (const char* state : {"open", "resolved", "superseded"})
            CHECK_MESSAGE(met.contains(std::string(type) + " " + state), std::string(type)
                                                                             << " " << std::string(state));
}

TEST_CASE("a cosignature that was spoilt in a push gets there all the same") {
    Options options;
    options.seed = 11775;
    options.steps = 200;
    options.withdrawals = false;  // as when it found that
    options.weeks_apart = false;
    Simulation simulation(options);
    CHECK(told(simulation.run()) == "");
}

TEST_CASE("the same over disks that fail") {
    std::map<std::string, std::uint64_t, std::less<>> faults;
    for (std::uint64_t seed = 1001; seed <= 1020; ++seed) {
        Options options;
        options.seed = seed;
        options.steps = 120;
        options.shape = seed % 2 == 0 ? Shape::line : Shape::random;
        options.store = StoreKind::disk;
        CAPTURE(seed);
        Simulation simulation(options);
        CHECK(told(simulation.run()) == "");
        for (const auto& [kind, count] : simulation.coverage().faults.counts) faults[kind] += count;
    }
    for (const char* kind : {"process killed", "power lost", "write lost", "write torn", "sync failed", "disk full"})
        CHECK_MESSAGE(faults[kind] > 5, kind);
}

TEST_CASE("on calm lines and with honest authors nobody reports anything") {
    for (std::uint64_t seed = 2001; seed <= 2010; ++seed) {
        Options options;
        options.seed = seed;
        options.nodes = 4;
        options.faults = false;
        options.buggy_author = false;
        CAPTURE(seed);
        Simulation simulation(options);
        CHECK(told(simulation.run()) == "");
    }
}

}  // namespace
