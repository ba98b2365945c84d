#include "sync/state_trie.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

namespace {
using namespace minglu;

/// Leaves by position: what the trie must stand for.
using Model = std::map<Hash, Hash>;

EntryKey key_of(int number) {
    return EntryKey("patent/" + std::to_string(number));
}

Hash value_of(int number) {
    return sha256({"value ", std::to_string(number)});
}

Hash pair_hash(int key, int value) {
    return trie_leaf(key_of(key), value_of(value), value_of(value + 1));
}

/// The definition: nothing, a lone leaf, or 16 children by the next nibble.
Hash reference_root(const std::vector<std::pair<std::string, Hash>>& leaves, std::size_t depth) {
    if (leaves.empty()) return Hash{};
    if (leaves.size() == 1) return leaves.front().second;
    std::string input = "\x01";
    for (const char digit : std::string("0123456789abcdef")) {
        std::vector<std::pair<std::string, Hash>> below;
        for (const auto& leaf : leaves) {
            if (leaf.first[depth] == digit) below.push_back(leaf);
        }
        input += bytes_of(reference_root(below, depth + 1));
    }
    return sha256({input});
}

Hash reference_root(const Model& model) {
    std::vector<std::pair<std::string, Hash>> leaves;
    for (const auto& [position, leaf] : model) leaves.emplace_back(to_hex(bytes_of(position)), leaf);
    return reference_root(leaves, 0);
}

/// Two keys whose positions share at least three nibbles, found by trying; they stand four levels deep.
std::pair<int, int> close_keys() {
    static const std::pair<int, int> found = [] {
        std::map<std::string, int> seen;
        for (int i = 0;; ++i) {
            const std::string start = to_hex(bytes_of(trie_position(key_of(i)))).substr(0, 5);
            const auto [other, fresh] = seen.emplace(start, i);
            if (!fresh) return std::pair(other->second, i);
        }
    }();
    return found;
}

TEST_CASE("the leaf is the hash that the format states") {
    const Hash ops = value_of(1);
    const Hash state = value_of(2);
    const std::string bytes =
        std::string(1, '\0') + "gi/AGI01459" + std::string(bytes_of(ops)) + std::string(bytes_of(state));
    CHECK(trie_leaf(EntryKey("gi/AGI01459"), ops, state) == sha256({bytes}));
    CHECK(trie_leaf(EntryKey("gi/AGI01459"), state, ops) != sha256({bytes}));
}

TEST_CASE("the smallest tries") {
    StateTrie trie;
    CHECK(trie.root() == Hash{});
    CHECK(trie.size() == 0);
    CHECK_FALSE(trie.step("").has_value());
    trie.set(key_of(1), pair_hash(1, 1));
    CHECK(trie.root() == pair_hash(1, 1));
    CHECK(trie.path_of(key_of(1)).empty());
    trie.set(key_of(1), pair_hash(1, 2));
    CHECK(trie.root() == pair_hash(1, 2));
    CHECK(trie.size() == 1);
    trie.erase(key_of(2));
    CHECK(trie.size() == 1);
    trie.erase(key_of(1));
    CHECK(trie.root() == Hash{});
    CHECK(trie.size() == 0);
}

TEST_CASE("keys that share a long prefix stand on a chain, and erasing one takes the chain away") {
    const auto [a, b] = close_keys();
    const Model both{{trie_position(key_of(a)), pair_hash(a, 0)}, {trie_position(key_of(b)), pair_hash(b, 0)}};
    for (const auto& [first, second] : {std::pair(a, b), std::pair(b, a)}) {
        StateTrie trie;
        trie.set(key_of(first), pair_hash(first, 0));
        trie.set(key_of(second), pair_hash(second, 0));
        CHECK(trie.root() == reference_root(both));
        CHECK(trie.path_of(key_of(a)).size() >= 6);
        trie.erase(key_of(first));
        CHECK(trie.root() == pair_hash(second, 0));
        CHECK(trie.path_of(key_of(second)).empty());
    }
}

TEST_CASE("after any operations the root is that of the definition") {
    CHECK(rc::check("set and erase", [] {
        StateTrie trie;
        Model model;
        const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
            rc::gen::tuple(rc::gen::inRange(0, 60), rc::gen::inRange(0, 3), rc::gen::inRange(0, 10)));
        const auto [close_a, close_b] = close_keys();
        for (const auto& [number, value, what] : steps) {
            // Some of the keys are ones that collide for many nibbles.
            const int key = number == 0 ? close_a : number == 1 ? close_b : number;
            if (what < 4) {
                trie.erase(key_of(key));
                model.erase(trie_position(key_of(key)));
            } else {
                trie.set(key_of(key), pair_hash(key, value));
                model[trie_position(key_of(key))] = pair_hash(key, value);
            }
            if (what == 9) RC_ASSERT(trie.root() == reference_root(model));
            RC_ASSERT(trie.size() == model.size());
        }
        RC_ASSERT(trie.root() == reference_root(model));
    }));
}

TEST_CASE("the same leaves give the same root in any order, detours included") {
    CHECK(rc::check("order", [] {
        const auto keys = *rc::gen::unique<std::vector<int>>(rc::gen::inRange(0, 5'000));
        const auto detours = *rc::gen::container<std::vector<int>>(rc::gen::inRange(5'000, 9'000));
        StateTrie forwards;
        for (const int key : keys) forwards.set(key_of(key), pair_hash(key, 0));
        StateTrie backwards;
        for (const int key : detours) backwards.set(key_of(key), pair_hash(key, 1));
        const std::vector<int> reversed(keys.rbegin(), keys.rend());
        for (const int key : reversed) {
            backwards.set(key_of(key), pair_hash(key, 7));
            (void)backwards.root();
            backwards.set(key_of(key), pair_hash(key, 0));
        }
        for (const int key : detours) backwards.erase(key_of(key));
        RC_ASSERT(forwards.root() == backwards.root());
        RC_ASSERT(forwards.size() == backwards.size());
    }));
}

TEST_CASE("every single change of a large trie changes the root, and undoing it restores it") {
    StateTrie trie;
    for (int i = 0; i < 3'000; ++i) trie.set(key_of(i), pair_hash(i, 0));
    const Hash before = trie.root();
    for (int i = 0; i < 3'000; i += 7) {
        trie.set(key_of(i), pair_hash(i, 1));
        CHECK(trie.root() != before);
        trie.erase(key_of(i));
        CHECK(trie.root() != before);
        trie.set(key_of(i), pair_hash(i, 0));
        CHECK(trie.root() == before);
    }
}

TEST_CASE("the drill-down reaches every leaf and is consistent with the hashes above") {
    StateTrie trie;
    Model model;
    for (int i = 0; i < 500; ++i) {
        trie.set(key_of(i), pair_hash(i, 0));
        model[trie_position(key_of(i))] = pair_hash(i, 0);
    }
    Model seen;
    const std::string digits = "0123456789abcdef";
    std::vector<std::pair<std::string, Hash>> todo{{"", trie.root()}};
    while (!todo.empty()) {
        const auto [prefix, expected] = todo.back();
        todo.pop_back();
        const std::optional<TrieStep> step = trie.step(prefix);
        if (expected == Hash{}) {
            CHECK_FALSE(step.has_value());
            continue;
        }
        REQUIRE(step.has_value());
        if (step->leaf) {
            CHECK(step->leaf->leaf == expected);
            CHECK(to_hex(bytes_of(step->leaf->position)).starts_with(prefix));
            CHECK(trie.step(to_hex(bytes_of(step->leaf->position))) == step);
            seen[step->leaf->position] = step->leaf->leaf;
            continue;
        }
        std::string input = "\x01";
        for (const Hash& child : step->children) input += bytes_of(child);
        CHECK(sha256({input}) == expected);
        for (std::size_t i = 0; i < 16; ++i) todo.emplace_back(prefix + digits[i], step->children[i]);
    }
    CHECK(seen == model);
    for (const std::string& prefix : {std::string("g"), std::string("A"), std::string("0/"), std::string(65, '0')}) {
        CHECK_FALSE(trie.step(prefix).has_value());
    }
}

TEST_CASE("the entry at whose leaf the way to an absent key ends is told") {
    StateTrie trie;
    CHECK_FALSE(trie.lone_entry(key_of(0)));
    for (int i = 0; i < 500; ++i) trie.set(key_of(i), pair_hash(i, i), EntryNo{i + 1});
    for (int i = 0; i < 500; i += 3) trie.erase(key_of(i));
    for (int i = 1; i < 500; i += 3) trie.set(key_of(i), pair_hash(i, i + 1), EntryNo{i + 1});
    int ends_at_others = 0;
    for (int i = 0; i < 1'000; ++i) {
        const bool is_there = i < 500 && i % 3 != 0;
        const auto lone = trie.lone_entry(key_of(i));
        if (is_there) CHECK_FALSE(lone);
        if (is_there || !lone) continue;
        const auto other = static_cast<int>(lone->value()) - 1;
        ++ends_at_others;
        CHECK(other % 3 != 0);
        // The other one's position begins as the way to this key does.
        const std::size_t depth = trie.path_of(key_of(i)).size();
        const auto start = [&](int key) { return to_hex(bytes_of(trie_position(key_of(key)))).substr(0, depth); };
        CHECK(start(i) == start(other));
    }
    CHECK(ends_at_others > 50);
}

TEST_CASE("presence and absence can be proved, and nothing else") {
    StateTrie trie;
    for (int i = 0; i < 200; ++i) trie.set(key_of(i), pair_hash(i, 0));
    const Hash root = trie.root();
    bool ended_at_nothing = false;
    bool ended_at_leaf = false;
    for (int i = 0; i < 400; ++i) {
        const EntryKey key = key_of(i);
        std::vector<TrieChildren> path = trie.path_of(key);
        const bool present = i < 200;
        CHECK(proves_presence(root, key, pair_hash(i, 0), path) == present);
        CHECK_FALSE(proves_presence(root, key, pair_hash(i, 1), path));
        CHECK_FALSE(proves_presence(root, key, Hash{}, path));
        const TrieOccupant self{key, value_of(0), value_of(1)};
        CHECK_FALSE(proves_absence(root, key, self, path));

        // Who stands where the path ends?
        const std::optional<TrieStep> end = trie.step(to_hex(bytes_of(trie_position(key))).substr(0, path.size()));
        if (present) {
            CHECK_FALSE(proves_absence(root, key, std::nullopt, path));
            for (int other = 0; other < 200; ++other) {
                CHECK_FALSE(proves_absence(root, key, TrieOccupant{key_of(other), value_of(0), value_of(1)}, path));
            }
        } else if (!end) {
            ended_at_nothing = true;
            CHECK(proves_absence(root, key, std::nullopt, path));
            CHECK_FALSE(proves_absence(root, key, TrieOccupant{key_of(0), value_of(0), value_of(1)}, path));
        } else {
            ended_at_leaf = true;
            int shown = 0;
            for (int other = 0; other < 200; ++other) {
                shown += proves_absence(root, key, TrieOccupant{key_of(other), value_of(0), value_of(1)}, path) ? 1 : 0;
            }
            CHECK(shown == 1);
            CHECK_FALSE(proves_absence(root, key, std::nullopt, path));
        }

        REQUIRE_FALSE(path.empty());
        const std::vector<TrieChildren> whole = path;
        path.back()[3][5] ^= 1;
        CHECK_FALSE(proves_presence(root, key, pair_hash(i, 0), path));
        CHECK_FALSE(proves_absence(root, key, std::nullopt, path));
        path = whole;
        path.pop_back();
        CHECK_FALSE(proves_presence(root, key, pair_hash(i, 0), path));
        CHECK_FALSE(proves_presence(Hash{}, key, pair_hash(i, 0), whole));
    }
    CHECK(ended_at_nothing);
    CHECK(ended_at_leaf);
}

}  // namespace
