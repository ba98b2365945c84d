// Fuzz target: proofs. A proof of a fork is written again; paths of both trees hold only if they are the ones that are.
//
// Input: JSON of a fork proof, or one byte that says which path, one that says from where, and the hashes of the path.
#include <algorithm>
#include <string>
#include <vector>

#include "sync/fork_proof.hpp"
#include "sync/merkle.hpp"
#include "sync/state_trie.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {
namespace {

constexpr HashAlgorithm algorithm = HashAlgorithm::sha256;
constexpr std::size_t leaves = 37;

Hash leaf_of(std::size_t i) {
    return leaf_hash(algorithm, std::to_string(i));
}

EntryKey key_of(std::size_t i) {
    return EntryKey{"gi/AGI" + std::to_string(10'000 + i)};
}

std::vector<Hash> hashes_in(std::string_view bytes) {
    std::vector<Hash> hashes(bytes.size() / sizeof(Hash));
    for (std::size_t i = 0; i < hashes.size(); ++i)
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * sizeof(Hash)), sizeof(Hash), hashes[i].begin());
    return hashes;
}

Hash subtree(std::uint32_t level, std::uint64_t index) {
    std::vector<Hash> below;
    for (std::uint64_t i = index << level; i < (index + 1) << level; ++i) below.push_back(leaf_of(i));
    return root_of(algorithm, below);
}

bool check_inclusion(std::uint64_t index, const std::vector<Hash>& path) {
    const Hash root = root_at(algorithm, leaves, subtree);
    const bool holds = verify_inclusion(algorithm, leaf_of(index), index, leaves, path, root);
    if (!holds) return false;
    require(index < leaves, "only what is in the tree is proved");
    require(path == inclusion_proof(algorithm, index, leaves, subtree), "there is one path");
    return true;
}

bool check_consistency(std::uint64_t from, const std::vector<Hash>& path) {
    const Hash root = root_at(algorithm, leaves, subtree);
    const Hash before = from <= leaves ? root_at(algorithm, from, subtree) : root;
    const bool holds = verify_consistency(algorithm, from, leaves, before, root, path);
    if (!holds) return false;
    require(from <= leaves, "only a beginning of the tree is continued by it");
    require(path == consistency_proof(algorithm, from, leaves, subtree), "there is one path");
    return true;
}

bool check_trie(std::size_t number, const std::vector<Hash>& hashes) {
    StateTrie trie;
    for (std::size_t i = 0; i < leaves; ++i) trie.set(key_of(i), leaf_of(i));
    std::vector<TrieChildren> path(hashes.size() / 16);
    for (std::size_t i = 0; i < path.size(); ++i)
        std::copy_n(hashes.begin() + static_cast<std::ptrdiff_t>(i * 16), 16, path[i].begin());
    const EntryKey key = key_of(number);
    const bool is_in = proves_presence(trie.root(), key, leaf_of(number), path);
    const bool is_out = proves_absence(trie.root(), key, std::nullopt, path);
    require(!is_in || number < leaves, "only what is in the trie is proved present");
    require(!is_out || number >= leaves, "only what is not in it is proved absent");
    if (is_in || is_out) require(path == trie.path_of(key), "there is one path");
    return is_in || is_out;
}

bool check_fork_proof(std::string_view text) {
    const auto proof = parse_fork_proof(text);
    if (!proof) return false;
    const auto again = parse_fork_proof(serialise(*proof));
    require(again && *again == *proof, "a proof reads the same");
    const bool is_fork = check_fork(*proof, {Suite::ed25519_sha256, std::string(32, '\x07'), {}}).has_value();
    require(!is_fork, "nobody has signed these heads");
    return true;
}

}  // namespace

bool fuzz_proof(std::string_view bytes) {
    if (bytes.starts_with('{')) return check_fork_proof(bytes);
    if (bytes.size() < 2) return false;
    const auto from = static_cast<unsigned char>(bytes[1]);
    const auto hashes = hashes_in(bytes.substr(2));
    switch (bytes[0]) {
        case 'i':
            return check_inclusion(from, hashes);
        case 'c':
            return check_consistency(from, hashes);
        case 't':
            return check_trie(from, hashes);
        default:
            return false;
    }
}

}  // namespace minglu::test
