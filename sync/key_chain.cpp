#include "sync/key_chain.hpp"

#include <algorithm>

#include "minglu/store.hpp"

namespace minglu {

namespace {

/// Of the changed log up to the change, of the node's other logs what the author held then.
Vector signed_before(const KeyChange& change) {
    auto note = parse_note(change.head);
    if (!note) throw StoreFault(ErrorCode::corrupt, "stored change of key: " + note.error().what);
    note->head.vector.set(change.log, change.at);
    return std::move(note->head.vector);
}

/// What both cover.
Vector common(const Vector& a, const Vector& b) {
    Vector lower;
    for (const Vector::Item& item : a.items()) lower.set(item.first, std::min(item.second, b.at(item.first)));
    return lower;
}

bool has(const KeyChain& chain, const std::string& wanted) {
    return std::any_of(chain.keys.begin(), chain.keys.end(), [&](const NodeKey& known) { return known.key == wanted; });
}

enum class Ways { back, both };

/// Adds to the chain what the changes lead to.
void grow(KeyChain& chain, const NodeId& node, std::span<const KeyChange> changes, Ways ways) {
    auto& [keys, between] = chain;
    const Suite suite = keys.front().suite;
    for (bool grown = true; grown;) {
        grown = false;
        for (const KeyChange& change : changes) {
            if (node_of(change.log) != node) continue;
            if (ways == Ways::both && change.from == keys.back().key && !has(chain, change.to)) {
                keys.push_back({suite, change.to, {}});
                between.push_back(&change);
                grown = true;
            } else if (change.to == keys.front().key && !has(chain, change.from)) {
                keys.insert(keys.begin(), {suite, change.from, {}});
                between.insert(between.begin(), &change);
                grown = true;
            }
        }
    }
    for (std::size_t i = between.size(); i-- > 0;) {
        const Vector upto = signed_before(*between[i]);
        const auto& next = keys[i + 1].upto;
        keys[i].upto = next ? common(upto, *next) : upto;
    }
}

}  // namespace

KeyChain key_chain(const NodeId& node, Suite suite, const std::string& card_key, std::span<const KeyChange> changes) {
    KeyChain chain{{{suite, card_key, {}}}, {}};
    grow(chain, node, changes, Ways::both);
    return chain;
}

KeyChain key_chain_back(const NodeId& node, const NodeKey& revoked, std::span<const KeyChange> changes) {
    KeyChain chain{{revoked}, {}};
    grow(chain, node, changes, Ways::back);
    return chain;
}

}  // namespace minglu
