#pragma once
/// Nodes whose data directories are copied, put back and restored behind their backs, while officers go on working.
#include "tests/simulation/fork_accounts.hpp"
#include "tests/simulation/workload.hpp"

namespace minglu::simulation {

struct ForkOptions {
    std::uint64_t seed = 1;
    std::uint64_t steps = 150;
    std::size_t nodes = 3;      ///< 2 to 4; in a line, so that some hear of a fork only from others
    bool copies = true;         ///< copies of a running node that write too
    bool silent = true;         ///< old data put back without a restore
    bool restores = true;       ///< backups restored, also on both ends, also twice
    bool faults = true;         ///< lines lose, damage, delay, are cut; clocks jump
    bool mixed_suites = false;  ///< all but the first sign with SM2
    bool on_disks = false;      ///< SQLite over disks that fail, copied file by file, instead of stores in memory
    bool withdrawals = true;    ///< proposers close batches of their own
    bool key_changes = true;    ///< nodes change their keys where the operations guide allows it
};

/// What a seed alone decides.
[[nodiscard]] inline ForkOptions fork_options_of_seed(std::uint64_t seed) {
    ForkOptions options;
    options.seed = seed;
    options.nodes = 2 + static_cast<std::size_t>(seed % 3);
    options.mixed_suites = seed % 5 == 2;
    options.on_disks = seed % 4 == 0;
    return options;
}

/// What a run came across.
struct ForkCoverage {
    std::uint64_t forks = 0;            ///< logs proved to have forked
    std::uint64_t again = 0;            ///< acts that were written again
    std::uint64_t proposals_again = 0;  ///< of them
    std::uint64_t other_branch = 0;     ///< acts that only the list of another branch holds
    std::uint64_t rolled_back = 0;
    std::uint64_t key_changes = 0;
    std::int64_t simulated_ms = 0;
    Faults faults;
};

class ForkSimulation {
public:
    explicit ForkSimulation(const ForkOptions& options);
    [[nodiscard]] Findings run();
    [[nodiscard]] const ForkCoverage& coverage() const { return coverage_; }
    /// All that the machines hold and show at the end, as text: a seed replays it.
    [[nodiscard]] std::string outcome() const;

private:
    /// The data of a node at one moment: one of the two.
    struct Saved {
        std::unique_ptr<Store> store;
        Disk::Image image;
        std::size_t keys = 1;
    };
    struct Machine {
        std::unique_ptr<test::ManualClock> clock;
        std::unique_ptr<SimNode> node;
        std::string name;
        std::vector<Saved> backups;
        bool was_put_back = false;
        std::unique_ptr<Always> cosigned = cosigned_is_held();
    };
    void add_machine(const NodeId& id, std::string name, const Saved& saved);
    [[nodiscard]] static Saved save(Machine& machine);
    [[nodiscard]] SimNode::Data data_of(const Saved& saved);
    void connect(Machine& a, Machine& b);
    [[nodiscard]] Suite suite_of(const NodeId& id) const;
    void pin_all(Machine& machine);
    [[nodiscard]] Findings step();
    [[nodiscard]] Findings step_through_crashes();
    [[nodiscard]] Findings check_cosigned();
    void trouble(Machine& machine);
    [[nodiscard]] Findings act(Machine& machine);
    [[nodiscard]] bool is_copied(const NodeId& id) const;
    [[nodiscard]] Findings change_key(Machine& machine);
    void put_back(Machine& machine, const Saved& saved, SimNode::NewLog new_log);
    void copy_a_machine();
    void pull(Machine& machine);
    [[nodiscard]] Findings settle();
    [[nodiscard]] Findings check();
    [[nodiscard]] Findings converged();
    [[nodiscard]] Findings all_accounted();
    [[nodiscard]] Findings accounted(const Act& act, const ForkAccounts& accounts);
    void note_losses(Machine& machine, const Saved& put_back);

    ForkOptions options_;
    test::SeededRandom random_;
    Ledger ledger_;
    Workload workload_;
    ForkCoverage coverage_;
    std::vector<NodeId> ids_;
    std::vector<Machine> machines_;
    std::vector<std::string> trace_;  ///< told when something is found
    /// Reasons of acts that left the machine that wrote them; true when another one held them then.
    std::map<std::string, bool> orphaned_;
};

}  // namespace minglu::simulation
