#include "sync/merkle.hpp"

#include <doctest/doctest.h>

#include <map>
#include <stdexcept>

namespace {
using namespace minglu;

constexpr auto sha = HashAlgorithm::sha256;
constexpr std::uint64_t size_max = 40;

Hash hash_of_hex(std::string_view hex) {
    return to_hash(from_hex(hex).value()).value();
}

std::vector<Hash> hashes_of_hex(const std::vector<std::string>& texts) {
    std::vector<Hash> out;
    for (const std::string& text : texts) out.push_back(hash_of_hex(text));
    return out;
}

/// The definitions of RFC 9162 §2.1 as they are written there, over leaf hashes.
struct Reference {
    HashAlgorithm algorithm;

    static std::size_t split(std::size_t n) {
        std::size_t k = 1;
        while (k * 2 < n) k *= 2;
        return k;
    }
    [[nodiscard]] Hash root(std::span<const Hash> d) const {
        if (d.empty()) return hash(algorithm, {""});
        if (d.size() == 1) return d[0];
        const std::size_t k = split(d.size());
        return hash(algorithm, {"\x01", bytes_of(root(d.first(k))), bytes_of(root(d.subspan(k)))});
    }
    [[nodiscard]] std::vector<Hash> path(std::size_t m, std::span<const Hash> d) const {
        if (d.size() == 1) return {};
        const std::size_t k = split(d.size());
        std::vector<Hash> out = m < k ? path(m, d.first(k)) : path(m - k, d.subspan(k));
        out.push_back(m < k ? root(d.subspan(k)) : root(d.first(k)));
        return out;
    }
    [[nodiscard]] std::vector<Hash> subproof(std::size_t m, std::span<const Hash> d, bool known) const {
        if (m == d.size()) return known ? std::vector<Hash>{} : std::vector<Hash>{root(d)};
        const std::size_t k = split(d.size());
        std::vector<Hash> out = m <= k ? subproof(m, d.first(k), known) : subproof(m - k, d.subspan(k), false);
        out.push_back(m <= k ? root(d.subspan(k)) : root(d.first(k)));
        return out;
    }
};

/// Leaves, what was stored while they were appended, and the root at every size.
struct Grown {
    explicit Grown(HashAlgorithm algorithm, std::vector<Hash> given) : leaves(std::move(given)) {
        TreeFrontier frontier(algorithm);
        roots.push_back(frontier.root());
        for (const Hash& leaf : leaves) {
            std::vector<TreeNode> completed;
            frontier.append(leaf, &completed);
            for (const TreeNode& node : completed) {
                CHECK(stored.emplace(std::pair(node.level, node.index), node.hash).second);
            }
            roots.push_back(frontier.root());
        }
    }
    [[nodiscard]] NodeReader reader_up_to(std::uint64_t size) const {
        return [this, size](std::uint32_t level, std::uint64_t index) {
            CHECK(((index + 1) << level) <= size);  // nothing beyond the size in question is asked for
            return stored.at({level, index});
        };
    }
    [[nodiscard]] std::span<const Hash> first(std::uint64_t size) const {
        return std::span(leaves).first(static_cast<std::size_t>(size));
    }

    std::vector<Hash> leaves;
    std::vector<Hash> roots;
    std::map<std::pair<std::uint32_t, std::uint64_t>, Hash> stored;
};

std::vector<Hash> numbered_leaves(HashAlgorithm algorithm, std::uint64_t count) {
    std::vector<Hash> out;
    for (std::uint64_t i = 0; i < count; ++i) out.push_back(leaf_hash(algorithm, "record " + std::to_string(i)));
    return out;
}

/// The tree of Certificate Transparency's published test vectors.
Grown published() {
    std::vector<Hash> leaves;
    for (const char* hex :
         {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
        leaves.push_back(leaf_hash(sha, from_hex(hex).value()));
    }
    return Grown(sha, leaves);
}

TEST_CASE("the published roots of Certificate Transparency") {
    const std::vector<Hash> expected = hashes_of_hex({
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    });
    const Grown tree = published();
    CHECK(tree.roots == expected);
    for (std::uint64_t size = 0; size <= 8; ++size) CHECK(root_of(sha, tree.first(size)) == expected[size]);
    CHECK(empty_root(sha) == expected[0]);
}

TEST_CASE("the published proofs of Certificate Transparency") {
    struct Case {
        std::uint64_t a, b;  ///< index and size, or from and to
        std::vector<std::string> path;
    };
    const Grown tree = published();
    const Case inclusions[] = {
        {0, 1, {}},
        {0,
         8,
         {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
        {5,
         8,
         {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
          "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    };
    for (const Case& c : inclusions) {
        const std::vector<Hash> path = inclusion_proof(sha, c.a, c.b, tree.reader_up_to(c.b));
        CHECK(path == hashes_of_hex(c.path));
        CHECK(verify_inclusion(sha, tree.leaves[c.a], c.a, c.b, path, tree.roots[c.b]));
    }
    const Case consistencies[] = {
        {1, 1, {}},
        {2,
         5,
         {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
        {6,
         8,
         {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
          "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    };
    for (const Case& c : consistencies) {
        const std::vector<Hash> path = consistency_proof(sha, c.a, c.b, tree.reader_up_to(c.b));
        CHECK(path == hashes_of_hex(c.path));
        CHECK(verify_consistency(sha, c.a, c.b, tree.roots[c.a], tree.roots[c.b], path));
    }
}

TEST_CASE("roots and frontiers at every size equal the recursive definition, for both hashes") {
    for (const HashAlgorithm algorithm : {HashAlgorithm::sha256, HashAlgorithm::sm3}) {
        const Grown tree(algorithm, numbered_leaves(algorithm, size_max));
        const Reference reference{algorithm};
        for (std::uint64_t size = 0; size <= size_max; ++size) {
            CHECK(tree.roots[size] == reference.root(tree.first(size)));
            CHECK(root_at(algorithm, size, tree.reader_up_to(size)) == tree.roots[size]);
        }
    }
    CHECK(empty_root(HashAlgorithm::sm3) != empty_root(sha));
}

TEST_CASE("all proofs up to 40 leaves equal the recursive definition and verify") {
    const Grown tree(sha, numbered_leaves(sha, size_max));
    const Reference reference{sha};
    for (std::uint64_t size = 1; size <= size_max; ++size) {
        for (std::uint64_t index = 0; index < size; ++index) {
            const std::vector<Hash> path = inclusion_proof(sha, index, size, tree.reader_up_to(size));
            CHECK(path == reference.path(index, tree.first(size)));
            CHECK(verify_inclusion(sha, tree.leaves[index], index, size, path, tree.roots[size]));
        }
        for (std::uint64_t from = 0; from <= size; ++from) {
            const std::vector<Hash> path = consistency_proof(sha, from, size, tree.reader_up_to(size));
            CHECK(path == (from == 0 ? std::vector<Hash>{} : reference.subproof(from, tree.first(size), true)));
            CHECK(verify_consistency(sha, from, size, tree.roots[from], tree.roots[size], path));
        }
    }
}

/// Every way to damage a path a little: a bit of each hash, one hash less at each place, one more at each place,
/// neighbours exchanged.
std::vector<std::vector<Hash>> damaged(const std::vector<Hash>& path) {
    std::vector<std::vector<Hash>> out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        for (std::size_t octet = 0; octet < sizeof(Hash); ++octet) {
            out.push_back(path);
            out.back()[i][octet] ^= 1;
        }
        const auto at = static_cast<std::ptrdiff_t>(i);
        out.push_back(path);
        out.back().erase(out.back().begin() + at);
        out.push_back(path);
        out.back().insert(out.back().begin() + at, path[i]);
        if (i > 0) {
            out.push_back(path);
            std::swap(out.back()[i - 1], out.back()[i]);
        }
    }
    out.push_back(path);
    out.back().push_back(Hash{});
    return out;
}

TEST_CASE("a damaged inclusion proof, or one for another leaf, place, size or root, is refused") {
    const Grown tree(sha, numbered_leaves(sha, size_max));
    for (const std::uint64_t size : {1u, 2u, 3u, 7u, 8u, 9u, 21u, 40u}) {
        for (std::uint64_t index = 0; index < size; ++index) {
            const Hash& leaf = tree.leaves[index];
            const std::vector<Hash> path = inclusion_proof(sha, index, size, tree.reader_up_to(size));
            for (const auto& bad : damaged(path)) {
                CHECK_FALSE(verify_inclusion(sha, leaf, index, size, bad, tree.roots[size]));
            }
            for (std::uint64_t other = 0; other <= size; ++other) {
                if (other == index) continue;
                CHECK_FALSE(verify_inclusion(sha, leaf, other, size, path, tree.roots[size]));
            }
            const Hash& other_leaf = tree.leaves[(index + 1) % size_max];
            CHECK_FALSE(verify_inclusion(sha, other_leaf, index, size, path, tree.roots[size]));
            CHECK_FALSE(verify_inclusion(sha, leaf, index, size, path, tree.roots[size - 1]));
            CHECK_FALSE(verify_inclusion(sha, leaf, UINT64_MAX, size, path, tree.roots[size]));
        }
    }
    CHECK_FALSE(verify_inclusion(sha, tree.leaves[0], 0, 0, {}, tree.roots[0]));
}

TEST_CASE("a damaged consistency proof, or one between other sizes or roots, is refused") {
    const Grown tree(sha, numbered_leaves(sha, size_max));
    for (const std::uint64_t to : {2u, 3u, 7u, 8u, 9u, 21u, 40u}) {
        for (std::uint64_t from = 1; from < to; ++from) {
            const std::vector<Hash> path = consistency_proof(sha, from, to, tree.reader_up_to(to));
            const Hash& from_root = tree.roots[from];
            const Hash& to_root = tree.roots[to];
            for (const auto& bad : damaged(path)) {
                CHECK_FALSE(verify_consistency(sha, from, to, from_root, to_root, bad));
            }
            CHECK_FALSE(verify_consistency(sha, from, to, from_root, to_root, {}));
            CHECK_FALSE(verify_consistency(sha, from, to, tree.roots[from - 1], to_root, path));
            CHECK_FALSE(verify_consistency(sha, from, to, from_root, tree.roots[to - 1], path));
            CHECK_FALSE(verify_consistency(sha, to, from, to_root, from_root, path));
            CHECK_FALSE(verify_consistency(sha, from, UINT64_MAX, from_root, to_root, path));
        }
    }
}

TEST_CASE("a true proof does not pass for a smaller tree than it has levels for") {
    const Grown tree(sha, numbered_leaves(sha, size_max));
    for (std::uint64_t size = 2; size <= size_max; ++size) {
        const std::vector<Hash> path = inclusion_proof(sha, size - 1, size, tree.reader_up_to(size));
        CHECK_FALSE(verify_inclusion(sha, tree.leaves[size - 1], 0, 1, path, tree.roots[size]));
    }
    const std::vector<Hash> path = consistency_proof(sha, 7, 8, tree.reader_up_to(8));
    CHECK(verify_consistency(sha, 7, 8, tree.roots[7], tree.roots[8], path));
    CHECK_FALSE(verify_consistency(sha, 3, 4, tree.roots[7], tree.roots[8], path));
}

TEST_CASE("the edges of consistency: from nothing, and from itself") {
    const Grown tree(sha, numbered_leaves(sha, 5));
    const std::vector<Hash> junk{tree.leaves[0]};
    CHECK(verify_consistency(sha, 0, 5, tree.roots[0], tree.roots[5], {}));
    CHECK_FALSE(verify_consistency(sha, 0, 5, tree.roots[0], tree.roots[5], junk));
    CHECK_FALSE(verify_consistency(sha, 0, 5, tree.roots[1], tree.roots[5], {}));
    CHECK(verify_consistency(sha, 5, 5, tree.roots[5], tree.roots[5], {}));
    CHECK_FALSE(verify_consistency(sha, 5, 5, tree.roots[5], tree.roots[5], junk));
    CHECK_FALSE(verify_consistency(sha, 5, 5, tree.roots[5], tree.roots[4], {}));
    CHECK_FALSE(verify_consistency(sha, 5, 4, tree.roots[5], tree.roots[4], {}));
    CHECK(verify_consistency(sha, 0, 0, tree.roots[0], tree.roots[0], {}));
}

TEST_CASE("impossible proofs are faults of the caller") {
    const Grown tree(sha, numbered_leaves(sha, 5));
    CHECK_THROWS_AS((void)inclusion_proof(sha, 5, 5, tree.reader_up_to(5)), std::invalid_argument);
    CHECK_THROWS_AS((void)inclusion_proof(sha, 0, 0, tree.reader_up_to(5)), std::invalid_argument);
    CHECK_THROWS_AS((void)consistency_proof(sha, 5, 4, tree.reader_up_to(5)), std::invalid_argument);
}

TEST_CASE("a frontier restored at any size grows on as if nothing had happened") {
    const Grown tree(sha, numbered_leaves(sha, size_max));
    for (std::uint64_t size = 0; size < size_max; ++size) {
        TreeFrontier grown(sha);
        for (const Hash& leaf : tree.first(size)) grown.append(leaf, nullptr);
        Result<TreeFrontier> restored = TreeFrontier::restore(sha, size, grown.peaks());
        REQUIRE(restored.has_value());
        CHECK(restored->root() == tree.roots[size]);
        std::vector<TreeNode> completed;
        for (std::uint64_t i = size; i < size_max; ++i) restored->append(tree.leaves[i], &completed);
        CHECK(restored->size() == size_max);
        CHECK(restored->root() == tree.roots[size_max]);
        for (const TreeNode& node : completed) CHECK(tree.stored.at({node.level, node.index}) == node.hash);

        std::vector<Hash> peaks = grown.peaks();
        peaks.push_back(Hash{});
        CHECK(TreeFrontier::restore(sha, size, peaks).error().code == ErrorCode::corrupt);
    }
}

}  // namespace
