#pragma once
/// From the stored ops of a key to its stored views: one algorithm for every write, for rebuild and for verify.
#include <optional>
#include <set>
#include <vector>

#include "catalog/fold.hpp"
#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "sync/state_trie.hpp"

namespace minglu {

/// The ops of a key that count, in order of arrival, with what the state trie covers of each.
struct CountedOps {
    std::vector<EffectiveOp> ops;
    Hash ops_hash{};
};

/// Reads the ops of a key and decides which count: valid, not behind a cut, changes or fully approved proposals.
/// `known_at`: only what had arrived here by then.
[[nodiscard]] CountedOps counted_ops(const ReadTx& tx, const EntryKey& key, std::optional<UnixMs> known_at = {});

/// The views of a key, with its trie leaf. No periods: nothing counts.
[[nodiscard]] EntryViews views_of(const ReadTx& tx, const EntryKey& key);

/// Replaces the views of `keys` and their leaves in the trie. The folding itself runs beside the caller.
void refold(WriteTx& tx, const std::set<EntryKey>& keys, StateTrie& trie, UnixMs at, Beside& beside);

/// Every key again from the log. The stored bytes come out the same. `progress(done, total)` now and then.
void rebuild(WriteTx& tx, StateTrie& trie, UnixMs at, Beside& beside,
             const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace minglu
