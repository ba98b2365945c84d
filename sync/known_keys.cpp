#include "sync/known_keys.hpp"

#include <utility>

#include "sync/card.hpp"

namespace minglu {

KnownKeys::KnownKeys(const ReadTx& tx, NodeId self, const Signer& signer) : self_(std::move(self)), signer_(signer) {
    for (const PeerRow& peer : tx.peers()) cards_.emplace(peer.node, peer.card);
}

std::vector<NodeKey> KnownKeys::keys_of(const NodeId& node) const {
    if (node == self_) return {{signer_.suite(), signer_.public_key()}};
    const auto found = cards_.find(node);
    const auto card = found == cards_.end() ? fail(no_card(LogId{})) : parse_card(found->second);
    if (!card) return {};
    return {{card->suite, card->signing_key}};
}

Result<LogRow> KnownKeys::log_of(const ReadTx& tx, const LogId& id) const {
    if (!knows(node_of(id))) return fail(no_card(id));
    LogRow log;
    if (auto held = tx.log(id)) log = *std::move(held);
    log.id = id;
    if (log.size != Seq{}) return log;
    const auto keys = keys_of(node_of(id));
    if (keys.empty())
        return fail({ErrorCode::corrupt, "the card pinned for " + node_of(id).value() + " does not read",
                     "log " + id.value(), "pin the node's card again"});
    log.suite = keys.front().suite;
    log.signing_key = keys.front().key;
    return log;
}

Error no_card(const LogId& log) {
    return {ErrorCode::unknown_log, "a log of a node whose card is not pinned here", "log " + log.value(),
            "exchange cards with " + node_of(log).value() + ", or do nothing if its records are not wanted"};
}

}  // namespace minglu
