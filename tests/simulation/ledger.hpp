#pragma once
/// What was really written in a run, and what was done to its nodes: kept beside them, for the invariants.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sync/replica.hpp"
#include "tests/simulation/faults.hpp"

namespace minglu::simulation {

/// What does not hold, a line each; none = all is well.
using Findings = std::vector<std::string>;
[[nodiscard]] std::string told(const Findings& findings);

/// A write that was acknowledged. Two copies of a node may give one dot to two of them.
struct Act {
    Draft asked;  ///< as somebody asked for it; its reason is its own
    Dot dot;
    Hash leaf{};
    std::optional<std::pair<Dot, Dot>> decides;  ///< the sides of the conflict that it settles
};

/// What was really written, by whoever holds the key to it.
struct Ledger {
    std::map<Dot, Hash> leaves;        ///< of every record that an author made
    std::map<Dot, Hash> acknowledged;  ///< of those whose publisher was told that they stand
    std::vector<Act> acts;             ///< the same, in order, but for changes of key
    std::set<Dot> invalid;             ///< made by a program with a bug, for whoever reads them
    std::set<LogId> newer;             ///< logs with records of a later version
    NodeId hostile;                    ///< a peer that keeps to no rule; empty = none
    LogId forked;                      ///< a log of it that goes on in several branches and is never cut
    std::set<Hash> branches;           ///< the leaves of all of them
    Faults faults;
    std::map<NodeId, std::vector<std::string>> public_keys;  ///< that each node has had
    bool clocks_differ = false;

    void note_acknowledged(const Dot& dot, const Hash& leaf);
    void note(Act act);
};

/// What a stored record was made of.
[[nodiscard]] Draft draft_of(const ReadTx& tx, const RecordRow& record, std::uint32_t reads);

/// What of it another one says otherwise, in words; empty = nothing. A record that was written again behind a cut names
/// other positions: those are left out `Positions::may_differ`.
enum class Positions { are_equal, may_differ };
[[nodiscard]] std::string difference(const Draft& asked, const Draft& written, Positions positions);

}  // namespace minglu::simulation
