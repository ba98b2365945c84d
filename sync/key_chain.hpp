#pragma once
/// The keys of a node that a card leads to, by changes of key that somebody brings along; without a store.
#include <span>
#include <string>
#include <vector>

#include "sync/key_changes.hpp"
#include "sync/known_keys.hpp"

namespace minglu {

/// On from the card's key, and back from it; never on from a key before it: a thief of that one could have changed it,
/// too. Oldest first. `changes`: checked ones (check_key_change) of any nodes; of several from one key the first
/// counts. A key that was changed signs what the change says and the next key signs itself.
[[nodiscard]] std::vector<NodeKey> key_chain(const NodeId& node, Suite suite, const std::string& card_key,
                                             std::span<const KeyChange> changes);

}  // namespace minglu
