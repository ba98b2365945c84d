#pragma once
/// The state trie: one hash over everything that a node's catalogue says, and proofs of what it says of one key.
///
/// Always SHA-256, whatever the suite of any log, because nodes compare it across suites. Let h = SHA-256(key) as 64
/// nibbles, high nibble first.
///
///     leaf  = H(00 ‖ key ‖ ops_hash ‖ state_hash)     at the shortest prefix of h that no other key shares
///     node  = H(01 ‖ 16 children)                     a child that is not there counts as 32 zero bytes
///     root  = 32 zero bytes when empty, the leaf itself when there is one key
///
/// The root depends on the set of (key, leaf) only, not on the order of operations. Kept in memory, about 104 bytes per
/// key. Not thread-safe: also reading hashes what was touched.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "minglu/hash.hpp"
#include "minglu/ids.hpp"
#include "minglu/store.hpp"
#include "sync/arena.hpp"

namespace minglu {

/// Unambiguous although the key has no length: the two hashes behind it have a fixed one.
[[nodiscard]] Hash trie_leaf(const EntryKey& key, const Hash& ops_hash, const Hash& state_hash);
/// Where a key stands in the trie.
[[nodiscard]] Hash trie_position(const EntryKey& key);

using TrieChildren = std::array<Hash, 16>;
[[nodiscard]] Hash trie_node_hash(const TrieChildren& children);

struct TrieLeaf {
    Hash position{};
    Hash leaf{};
    friend bool operator==(const TrieLeaf&, const TrieLeaf&) = default;
};

/// What stands at a prefix: a single key, or else 16 children.
struct TrieStep {
    std::optional<TrieLeaf> leaf;
    TrieChildren children{};
    friend bool operator==(const TrieStep&, const TrieStep&) = default;
};

class StateTrie {
public:
    /// `no`: the entry's, below 2^32, for `lone_entry`.
    void set(const EntryKey& key, const Hash& leaf, EntryNo no = {});
    void erase(const EntryKey& key);  ///< of a key that is not there: nothing
    [[nodiscard]] std::size_t size() const { return leaves_.size(); }

    /// Hashes the paths touched since the last call, each node once.
    [[nodiscard]] Hash root();

    /// For the drill-down between two nodes that differ. `prefix`: hexadecimal nibbles of positions, "" = the root.
    /// None when no key's position begins with it (or it is not lower-case hexadecimal). A key that stands further up
    /// is found under all its longer prefixes.
    [[nodiscard]] std::optional<TrieStep> step(std::string_view prefix);

    /// The entry of another key at whose leaf the way to the key's position ends; none when it ends at nothing, or at
    /// the key's own leaf.
    [[nodiscard]] std::optional<EntryNo> lone_entry(const EntryKey& key) const;
    /// The children of each node from the root towards the key's position, to where the trie ends there.
    [[nodiscard]] std::vector<TrieChildren> path_of(const EntryKey& key);

private:
    /// 0 = nothing, else a number of `leaves_` (marked by the top bit) or of `nodes_`.
    using Ref = std::uint32_t;
    struct StoredLeaf : TrieLeaf {
        std::uint32_t entry = 0;
    };
    struct Node {
        std::array<Ref, 16> children{};
        Hash hash{};
        bool dirty = true;
    };
    /// The refs from the root down to a position: where they are stored, and how many nodes lie above the last.
    struct Descent {
        std::array<Ref, 64> nodes{};
        std::size_t depth = 0;
        Ref end = 0;
    };

    [[nodiscard]] Descent descend(const Hash& position) const;
    /// The place that refers to what stands at `depth` of the descent.
    [[nodiscard]] Ref& slot(const Descent& descent, std::size_t depth, const Hash& position);
    void mark_dirty(const Descent& descent);
    [[nodiscard]] Ref fork(Ref old_leaf, Ref new_leaf, std::size_t depth);
    [[nodiscard]] Ref lone_leaf_of(Ref node) const;
    [[nodiscard]] Hash hash_of(Ref ref) const;
    [[nodiscard]] TrieChildren hashes_of_children(const Node& node) const;
    void refresh(Ref ref);

    Ref root_ = 0;
    Arena<StoredLeaf> leaves_;
    Arena<Node> nodes_;
};

/// Whether `path` proves that `key` stands with `leaf` in the trie of that root.
[[nodiscard]] bool proves_presence(const Hash& root, const EntryKey& key, const Hash& leaf,
                                   std::span<const TrieChildren> path);

/// The other key at whose leaf a path ends, with what its leaf is made of, so that it cannot be made up.
struct TrieOccupant {
    EntryKey key;
    Hash ops_hash{};
    Hash state_hash{};
};
/// Whether `path` proves that `key` is not in the trie of that root. `occupant` where the path ends at a leaf; none
/// where it ends at nothing.
[[nodiscard]] bool proves_absence(const Hash& root, const EntryKey& key, const std::optional<TrieOccupant>& occupant,
                                  std::span<const TrieChildren> path);

}  // namespace minglu
