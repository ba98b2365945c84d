#pragma once
/// What must hold, as objects that say what broke. Each finding is one line; no finding means that it holds.
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/ledger.hpp"
#include "tests/simulation/sim_node.hpp"

namespace minglu::simulation {

/// A program of the next version, whose records have the form of this one's, beside the program as it is.
constexpr Reading newer_program{record_version + 1, fold_version + 1};

/// Looked at after every step.
class Always {
public:
    virtual ~Always() = default;
    virtual Findings check(SimNode& node, const Ledger& ledger) = 0;
};
/// Looked at when every line is mended and nothing moves any more.
class AtRest {
public:
    virtual ~AtRest() = default;
    virtual Findings check(const std::vector<SimNode*>& nodes, const Ledger& ledger) = 0;
};

/// Every record that a node holds was written by its author, byte for byte; every acknowledged record of its own is
/// there; all ops of a record are visible or none; an invalid record has no effect; what a node has cosigned it holds.
[[nodiscard]] std::vector<std::unique_ptr<Always>> always_invariants();
/// All nodes hold, judge and show the same, and all know that the others vouch for it; nothing acknowledged is missing,
/// it says what it was asked to say, and every field group of it is accounted for; verify is clean; rebuild changes no
/// byte; no incident without a cause.
[[nodiscard]] std::vector<std::unique_ptr<AtRest>> at_rest_invariants();

/// Of them, for runs in which logs fork: of a log that is cut, or whose heads contradict each other, nobody vouches.
[[nodiscard]] std::unique_ptr<Always> cosigned_is_held();
[[nodiscard]] std::unique_ptr<AtRest> all_vouched_for();

/// Whether something that was done to the node, or to others, explains that it reports this.
[[nodiscard]] bool has_cause(const IncidentRow& incident, const NodeId& node, const Ledger& ledger);

/// Keys that only a forked log writes: nodes that hold different branches of it differ there until its author cuts it.
constexpr std::string_view forked_key_prefix = "gi/分叉";

/// Everything that a node shows, but for those keys, as text; equal texts are equal catalogues. With `Numbers::with`
/// also the local numbers of the entries.
enum class Numbers { without, with };
[[nodiscard]] std::string catalogue_text(const ReadTx& tx, Numbers numbers);
/// The same with what the node holds, its state root and what it has reported.
[[nodiscard]] std::string outcome_of(SimNode& node);

}  // namespace minglu::simulation
