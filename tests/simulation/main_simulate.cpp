// Replays one run of the simulation, or many seeds one after the other.
#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>

#include "tests/simulation/forks.hpp"
#include "tests/simulation/simulation.hpp"

namespace {

using namespace minglu::simulation;

/// What the command line decides; the seed decides the rest.
struct Wanted {
    std::uint64_t steps = 200;
    std::size_t nodes = 0;  ///< 0 = by the seed
    std::string store;      ///< empty = by the seed
    bool line = false;
    bool calm = false;
    bool forks = false;
    bool versions = false;
    bool hostile = false;
};

struct Totals {
    std::uint64_t runs = 0;
    std::uint64_t records = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t read_since = 0;
    std::int64_t simulated_ms = 0;
    std::map<std::string, std::uint64_t, std::less<>> faults;
    std::vector<std::uint64_t> failed;
};

Options options_of(std::uint64_t seed, const Wanted& wanted) {
    Options options;
    options.seed = seed;
    options.steps = wanted.steps;
    options.nodes = wanted.nodes != 0 ? wanted.nodes : nodes_of_seed(seed);
    options.shape = wanted.line || seed % 4 == 1 ? Shape::line : Shape::random;
    static const std::map<std::string, StoreKind> stores{
        {"memory", StoreKind::memory}, {"disk", StoreKind::disk}, {"", StoreKind::mixed}, {"mixed", StoreKind::mixed}};
    options.store = stores.at(wanted.store);
    options.faults = !wanted.calm;
    options.hostile_peer = wanted.hostile || (!wanted.calm && seed % 2 == 0);
    options.mixed_versions = wanted.versions || seed % 3 == 0;
    options.mixed_suites = seed % 5 == 2;
    return options;
}

Findings run_one(std::uint64_t seed, const Wanted& wanted, Totals& totals) {
    if (wanted.forks) {
        ForkOptions options = fork_options_of_seed(seed);
        options.steps = wanted.steps;
        options.faults = !wanted.calm;
        if (!wanted.store.empty()) options.on_disks = wanted.store == "disk";
        ForkSimulation simulation(options);
        Findings findings = simulation.run();
        totals.faults["log forked"] += simulation.coverage().forks;
        totals.faults["old data put back"] += simulation.coverage().rolled_back;
        for (const auto& [kind, count] : simulation.coverage().faults.counts) totals.faults[kind] += count;
        totals.simulated_ms += simulation.coverage().simulated_ms;
        return findings;
    }
    Simulation simulation(options_of(seed, wanted));
    Findings findings = simulation.run();
    const Coverage& coverage = simulation.coverage();
    totals.records += coverage.records;
    totals.conflicts += coverage.conflicts_seen;
    totals.read_since += coverage.read_since;
    totals.simulated_ms += coverage.simulated_ms;
    for (const auto& [kind, count] : coverage.faults.counts) totals.faults[kind] += count;
    return findings;
}

void tell(std::uint64_t seed, const Wanted& wanted, const Findings& findings) {
    for (const std::string& finding : findings) std::cerr << "seed " << seed << ": " << finding << "\n";
    std::cerr << "replay: scripts/simulate --seed " << seed << " --steps " << wanted.steps;
    if (wanted.nodes != 0) std::cerr << " --nodes " << wanted.nodes;
    if (!wanted.store.empty()) std::cerr << " --store " << wanted.store;
    std::cerr << (wanted.line ? " --line" : "") << (wanted.calm ? " --calm" : "") << (wanted.forks ? " --forks" : "")
              << (wanted.versions ? " --versions" : "") << (wanted.hostile ? " --hostile" : "") << std::endl;
}

void tell(const Totals& totals) {
    std::cout << totals.runs << " seeds, " << totals.simulated_ms / 3'600'000 << " simulated hours, " << totals.records
              << " records, " << totals.conflicts << " conflicts, " << totals.read_since
              << " records read after an upgrade\n";
    for (const auto& [kind, count] : totals.faults) std::cout << "  " << kind << ": " << count << "\n";
    if (totals.failed.empty()) {
        std::cout << "all guarantees hold\n";
        return;
    }
    std::cout << totals.failed.size() << " failed:";
    for (const std::uint64_t seed : totals.failed) std::cout << " " << seed;
    std::cout << "\n";
}

/// "7" or "1..500".
bool read_range(const std::string& text, std::uint64_t& first, std::uint64_t& last) {
    const char* end = text.data() + text.size();
    const auto from = std::from_chars(text.data(), end, first);
    last = first;
    if (from.ec != std::errc{}) return false;
    if (from.ptr == end) return true;
    if (!std::string_view(from.ptr, end).starts_with("..")) return false;
    const auto to = std::from_chars(from.ptr + 2, end, last);
    return to.ec == std::errc{} && to.ptr == end && first <= last;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Runs whole nodes in one process under a virtual clock, over bad lines, disks and clocks and among "
        "hostile peers, and checks the guarantees. What no option says the seed decides."};
    Wanted wanted;
    std::uint64_t seed = 1;
    std::string seeds;
    auto* one = app.add_option("--seed", seed, "what decides everything that happens")->capture_default_str();
    app.add_option("--seeds", seeds, "many, one after the other: FROM..TO")->excludes(one);
    app.add_option("--steps", wanted.steps, "acts before everything is mended")->capture_default_str();
    app.add_option("--nodes", wanted.nodes, "how many nodes")->check(CLI::Range(std::size_t{1}, nodes_max));
    app.add_option("--store", wanted.store, "memory, disk (SQLite over disks that fail), or mixed")
        ->check(CLI::IsMember({"memory", "disk", "mixed"}));
    app.add_flag("--line", wanted.line, "nodes in a line: the ends have no link");
    app.add_flag("--calm", wanted.calm, "no faults");
    app.add_flag("--forks", wanted.forks, "copied, rolled back and restored nodes instead; --nodes does not count");
    app.add_flag("--versions", wanted.versions, "programs of two versions, the older of which are upgraded");
    app.add_flag("--hostile", wanted.hostile, "a hostile peer whatever the seed");
    CLI11_PARSE(app, argc, argv);
    std::uint64_t last = seed;
    if (!seeds.empty() && !read_range(seeds, seed, last)) {
        std::cerr << "--seeds: '" << seeds << "' is not FROM..TO, e.g. 1..500\n";
        return 2;
    }
    Totals totals;
    for (; seed <= last; ++seed) {
        const Findings findings = run_one(seed, wanted, totals);
        ++totals.runs;
        if (findings.empty()) continue;
        totals.failed.push_back(seed);
        tell(seed, wanted, findings);
    }
    tell(totals);
    return totals.failed.empty() ? 0 : 1;
}
