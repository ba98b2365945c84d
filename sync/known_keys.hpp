#pragma once
/// The keys that nodes sign with: those of the cards pinned here, and our own.
#include <map>
#include <string>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"

namespace minglu {

class KnownKeys {
public:
    KnownKeys(const ReadTx& tx, const NodeId& self, const Signer& signer);
    [[nodiscard]] bool knows(const NodeId& node) const { return node == self_ || cards_.contains(node); }

    /// The log as held here, or a new row with the keys of its node's card. Errors: unknown_log, those of parse_card.
    [[nodiscard]] Result<LogRow> log_of(const ReadTx& tx, const LogId& id) const;

private:
    [[nodiscard]] Result<void> introduce(LogRow& log) const;

    NodeId self_;
    const Signer& signer_;
    std::map<NodeId, std::string> cards_;
};

/// What is said of a log whose node has no card here.
[[nodiscard]] Error no_card(const LogId& log);

}  // namespace minglu
