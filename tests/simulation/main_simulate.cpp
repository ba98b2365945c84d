// Replays one run of the simulation, or many seeds one after the other.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "tests/simulation/simulation.hpp"

namespace {

using namespace minglu::simulation;

bool run_one(Options options) {
    if (options.store == StoreKind::sqlite) {
        options.directory =
            std::filesystem::temp_directory_path() / ("minglu-simulate-" + std::to_string(options.seed));
        std::filesystem::remove_all(options.directory);
        std::filesystem::create_directories(options.directory);
    }
    Findings findings;
    Coverage coverage;
    {
        Simulation simulation(options);
        findings = simulation.run();
        coverage = simulation.coverage();
    }
    if (options.store == StoreKind::sqlite) std::filesystem::remove_all(options.directory);
    if (findings.empty()) {
        std::cout << "seed " << options.seed << ": " << coverage.records << " records, " << coverage.conflicts_seen
                  << " conflicts, " << coverage.damaged << " damaged answers, " << coverage.heads_ahead
                  << " heads ahead: all guarantees hold\n";
        return true;
    }
    for (const std::string& finding : findings) std::cerr << "seed " << options.seed << ": " << finding << "\n";
    std::cerr << "replay: minglu_simulate --seed " << options.seed << " --steps " << options.steps << " --nodes "
              << options.nodes << (options.shape == Shape::line ? " --line" : "")
              << (options.store == StoreKind::sqlite ? " --sqlite" : "") << (options.faults ? "" : " --calm") << "\n";
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Runs whole nodes in one process under a virtual clock and checks the guarantees after every step."};
    Options options;
    std::uint64_t runs = 1;
    bool line = false;
    bool sqlite = false;
    bool calm = false;
    app.add_option("--seed", options.seed, "what decides everything that happens")->capture_default_str();
    app.add_option("--steps", options.steps, "acts before the lines are mended")->capture_default_str();
    app.add_option("--nodes", options.nodes, "how many nodes")->check(CLI::Range(1, 6))->capture_default_str();
    app.add_option("--runs", runs, "so many seeds, from --seed on")->capture_default_str();
    app.add_flag("--line", line, "nodes in a line: the ends have no link");
    app.add_flag("--sqlite", sqlite, "over SQLite files in a temporary directory");
    app.add_flag("--calm", calm, "no faults on the lines, no restarts");
    CLI11_PARSE(app, argc, argv);
    options.shape = line ? Shape::line : Shape::random;
    options.store = sqlite ? StoreKind::sqlite : StoreKind::memory;
    options.faults = !calm;
    bool all_hold = true;
    for (std::uint64_t i = 0; i < runs; ++i, ++options.seed) all_hold = run_one(options) && all_hold;
    return all_hold ? 0 : 1;
}
