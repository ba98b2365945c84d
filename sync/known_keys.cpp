#include "sync/known_keys.hpp"

#include "sync/card.hpp"

namespace minglu {

KnownKeys::KnownKeys(const ReadTx& tx, const NodeId& self, const Signer& signer) : self_(self), signer_(signer) {
    for (const PeerRow& peer : tx.peers()) cards_.emplace(peer.node, peer.card);
}

/// Fills in suite and key of a log that is new here.
Result<void> KnownKeys::introduce(LogRow& log) const {
    const NodeId node = node_of(log.id);
    if (node == self_) {
        log.suite = signer_.suite();
        log.signing_key = signer_.public_key();
        return {};
    }
    const auto card = parse_card(cards_.at(node));
    if (!card) return tl::unexpected(card.error());
    log.suite = card->suite;
    log.signing_key = card->signing_key;
    return {};
}

Result<LogRow> KnownKeys::log_of(const ReadTx& tx, const LogId& id) const {
    if (!knows(node_of(id))) return fail(no_card(id));
    LogRow log;
    if (auto held = tx.log(id)) log = *std::move(held);
    log.id = id;
    if (log.size == Seq{})
        if (const auto introduced = introduce(log); !introduced) return tl::unexpected(introduced.error());
    return log;
}

Error no_card(const LogId& log) {
    return {ErrorCode::unknown_log, "a log of a node whose card is not pinned here", "log " + log.value(),
            "exchange cards with " + node_of(log).value() + ", or do nothing if its records are not wanted"};
}

}  // namespace minglu
