#pragma once
/// The keys that nodes sign with: those of the cards pinned here, and our own.
#include <map>
#include <string>
#include <vector>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"

namespace minglu {

struct NodeKey {
    Suite suite = Suite::ed25519_sha256;
    std::string key;  ///< raw public key
};

class KnownKeys {
public:
    KnownKeys(const ReadTx& tx, NodeId self, const Signer& signer);
    [[nodiscard]] const NodeId& self() const { return self_; }
    [[nodiscard]] bool knows(const NodeId& node) const { return node == self_ || cards_.contains(node); }

    /// What the node may sign with, whatever log it writes; none of a node without a card.
    [[nodiscard]] std::vector<NodeKey> keys_of(const NodeId& node) const;

    /// The log as held here, or a new row with the keys of its node's card. Errors: unknown_log, those of parse_card.
    [[nodiscard]] Result<LogRow> log_of(const ReadTx& tx, const LogId& id) const;

private:
    NodeId self_;
    const Signer& signer_;
    std::map<NodeId, std::string> cards_;
};

/// What is said of a log whose node has no card here.
[[nodiscard]] Error no_card(const LogId& log);

}  // namespace minglu
