#pragma once
/// What must stand of each entry, made anew from the bytes of the records that a node holds: apart from the product's
/// merge, its indexes and its verdicts. What the node shows is held against it. Small and slow on purpose.
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/ledger.hpp"

namespace minglu::simulation {

/// What an op says of one field group; a field that it unsets is the same as one that is not there.
using GroupFields = std::map<std::string, std::string>;

/// An op that counts: of a change, or of a proposal that every node in `needs` has approved.
struct CountedWrite {
    Dot dot;
    std::string reason;
    Op op;
    bool resolves = false;
    bool is_newer = false;                      ///< of a version that an old program keeps unread
    std::vector<std::vector<Dot>> approvals{};  ///< of each node in `needs`; empty for a change
    std::map<std::string, GroupFields> groups{};

    [[nodiscard]] bool removes() const;
};

/// x was written by somebody who was shown y, and not the other way round, too.
[[nodiscard]] bool saw(const CountedWrite& x, const CountedWrite& y);
[[nodiscard]] bool are_concurrent(const CountedWrite& x, const CountedWrite& y);

class Accounts {
public:
    /// For one state of one node, which reads records of versions up to `reads`. Only the ledger says what is invalid.
    Accounts(const ReadTx& tx, const Ledger& ledger, std::uint32_t reads);

    /// What counts, by entry.
    [[nodiscard]] const std::map<EntryKey, std::vector<CountedWrite>>& entries() const { return writes_; }
    [[nodiscard]] const std::vector<CountedWrite>& writes(const EntryKey& key) const;
    [[nodiscard]] const CountedWrite* find(const EntryKey& key, const Dot& dot) const;
    /// Of every entry that is written or shown. On each day, in each field group, what is shown was written by somebody
    /// whom nobody overwrote knowingly; two of those who say different things, or one who removes and one who writes,
    /// are both sides of a conflict that names the group and is open, or that somebody has decided who saw both.
    /// Nothing else is shown, listed or claimed to have been seen.
    [[nodiscard]] Findings check() const;
    /// The conflict that the act settled is listed as resolved, unless it does not know both sides any more, or an old
    /// program showed it that kept unread how one side was overwritten.
    [[nodiscard]] Findings check_decision(const Act& act, const Dot& stands_at) const;

private:
    [[nodiscard]] Findings check(const EntryKey& key) const;

    const ReadTx& tx_;
    std::map<EntryKey, std::vector<CountedWrite>> writes_;
};

}  // namespace minglu::simulation
