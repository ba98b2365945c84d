#pragma once
/// What one node has of one key: the leaf that stands in its state trie, and the one that its log gives now. Two nodes
/// that differ at a key tell by it which of them is wrong.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "minglu/store.hpp"

namespace minglu {

struct LeafState {
    std::optional<Hash> shown;     ///< trie leaf of the stored entry; none when it is not shown
    std::optional<Hash> refolded;  ///< what the stored ops fold to; none when none of them counts
    Hash ops_hash{};               ///< over the ops that count (docs/PROTOCOL.md §7)
    std::uint64_t ops = 0;         ///< how many count
    std::string damage;            ///< of the log at this key: the record, and what is wrong with it; empty when sound
    friend bool operator==(const LeafState&, const LeafState&) = default;
};

[[nodiscard]] LeafState leaf_state(const ReadTx& tx, const EntryKey& key);

/// {"shown","refolded","ops_hash","ops","damage"}; hashes in hexadecimal, absent ones left out.
[[nodiscard]] std::string serialise(const LeafState& state);
/// Errors: malformed.
[[nodiscard]] Result<LeafState> parse_leaf_state(std::string_view text);

}  // namespace minglu
