// A peer that lies: a fixed slice of seeds; minglu_simulate runs any other.
#include "tests/simulation/simulation.hpp"

#include <doctest/doctest.h>

using namespace minglu;
using namespace minglu::simulation;

namespace {

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

}  // namespace
