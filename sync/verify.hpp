#pragma once
/// Checks everything that a node holds against what was signed: trees, heads, cosignatures, proofs of forks, records,
/// the fold, the state trie.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "minglu/store.hpp"
#include "sync/reading.hpp"

namespace minglu {

/// One line per finding: "table TABLE, record, entry or log: what is wrong (cure)"; empty when everything agrees. Reads
/// one snapshot and changes nothing. `progress(done, total)` counts records and ops, then entries, then audit
/// rows.
[[nodiscard]] std::vector<std::string> verify(const ReadTx& tx,
                                              const std::function<void(std::uint64_t, std::uint64_t)>& progress = {},
                                              const Reading& reading = {});

/// The same, in slices: each reads a snapshot of its own, so that no read transaction is held for long and writers go
/// on in between. What they add is checked in this round where it has not passed there yet, else in the next.
class VerifyRound {
public:
    /// `position`: where an earlier round stood (see there), to go on with it; one that cannot be gone on with, because
    /// it is of another program or another store, begins anew.
    explicit VerifyRound(const Reading& reading = {}, std::string_view position = {});
    ~VerifyRound();
    VerifyRound(const VerifyRound&) = delete;
    VerifyRound& operator=(const VerifyRound&) = delete;

    /// Goes on in this snapshot until `enough`, which is asked after each record, entry and row, or to the end. True
    /// while there is more. Whatever `enough` says, it comes forward. One record of up to 20,000 ops, or the leaves of
    /// all entries, are the most that is looked at in one piece.
    bool step(const ReadTx& tx, const std::function<bool()>& enough);
    /// Those since the last call.
    [[nodiscard]] std::vector<std::string> take_findings();
    [[nodiscard]] std::uint64_t done() const;
    [[nodiscard]] std::uint64_t total() const;  ///< as of the first step
    [[nodiscard]] std::string position() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace minglu
