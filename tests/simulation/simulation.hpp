#pragma once
/// Several nodes, their lines, disks, clocks and officers in one process, under a virtual clock and seeded chance: a
/// seed replays everything.
#include <set>

#include "tests/simulation/buggy_author.hpp"
#include "tests/simulation/decisions.hpp"
#include "tests/simulation/hostile_peer.hpp"
#include "tests/simulation/workload.hpp"

namespace minglu::simulation {

constexpr std::size_t nodes_max = 12;

enum class Shape { line, random };
/// On what the nodes keep their records: in memory, on disks that fail, or some of them here and some there.
enum class StoreKind { memory, disk, mixed };

struct Options {
    std::uint64_t seed = 1;
    std::uint64_t steps = 200;
    std::size_t nodes = 3;        ///< 1 to `nodes_max`
    Shape shape = Shape::random;  ///< `line` has no link between its ends
    StoreKind store = StoreKind::memory;
    bool faults = true;  ///< lines lose, damage, delay; disks fail; clocks jump; nodes restart and are cut off
    bool buggy_author = true;
    bool hostile_peer = false;
    bool mixed_suites = false;    ///< every second node signs with SM2, over logs hashed with SM3
    bool mixed_versions = false;  ///< half the nodes run a newer program from the start, the others are upgraded
    bool withdrawals = true;      ///< proposers close batches of their own
    bool weeks_apart = true;      ///< some partitions last up to three weeks, and some pauses up to ten days
};

/// Two or three mostly, as many as there may be now and then.
[[nodiscard]] constexpr std::size_t nodes_of_seed(std::uint64_t seed) {
    return static_cast<std::size_t>(seed % 5 == 0 ? 2 + (seed / 5) % (nodes_max - 1) : 2 + seed % 3);
}

/// What a run came across: so that a suite can tell that it tried everything.
struct Coverage {
    std::set<std::string> conflicts;  ///< "update_remove resolved", "insert_insert won by a", …
    std::uint64_t records = 0;
    std::uint64_t conflicts_seen = 0;
    std::uint64_t pushes = 0;  ///< that reached the neighbour, whole or not
    std::uint64_t key_changes = 0;
    std::uint64_t upgrades = 0;     ///< with records to read
    std::uint64_t read_since = 0;   ///< records that were read after an upgrade
    std::uint64_t heads_ahead = 0;  ///< times a node held a head beyond its records
    DecidedAtOnce at_once;          ///< decisions of people who did not know of each other
    std::int64_t simulated_ms = 0;
    Faults faults;
};

class Simulation {
public:
    explicit Simulation(const Options& options);

    /// Runs all steps, mends everything, and waits until nothing moves. Stops at the first step with findings; each
    /// begins with the step.
    [[nodiscard]] Findings run();
    [[nodiscard]] const Coverage& coverage() const { return coverage_; }
    /// All that the nodes hold and show at the end, as text: a seed replays it.
    [[nodiscard]] std::string outcome() const;

private:
    void add_node(const NodeId& id);
    void add_hostile_peer();
    void upgrade(SimNode& node);
    void upgrade_all();
    void connect_all();
    void connect(SimNode& a, SimNode& b);
    [[nodiscard]] std::int64_t up_to_days(std::uint64_t days);
    void pass_time();
    [[nodiscard]] Findings act(SimNode& node);
    [[nodiscard]] Findings step(std::uint64_t number);
    [[nodiscard]] Findings pull(SimNode& node);
    [[nodiscard]] Findings push(SimNode& node);
    void trouble(SimNode& node);
    void split();
    void trouble_disk(SimNode& node);
    [[nodiscard]] bool disk_troubled() const;
    void start_crashed();
    [[nodiscard]] Findings check_always(SimNode& node);
    [[nodiscard]] std::pair<Vector, std::uint64_t> moves(SimNode& node) const;
    [[nodiscard]] Findings settle();
    [[nodiscard]] Findings come_to_rest();
    void note_heads_ahead();
    void note_end();

    Options options_;
    test::SeededRandom random_;
    Ledger ledger_;
    Coverage coverage_;
    Workload workload_;
    std::vector<std::unique_ptr<test::ManualClock>> clocks_;
    std::vector<std::unique_ptr<SimNode>> nodes_;
    std::vector<NodeId> ids_;
    std::optional<BuggyAuthor> buggy_;
    std::unique_ptr<HostilePeer> hostile_;
    std::vector<std::unique_ptr<Always>> always_ = always_invariants();
};

}  // namespace minglu::simulation
