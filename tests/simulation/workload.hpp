#pragma once
/// What officers do, by chance: insert, edit, remove, restore, publish batches, propose, approve, resolve.
#include <map>
#include <optional>
#include <string>

#include "tests/simulation/invariants.hpp"

namespace minglu::simulation {

class Workload {
public:
    /// What officers do besides the rest.
    struct Habits {
        bool withdrawals = true;  ///< proposers close batches of their own
    };
    Workload(test::SeededRandom& random, Ledger& ledger, Habits habits)
        : random_(random), ledger_(ledger), habits_(habits) {}

    /// One act of somebody at `node`. Findings: a write refused without a cause. Throws what the store throws.
    Findings act(SimNode& node, const std::vector<NodeId>& all);
    [[nodiscard]] std::uint64_t key_changes() const { return key_changes_; }
    /// The node goes on with another signing key. Findings as above.
    Findings rotate_key(SimNode& node);
    /// After a crash: the act that got no answer stands at the end of the node's log, or nowhere.
    void look_again(SimNode& node);

private:
    [[nodiscard]] EntryKey any_key();
    [[nodiscard]] Vector seen_by_editor(const ReadTx& tx, const NodeId& node, const EntryKey& key);
    [[nodiscard]] Op any_write(const ReadTx& tx, const NodeId& node, const EntryKey& key,
                               const std::vector<NodeId>& all);
    [[nodiscard]] Draft batch(const ReadTx& tx, const NodeId& node, const std::vector<NodeId>& all);
    [[nodiscard]] std::optional<Draft> approval(const ReadTx& tx, const NodeId& node);
    /// An act without its dot, like the next one.
    [[nodiscard]] std::optional<Act> resolution(const ReadTx& tx);
    [[nodiscard]] Act any_act(const ReadTx& tx, const NodeId& node, const std::vector<NodeId>& all);
    [[nodiscard]] Result<Published> publish(SimNode& node, const Draft& draft);

    test::SeededRandom& random_;
    Ledger& ledger_;
    Habits habits_;
    std::set<std::string> unanswered_;  ///< reasons of acts whose commit has an unknown outcome
    std::uint64_t key_changes_ = 0;
    std::uint64_t acts_ = 0;  ///< stated as the reason of each, so that it is known again when it is written again
    std::map<std::pair<NodeId, EntryKey>, Vector> screens_;  ///< an editor may save what was shown a while ago
};

}  // namespace minglu::simulation
