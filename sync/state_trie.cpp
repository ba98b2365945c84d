#include "sync/state_trie.hpp"

#include <algorithm>

namespace minglu {
namespace {

constexpr std::uint32_t leaf_mark = 0x8000'0000u;
constexpr std::string_view leaf_prefix{"\x00", 1};
constexpr std::string_view node_prefix{"\x01", 1};

bool is_leaf(std::uint32_t ref) {
    return (ref & leaf_mark) != 0;
}

std::size_t nibble(const Hash& position, std::size_t depth) {
    const std::size_t octet = position[depth / 2];
    return depth % 2 == 0 ? octet >> 4 : octet & 15u;
}

bool shares_prefix(const Hash& a, const Hash& b, std::size_t depth) {
    for (std::size_t i = 0; i < depth; ++i) {
        if (nibble(a, i) != nibble(b, i)) return false;
    }
    return true;
}

/// The hash at which `path` ends on the way to `position`; none when it does not start at `root` or does not hang
/// together.
std::optional<Hash> end_of_path(const Hash& root, const Hash& position, std::span<const TrieChildren> path) {
    if (path.size() > 2 * sizeof(Hash)) return std::nullopt;
    Hash expected = root;
    for (std::size_t depth = 0; depth < path.size(); ++depth) {
        if (trie_node_hash(path[depth]) != expected) return std::nullopt;
        expected = path[depth][nibble(position, depth)];
    }
    return expected;
}

}  // namespace

Hash trie_leaf(const EntryKey& key, const Hash& ops_hash, const Hash& state_hash) {
    return sha256({leaf_prefix, key.value(), bytes_of(ops_hash), bytes_of(state_hash)});
}

Hash trie_position(const EntryKey& key) {
    return sha256({key.value()});
}

Hash trie_node_hash(const TrieChildren& children) {
    static_assert(sizeof(TrieChildren) == 16 * sizeof(Hash));
    return sha256({node_prefix, {reinterpret_cast<const char*>(children.data()), sizeof children}});
}

StateTrie::Descent StateTrie::descend(const Hash& position) const {
    Descent descent;
    descent.end = root_;
    while (descent.end != 0 && !is_leaf(descent.end)) {
        descent.nodes[descent.depth] = descent.end;
        descent.end = nodes_[descent.end].children[nibble(position, descent.depth)];
        ++descent.depth;
    }
    return descent;
}

StateTrie::Ref& StateTrie::slot(const Descent& descent, std::size_t depth, const Hash& position) {
    if (depth == 0) return root_;
    return nodes_[descent.nodes[depth - 1]].children[nibble(position, depth - 1)];
}

void StateTrie::mark_dirty(const Descent& descent) {
    for (std::size_t i = 0; i < descent.depth; ++i) nodes_[descent.nodes[i]].dirty = true;
}

/// The nodes that tell two leaves apart which share the first `depth` nibbles, from there on down.
StateTrie::Ref StateTrie::fork(Ref old_leaf, Ref new_leaf, std::size_t depth) {
    const Hash& old_position = leaves_[old_leaf & ~leaf_mark].position;
    const Hash& new_position = leaves_[new_leaf & ~leaf_mark].position;
    Node node;
    const std::size_t old_nibble = nibble(old_position, depth);
    const std::size_t new_nibble = nibble(new_position, depth);
    if (old_nibble == new_nibble) {
        node.children[old_nibble] = fork(old_leaf, new_leaf, depth + 1);
    } else {
        node.children[old_nibble] = old_leaf;
        node.children[new_nibble] = new_leaf;
    }
    return nodes_.add(node);
}

void StateTrie::set(const EntryKey& key, const Hash& leaf, EntryNo no) {
    const Hash position = trie_position(key);
    const auto entry = static_cast<std::uint32_t>(no.value());
    const Descent descent = descend(position);
    if (is_leaf(descent.end)) {
        StoredLeaf& found = leaves_[descent.end & ~leaf_mark];
        if (found.position == position) {
            found.entry = entry;
            if (found.leaf == leaf) return;
            found.leaf = leaf;
            mark_dirty(descent);
            return;
        }
    }
    const Ref added = leaves_.add({{position, leaf}, entry}) | leaf_mark;
    const Ref placed = descent.end == 0 ? added : fork(descent.end, added, descent.depth);
    slot(descent, descent.depth, position) = placed;
    mark_dirty(descent);
}

/// The leaf that is all there is below a node; 0 when there is more.
StateTrie::Ref StateTrie::lone_leaf_of(Ref node) const {
    Ref lone = 0;
    for (const Ref child : nodes_[node].children) {
        if (child == 0) continue;
        if (lone != 0 || !is_leaf(child)) return 0;
        lone = child;
    }
    return lone;
}

void StateTrie::erase(const EntryKey& key) {
    const Hash position = trie_position(key);
    const Descent descent = descend(position);
    if (!is_leaf(descent.end) || leaves_[descent.end & ~leaf_mark].position != position) return;
    leaves_.remove(descent.end & ~leaf_mark);
    slot(descent, descent.depth, position) = 0;
    mark_dirty(descent);
    // A leaf that is alone now moves up to the shortest path that is still unique.
    for (std::size_t depth = descent.depth; depth > 0; --depth) {
        const Ref node = descent.nodes[depth - 1];
        const Ref lone = lone_leaf_of(node);
        if (lone == 0) return;
        nodes_.remove(node);
        slot(descent, depth - 1, position) = lone;
    }
}

Hash StateTrie::hash_of(Ref ref) const {
    if (ref == 0) return Hash{};
    return is_leaf(ref) ? leaves_[ref & ~leaf_mark].leaf : nodes_[ref].hash;
}

TrieChildren StateTrie::hashes_of_children(const Node& node) const {
    TrieChildren hashes;
    for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = hash_of(node.children[i]);
    return hashes;
}

void StateTrie::refresh(Ref ref) {
    if (ref == 0 || is_leaf(ref) || !nodes_[ref].dirty) return;
    Node& node = nodes_[ref];
    for (const Ref child : node.children) refresh(child);
    node.hash = trie_node_hash(hashes_of_children(node));
    node.dirty = false;
}

Hash StateTrie::root() {
    refresh(root_);
    return hash_of(root_);
}

std::optional<TrieStep> StateTrie::step(std::string_view prefix) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (prefix.size() > 2 * sizeof(Hash)) return std::nullopt;
    refresh(root_);
    Ref ref = root_;
    for (const char c : prefix) {
        const std::size_t digit = digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        if (ref != 0 && !is_leaf(ref)) ref = nodes_[ref].children[digit];
    }
    if (ref == 0) return std::nullopt;
    if (!is_leaf(ref)) return TrieStep{std::nullopt, hashes_of_children(nodes_[ref])};
    const TrieLeaf& leaf = leaves_[ref & ~leaf_mark];
    if (!to_hex(bytes_of(leaf.position)).starts_with(prefix)) return std::nullopt;
    return TrieStep{leaf, {}};
}

std::optional<EntryNo> StateTrie::lone_entry(const EntryKey& key) const {
    const Hash position = trie_position(key);
    const Ref end = descend(position).end;
    if (!is_leaf(end) || leaves_[end & ~leaf_mark].position == position) return std::nullopt;
    return EntryNo{leaves_[end & ~leaf_mark].entry};
}

std::vector<TrieChildren> StateTrie::path_of(const EntryKey& key) {
    refresh(root_);
    const Descent descent = descend(trie_position(key));
    std::vector<TrieChildren> path;
    path.reserve(descent.depth);
    for (std::size_t i = 0; i < descent.depth; ++i) path.push_back(hashes_of_children(nodes_[descent.nodes[i]]));
    return path;
}

bool proves_presence(const Hash& root, const EntryKey& key, const Hash& leaf, std::span<const TrieChildren> path) {
    return leaf != Hash{} && end_of_path(root, trie_position(key), path) == leaf;
}

bool proves_absence(const Hash& root, const EntryKey& key, const std::optional<TrieOccupant>& occupant,
                    std::span<const TrieChildren> path) {
    const Hash position = trie_position(key);
    const std::optional<Hash> end = end_of_path(root, position, path);
    if (!end) return false;
    if (!occupant) return *end == Hash{};
    return occupant->key != key && shares_prefix(position, trie_position(occupant->key), path.size()) &&
           *end == trie_leaf(occupant->key, occupant->ops_hash, occupant->state_hash);
}

}  // namespace minglu
