#pragma once
/// Gathers what proves one answer.
#include <string>
#include <vector>

#include "sync/catalogue_at.hpp"
#include "sync/evidence.hpp"

namespace minglu {

/// What the issuer states, of one moment: a snapshot, the log whose head states it, and the way to the key in the
/// state trie of that head.
struct StatedSnapshot {
    const ReadTx& tx;
    LogRow own;
    std::vector<TrieChildren> path;
    std::optional<EntryNo> lone_entry;  ///< see StateTrie::lone_entry
};

/// Everything but the signature. `own_card`: the issuer's. Errors: those of parse_card; not_found when a record that
/// counts is under no signed head here (a log that was just put back: ask again after the next exchange).
[[nodiscard]] Result<Evidence> gather_evidence(const StatedSnapshot& snapshot, const EntryKey& key, const Asked& asked,
                                               UnixMs made, std::string_view own_card);

}  // namespace minglu
