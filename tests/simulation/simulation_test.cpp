// A fixed slice of seeds; minglu_simulate runs any other.
#include "tests/simulation/simulation.hpp"

#include <doctest/doctest.h>

using namespace minglu;
using namespace minglu::simulation;

namespace {

std::string told(const Findings& findings) {
    std::string text;
    for (const std::string& finding : findings) text += finding + "\n";
    return text;
}

TEST_CASE("whatever the lines do, nodes converge and keep their guarantees") {
    std::set<std::string> met;
    std::map<std::string, std::uint64_t, std::less<>> faults;
    std::uint64_t heads_ahead = 0;
    std::uint64_t pushes = 0;
    std::uint64_t key_changes = 0;
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
    }
    // The slice is worth something only as long as it meets what it is for.
    for (const char* kind : {"message lost", "message cut off", "message damaged", "message late or repeated",
                             "node busy", "line cut", "partition", "one-way partition", "clock set", "restart"})
        CHECK_MESSAGE(faults[kind] > 10, kind);
    CHECK(heads_ahead > 100);
    CHECK(pushes > 100);
    CHECK(key_changes > 100);
    for (const char* type :
         {"insert_insert", "insert_update", "insert_remove", "update_update", "update_remove", "remove_remove"})
        for (const char* state : {"open", "resolved", "superseded"})
            CHECK_MESSAGE(met.contains(std::string(type) + " " + state), std::string(type)
                                                                             << " " << std::string(state));
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

TEST_CASE("a hostile peer harms nobody: the others converge, believe no word of it and blame no one else") {
    std::map<std::string, std::uint64_t, std::less<>> faults;
    for (std::uint64_t seed = 3001; seed <= 3020; ++seed) {
        Options options;
        options.seed = seed;
        options.nodes = nodes_of_seed(seed);
        options.hostile_peer = true;
        options.faults = seed % 2 == 0;
        CAPTURE(seed);
        Simulation simulation(options);
        CHECK(told(simulation.run()) == "");
        for (const auto& [kind, count] : simulation.coverage().faults.counts) faults[kind] += count;
    }
    for (const char* kind :
         {"log withheld", "all withheld", "odd status", "answer twisted", "bundle twisted", "log forged",
          "old bundle replayed", "lie in a bundle", "forked log shown", "flood", "bundle brought"})
        CHECK_MESSAGE(faults[std::string("hostile: ") + kind] > 10, kind);
}

TEST_CASE("nodes of two versions work together, and are equal once the old ones are upgraded") {
    std::uint64_t upgrades = 0;
    std::uint64_t read_since = 0;
    for (std::uint64_t seed = 4001; seed <= 4020; ++seed) {
        Options options;
        options.seed = seed;
        options.nodes = nodes_of_seed(seed);
        options.shape = seed % 4 == 1 ? Shape::line : Shape::random;
        options.store = seed % 3 == 0 ? StoreKind::mixed : StoreKind::memory;
        options.hostile_peer = seed % 5 == 0;
        options.mixed_versions = true;
        CAPTURE(seed);
        Simulation simulation(options);
        CHECK(told(simulation.run()) == "");
        upgrades += simulation.coverage().upgrades;
        read_since += simulation.coverage().read_since;
    }
    CHECK(upgrades > 20);
    CHECK(read_since > 130);
}

TEST_CASE("a seed replays everything") {
    const auto run = [] {
        Options options;
        options.seed = 7;
        options.steps = 80;
        Simulation simulation(options);
        (void)simulation.run();
        return std::pair(simulation.coverage().records, simulation.coverage().conflicts);
    };
    CHECK(run() == run());
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
