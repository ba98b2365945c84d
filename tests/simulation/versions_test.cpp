// Programs of two versions: a fixed slice of seeds; minglu_simulate runs any other.
#include "tests/simulation/simulation.hpp"

#include <doctest/doctest.h>

using namespace minglu;
using namespace minglu::simulation;

namespace {

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

}  // namespace
