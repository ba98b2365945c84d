#pragma once
/// The Merkle tree over the records of one log: RFC 9162 §2.1 (the tree of RFC 6962), over either hash.
///
/// Only perfect subtrees are stored; every root, proof and frontier is made of them. All functions are pure. Asking for
/// a proof that cannot exist (index ≥ size, from > to) throws std::invalid_argument; verifying one answers false.
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "minglu/hash.hpp"
#include "minglu/store.hpp"

namespace minglu {

[[nodiscard]] Hash leaf_hash(HashAlgorithm algorithm, std::string_view data);                ///< H(00 ‖ data)
[[nodiscard]] Hash node_hash(HashAlgorithm algorithm, const Hash& left, const Hash& right);  ///< H(01 ‖ left ‖ right)
[[nodiscard]] Hash empty_root(HashAlgorithm algorithm);                                      ///< H()
[[nodiscard]] Hash root_of(HashAlgorithm algorithm, std::span<const Hash> leaf_hashes);

/// The right edge of a growing tree: enough to append and to know the root, 64 hashes at most.
class TreeFrontier {
public:
    explicit TreeFrontier(HashAlgorithm algorithm) : algorithm_(algorithm) {}
    /// `peaks`: roots of the perfect subtrees, largest first. Errors: corrupt when their number does not fit `size`.
    [[nodiscard]] static Result<TreeFrontier> restore(HashAlgorithm algorithm, std::uint64_t size,
                                                      std::vector<Hash> peaks);

    /// Every perfect subtree that this leaf completes, level 0 included, is added to `completed` (may be null).
    void append(const Hash& leaf, std::vector<TreeNode>* completed);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] Hash root() const;
    [[nodiscard]] const std::vector<Hash>& peaks() const { return peaks_; }

private:
    HashAlgorithm algorithm_;
    std::uint64_t size_ = 0;
    std::vector<Hash> peaks_;
};

/// The stored root of a perfect subtree (see TreeNode). Is asked only for subtrees that lie within the size in
/// question.
using NodeReader = std::function<Hash(std::uint32_t level, std::uint64_t index)>;

/// The tree of the first `size` leaves, to go on with otherwise.
[[nodiscard]] TreeFrontier frontier_at(HashAlgorithm algorithm, std::uint64_t size, const NodeReader& nodes);

/// Root of the first `size` leaves.
[[nodiscard]] Hash root_at(HashAlgorithm algorithm, std::uint64_t size, const NodeReader& nodes);

/// RFC 9162 §2.1.3.1: leaf `index` (from 0) is in the tree of `size` leaves.
[[nodiscard]] std::vector<Hash> inclusion_proof(HashAlgorithm algorithm, std::uint64_t index, std::uint64_t size,
                                                const NodeReader& nodes);
/// RFC 9162 §2.1.3.2.
[[nodiscard]] bool verify_inclusion(HashAlgorithm algorithm, const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Hash> path, const Hash& root);

/// RFC 9162 §2.1.4.1: the tree of `to` leaves continues the one of `from`. Empty when `from` is 0 or `to`.
[[nodiscard]] std::vector<Hash> consistency_proof(HashAlgorithm algorithm, std::uint64_t from, std::uint64_t to,
                                                  const NodeReader& nodes);
/// RFC 9162 §2.1.4.2, and beyond it: from = to holds with an empty path and equal roots; from = 0 holds with an empty
/// path and the empty root, because every tree continues the empty one.
[[nodiscard]] bool verify_consistency(HashAlgorithm algorithm, std::uint64_t from, std::uint64_t to,
                                      const Hash& from_root, const Hash& to_root, std::span<const Hash> path);

}  // namespace minglu
