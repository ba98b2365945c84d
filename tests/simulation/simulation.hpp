#pragma once
/// Several nodes, their lines and their officers in one process, under a virtual clock and seeded chance: a seed
/// replays everything.
#include <filesystem>
#include <set>

#include "tests/simulation/buggy_author.hpp"
#include "tests/simulation/workload.hpp"

namespace minglu::simulation {

enum class Shape { line, random };

struct Options {
    std::uint64_t seed = 1;
    std::uint64_t steps = 200;
    std::size_t nodes = 3;
    Shape shape = Shape::random;  ///< `line` has no link between its ends
    StoreKind store = StoreKind::memory;
    std::filesystem::path directory;  ///< for SQLite; must exist and be empty
    bool faults = true;               ///< lines lose, damage, delay; nodes restart
    bool buggy_author = true;
};

/// What a run came across: so that a suite can tell that it tried everything.
struct Coverage {
    std::set<std::string> conflicts;  ///< "update_remove resolved", "insert_insert won by a", …
    std::uint64_t records = 0;
    std::uint64_t conflicts_seen = 0;
    std::uint64_t damaged = 0;
    std::uint64_t pushes = 0;       ///< that reached the neighbour, whole or not
    std::uint64_t heads_ahead = 0;  ///< times a node held a head beyond its records
};

class Simulation {
public:
    explicit Simulation(const Options& options);

    /// Runs all steps, mends everything, and waits until nothing moves. Stops at the first step with findings; each
    /// begins with the step.
    [[nodiscard]] Findings run();
    [[nodiscard]] const Coverage& coverage() const { return coverage_; }

private:
    void connect_all();
    void connect(SimNode& a, SimNode& b);
    [[nodiscard]] Findings step();
    [[nodiscard]] Findings pull(SimNode& node);
    [[nodiscard]] Findings push(SimNode& node);
    void change_weather();
    [[nodiscard]] Findings check_always();
    [[nodiscard]] Findings settle();
    void note_coverage();

    Options options_;
    test::SeededRandom random_;
    Ledger ledger_;
    Coverage coverage_;
    Workload workload_;
    std::vector<std::unique_ptr<test::ManualClock>> clocks_;
    std::vector<std::unique_ptr<SimNode>> nodes_;
    std::vector<NodeId> ids_;
    std::optional<BuggyAuthor> buggy_;
    std::vector<std::unique_ptr<Always>> always_ = always_invariants();
};

}  // namespace minglu::simulation
