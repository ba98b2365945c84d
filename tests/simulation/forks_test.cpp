// Copied, rolled back and restored nodes: a fixed slice of seeds, and the plain cases by themselves.
#include "tests/simulation/forks.hpp"

#include <doctest/doctest.h>

#include "src/store/memory/memory_store.hpp"

using namespace minglu;
using namespace minglu::simulation;

namespace {

void run_seeds(std::uint64_t first, std::uint64_t last, const ForkOptions& wanted, ForkCoverage& met) {
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        ForkOptions options = fork_options_of_seed(seed);
        options.copies = wanted.copies;
        options.silent = wanted.silent;
        options.restores = wanted.restores;
        CAPTURE(seed);
        ForkSimulation simulation(options);
        CHECK(told(simulation.run()) == "");
        met.forks += simulation.coverage().forks;
        met.again += simulation.coverage().again;
        met.other_branch += simulation.coverage().other_branch;
        met.rolled_back += simulation.coverage().rolled_back;
        met.proposals_again += simulation.coverage().proposals_again;
        met.key_changes += simulation.coverage().key_changes;
    }
}

TEST_CASE("whatever copies and old data do, nodes converge and no acknowledged write is lost") {
    ForkCoverage met;
    run_seeds(1, 40, {}, met);
    // The slice is worth something only as long as it meets what it is for.
    CHECK(met.forks > 20);
    CHECK(met.again > 50);
    CHECK(met.proposals_again > 3);
    CHECK(met.key_changes > 20);
    CHECK(met.other_branch > 0);
    CHECK(met.rolled_back > 40);
}

TEST_CASE("runs that found something once") {
    for (const std::uint64_t seed : {
             69u,    // forked again before the cut
             1043u,  // the head held was of the other branch, and as long as the cut log
             1086u,  // two logs cut in one bundle, and both written again
             1500u,
         }) {
        CAPTURE(seed);
        ForkOptions options = fork_options_of_seed(seed);
        options.steps = 200;
        options.withdrawals = false;  // as when they found it
        options.key_changes = false;
        CHECK(told(ForkSimulation(options).run()) == "");
    }
}

TEST_CASE("copies that write, and nothing else") {
    ForkOptions options;
    options.silent = false;
    options.restores = false;
    ForkCoverage met;
    run_seeds(101, 120, options, met);
    CHECK(met.forks > 10);
    CHECK(met.other_branch == 0);
}

TEST_CASE("backups restored on any node, also twice: no log forks") {
    ForkOptions options;
    options.silent = false;
    options.copies = false;
    ForkCoverage met;
    run_seeds(201, 220, options, met);
    CHECK(met.rolled_back > 10);
    CHECK(met.forks == 0);
}

}  // namespace
