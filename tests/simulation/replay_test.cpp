// A seed replays everything: what nodes hold, show and report, to the byte.
#include <doctest/doctest.h>

#include "tests/simulation/forks.hpp"
#include "tests/simulation/simulation.hpp"

using namespace minglu;
using namespace minglu::simulation;

namespace {

std::string outcome(const Options& options) {
    Simulation simulation(options);
    CHECK(told(simulation.run()) == "");
    return simulation.outcome();
}

TEST_CASE("a seed replays everything, over stores in memory and over disks that fail") {
    for (const StoreKind store : {StoreKind::memory, StoreKind::disk, StoreKind::mixed}) {
        Options options;
        options.seed = 7;
        options.steps = 80;
        options.store = store;
        options.mixed_versions = true;
        const std::string once = outcome(options);
        CHECK(once == outcome(options));
        ++options.seed;
        CHECK(once != outcome(options));
    }
}

TEST_CASE("a seed replays forks") {
    for (const bool on_disks : {false, true}) {
        const auto outcome = [&](std::uint64_t seed) {
            ForkOptions options;
            options.seed = seed;
            options.steps = 100;
            options.on_disks = on_disks;
            ForkSimulation simulation(options);
            CHECK(told(simulation.run()) == "");
            return simulation.outcome();
        };
        const std::string once = outcome(7);
        CHECK(once == outcome(7));
        CHECK(once != outcome(8));
    }
}

}  // namespace
