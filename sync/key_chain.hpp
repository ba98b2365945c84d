#pragma once
/// The keys of a node that a card leads to, by changes of key that are stored or that somebody brings along.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sync/key_changes.hpp"

namespace minglu {

struct NodeKey {
    Suite suite = Suite::ed25519_sha256;
    std::string key;             ///< raw public key
    std::optional<Vector> upto;  ///< once it was changed or revoked: what it signs of each log, of others nothing
    [[nodiscard]] bool signs(const LogId& log, Seq size) const { return !upto || size <= upto->at(log); }
};

/// Oldest first; changes[i] leads from keys[i] to keys[i + 1].
struct KeyChain {
    std::vector<NodeKey> keys;
    std::vector<const KeyChange*> changes;
};

/// On from the card's key, and back from it; never on from a key before it: a thief of that one could have changed it,
/// too. `changes`: checked ones (check_key_change) of any nodes, which must outlive the chain; of several from one key
/// the first counts. A key that was changed signs what the change says and the next key signs itself.
[[nodiscard]] KeyChain key_chain(const NodeId& node, Suite suite, const std::string& card_key,
                                 std::span<const KeyChange> changes);
/// The same back alone, from a key that was revoked: it and those before it sign nothing beyond its `upto`.
[[nodiscard]] KeyChain key_chain_back(const NodeId& node, const NodeKey& revoked, std::span<const KeyChange> changes);

}  // namespace minglu
