#pragma once
/// From the stored ops of a key to its stored views: one algorithm for every write, for rebuild and for verify.
#include <functional>
#include <map>
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

/// What the state trie covers of one op that counts.
struct CoveredOp {
    Dot dot;
    Hash leaf{};                      ///< of the op line
    std::map<Dot, Hash> approvals{};  ///< leaf hashes of the approving records of the nodes in `needs`
};
/// docs/PROTOCOL.md §7.
[[nodiscard]] Hash hash_of_ops(std::vector<CoveredOp> ops);

/// Reads the ops of a key and decides which count: valid, not behind a cut, changes or fully approved proposals.
/// `known_at`: only what had arrived here by then.
[[nodiscard]] CountedOps counted_ops(const ReadTx& tx, const EntryKey& key, std::optional<UnixMs> known_at = {});

/// The views of a key, with its trie leaf. No periods: nothing counts. `known_at` as above.
[[nodiscard]] EntryViews views_of(const ReadTx& tx, const EntryKey& key, std::optional<UnixMs> known_at = {});

/// Replaces the views of `keys` and their leaves in the trie. The folding itself runs beside the caller. `look` is
/// shown each of them.
void refold(WriteTx& tx, const std::set<EntryKey>& keys, StateTrie& trie, UnixMs at, Beside& beside,
            const std::function<void(const EntryViews&)>& look = {});

/// Every key again from the log. The stored bytes come out the same. `progress(done, total)` now and then.
void rebuild(WriteTx& tx, StateTrie& trie, UnixMs at, Beside& beside,
             const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace minglu
