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

}  // namespace

KeyChain key_chain(const NodeId& node, Suite suite, const std::string& card_key, std::span<const KeyChange> changes) {
    KeyChain chain{{{suite, card_key, {}}}, {}};
    auto& [keys, between] = chain;
    const auto is_new = [&chain](const std::string& key) {
        return std::none_of(chain.keys.begin(), chain.keys.end(),
                            [&](const NodeKey& known) { return known.key == key; });
    };
    for (bool grown = true; grown;) {
        grown = false;
        for (const KeyChange& change : changes) {
            if (node_of(change.log) != node) continue;
            if (change.from == keys.back().key && is_new(change.to)) {
                keys.push_back({suite, change.to, {}});
                between.push_back(&change);
                grown = true;
            } else if (change.to == keys.front().key && is_new(change.from)) {
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
    return chain;
}

}  // namespace minglu
