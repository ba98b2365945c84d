#include "sync/merkle.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace minglu {
namespace {

constexpr std::string_view leaf_prefix{"\x00", 1};
constexpr std::string_view node_prefix{"\x01", 1};

/// Where RFC 9162 §2.1.1 splits `count` > 1 leaves: the largest power of two smaller than it.
std::uint64_t split(std::uint64_t count) {
    return std::bit_floor(count - 1);
}

/// Joins the roots of perfect subtrees of falling size, the last of which is `right`, into one.
Hash join_peaks(HashAlgorithm algorithm, std::span<const Hash> peaks) {
    if (peaks.empty()) return empty_root(algorithm);
    Hash root = peaks.back();
    for (std::size_t i = peaks.size() - 1; i > 0; --i) root = node_hash(algorithm, peaks[i - 1], root);
    return root;
}

/// Roots of the perfect subtrees that make up the leaves [begin, end), largest first. `begin` is a multiple of the
/// range's length rounded up to a power of two, as it is for every range that splitting yields, so they are stored.
std::vector<Hash> range_peaks(std::uint64_t begin, std::uint64_t end, const NodeReader& nodes) {
    std::vector<Hash> peaks;
    while (begin < end) {
        const std::uint64_t step = std::bit_floor(end - begin);
        const auto level = static_cast<std::uint32_t>(std::countr_zero(step));
        peaks.push_back(nodes(level, begin >> level));
        begin += step;
    }
    return peaks;
}

Hash range_root(HashAlgorithm algorithm, std::uint64_t begin, std::uint64_t end, const NodeReader& nodes) {
    return join_peaks(algorithm, range_peaks(begin, end, nodes));
}

bool is_odd(std::uint64_t number) {
    return (number & 1u) != 0;
}

/// Positions of a node and of the last node on one level of the tree; verification climbs with them.
struct Climb {
    std::uint64_t node;
    std::uint64_t last;

    void up() {
        node >>= 1;
        last >>= 1;
    }
    [[nodiscard]] bool sibling_is_left() const { return is_odd(node) || node == last; }
    /// A last node without a right sibling stands for its parents up to where it is a right child.
    void skip_lone_parents() {
        while (!is_odd(node) && node != 0) up();
    }
};

}  // namespace

Hash leaf_hash(HashAlgorithm algorithm, std::string_view data) {
    return hash(algorithm, {leaf_prefix, data});
}

Hash node_hash(HashAlgorithm algorithm, const Hash& left, const Hash& right) {
    return hash(algorithm, {node_prefix, bytes_of(left), bytes_of(right)});
}

Hash empty_root(HashAlgorithm algorithm) {
    return hash(algorithm, {});
}

Hash root_of(HashAlgorithm algorithm, std::span<const Hash> leaf_hashes) {
    TreeFrontier frontier(algorithm);
    for (const Hash& leaf : leaf_hashes) frontier.append(leaf, nullptr);
    return frontier.root();
}

Result<TreeFrontier> TreeFrontier::restore(HashAlgorithm algorithm, std::uint64_t size, std::vector<Hash> peaks) {
    const auto expected = static_cast<std::size_t>(std::popcount(size));
    if (peaks.size() != expected) {
        return fail({ErrorCode::corrupt,
                     "a tree of " + std::to_string(size) + " leaves has " + std::to_string(expected) + " peaks, not " +
                         std::to_string(peaks.size()),
                     "", "check the data directory's disk and restore from a backup"});
    }
    TreeFrontier frontier(algorithm);
    frontier.size_ = size;
    frontier.peaks_ = std::move(peaks);
    return frontier;
}

void TreeFrontier::append(const Hash& leaf, std::vector<TreeNode>* completed) {
    Hash node = leaf;
    std::uint64_t index = size_;
    std::uint32_t level = 0;
    if (completed != nullptr) completed->push_back({level, index, node});
    while (is_odd(index)) {
        node = node_hash(algorithm_, peaks_.back(), node);
        peaks_.pop_back();
        index >>= 1;
        ++level;
        if (completed != nullptr) completed->push_back({level, index, node});
    }
    peaks_.push_back(node);
    ++size_;
}

Hash TreeFrontier::root() const {
    return join_peaks(algorithm_, peaks_);
}

TreeFrontier frontier_at(HashAlgorithm algorithm, std::uint64_t size, const NodeReader& nodes) {
    return TreeFrontier::restore(algorithm, size, range_peaks(0, size, nodes)).value();
}

Hash root_at(HashAlgorithm algorithm, std::uint64_t size, const NodeReader& nodes) {
    return range_root(algorithm, 0, size, nodes);
}

std::vector<Hash> inclusion_proof(HashAlgorithm algorithm, std::uint64_t index, std::uint64_t size,
                                  const NodeReader& nodes) {
    if (index >= size) throw std::invalid_argument("inclusion_proof: no such leaf in a tree of this size");
    std::vector<Hash> path;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end - begin > 1) {
        const std::uint64_t middle = begin + split(end - begin);
        if (index < middle) {
            path.push_back(range_root(algorithm, middle, end, nodes));
            end = middle;
        } else {
            path.push_back(range_root(algorithm, begin, middle, nodes));
            begin = middle;
        }
    }
    std::reverse(path.begin(), path.end());
    return path;
}

bool verify_inclusion(HashAlgorithm algorithm, const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> path, const Hash& root) {
    if (index >= size) return false;
    Climb at{index, size - 1};
    Hash computed = leaf;
    for (const Hash& sibling : path) {
        if (at.last == 0) return false;
        if (at.sibling_is_left()) {
            computed = node_hash(algorithm, sibling, computed);
            at.skip_lone_parents();
        } else {
            computed = node_hash(algorithm, computed, sibling);
        }
        at.up();
    }
    return at.last == 0 && computed == root;
}

std::vector<Hash> consistency_proof(HashAlgorithm algorithm, std::uint64_t from, std::uint64_t to,
                                    const NodeReader& nodes) {
    if (from > to) throw std::invalid_argument("consistency_proof: a tree does not continue a larger one");
    if (from == 0 || from == to) return {};
    std::vector<Hash> path;
    std::uint64_t begin = 0;
    std::uint64_t end = to;
    while (from != end) {
        const std::uint64_t middle = begin + split(end - begin);
        if (from <= middle) {
            path.push_back(range_root(algorithm, middle, end, nodes));
            end = middle;
        } else {
            path.push_back(range_root(algorithm, begin, middle, nodes));
            begin = middle;
        }
    }
    // Where the old tree as a whole is a subtree of the new one, its root is known to the verifier.
    if (begin != 0) path.push_back(range_root(algorithm, begin, end, nodes));
    std::reverse(path.begin(), path.end());
    return path;
}

bool verify_consistency(HashAlgorithm algorithm, std::uint64_t from, std::uint64_t to, const Hash& from_root,
                        const Hash& to_root, std::span<const Hash> path) {
    if (from > to) return false;
    if (from == to) return path.empty() && from_root == to_root;
    if (from == 0) return path.empty() && from_root == empty_root(algorithm);
    if (path.empty()) return false;

    Climb at{from - 1, to - 1};
    while (is_odd(at.node)) at.up();
    const bool starts_at_old_root = std::has_single_bit(from);
    Hash old_root = starts_at_old_root ? from_root : path.front();
    Hash new_root = old_root;
    for (const Hash& sibling : starts_at_old_root ? path : path.subspan(1)) {
        if (at.last == 0) return false;
        if (at.sibling_is_left()) {
            old_root = node_hash(algorithm, sibling, old_root);
            new_root = node_hash(algorithm, sibling, new_root);
            at.skip_lone_parents();
        } else {
            new_root = node_hash(algorithm, new_root, sibling);
        }
        at.up();
    }
    return at.last == 0 && old_root == from_root && new_root == to_root;
}

}  // namespace minglu
