#pragma once
/// What must hold, as objects that say what broke. Each finding is one line; no finding means that it holds.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sync/refold.hpp"
#include "tests/simulation/sim_node.hpp"

namespace minglu::simulation {

using Findings = std::vector<std::string>;
/// A line each.
[[nodiscard]] std::string told(const Findings& findings);

/// A program of the next version, whose records have the form of this one's, beside the program as it is.
constexpr Reading newer_program{record_version + 1, fold_version + 1};

/// A write that was acknowledged. Two copies of a node may give one dot to two of them.
struct Act {
    std::string reason;  ///< its own
    Dot dot;
    Hash leaf{};
};

/// What was really written, by whoever holds the key to it.
struct Ledger {
    std::map<Dot, Hash> leaves;        ///< of every record that an author made
    std::map<Dot, Hash> acknowledged;  ///< of those whose publisher was told that they stand
    std::vector<Act> acts;             ///< the same, in order
    std::set<Dot> invalid;             ///< made by a program with a bug, for whoever reads them
    std::set<LogId> newer;             ///< logs with records of a later version
    NodeId hostile;                    ///< a peer that keeps to no rule; empty = none
    LogId forked;                      ///< a log of it that goes on in several branches and is never cut
    std::set<Hash> branches;           ///< the leaves of all of them
    Faults faults;
    std::map<NodeId, std::vector<std::string>> public_keys;  ///< that each node has had
    bool clocks_differ = false;
};

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
    virtual Findings check(std::vector<std::unique_ptr<SimNode>>& nodes, const Ledger& ledger) = 0;
};

/// Every record that a node holds was written by its author, byte for byte; every acknowledged record of its own is
/// there; all ops of a record are visible or none; an invalid record has no effect; what a node has cosigned it holds.
[[nodiscard]] std::vector<std::unique_ptr<Always>> always_invariants();
/// All nodes hold, judge and show the same, and all know that the others vouch for it; nothing acknowledged is missing,
/// and what it says is accounted for; verify is clean; rebuild changes no byte; no incident without a cause.
[[nodiscard]] std::vector<std::unique_ptr<AtRest>> at_rest_invariants();

/// Whether something that was done to the node, or to others, explains that it reports this.
[[nodiscard]] bool has_cause(const IncidentRow& incident, const NodeId& node, const Ledger& ledger);

/// Whether what an op says stands, is a side of a listed conflict, or was overwritten by an op that saw it. Keeps what
/// it has read of a key: for one state of one node.
class Accounts {
public:
    explicit Accounts(const ReadTx& tx) : tx_(tx) {}
    [[nodiscard]] bool counts(const EntryKey& key, const Dot& dot);
    [[nodiscard]] bool accounts_for(const EntryKey& key, const Dot& dot);

private:
    struct OfKey {
        std::string state;
        CountedOps counted;
    };
    OfKey& of(const EntryKey& key);

    const ReadTx& tx_;
    std::map<EntryKey, OfKey> keys_;
};

/// Keys that only a forked log writes: nodes that hold different branches of it differ there until its author cuts it.
constexpr std::string_view forked_key_prefix = "gi/分叉";

/// Everything that a node shows, but for those keys, as text; equal texts are equal catalogues. With `Numbers::with`
/// also the local numbers of the entries.
enum class Numbers { without, with };
[[nodiscard]] std::string catalogue_text(const ReadTx& tx, Numbers numbers);

}  // namespace minglu::simulation
