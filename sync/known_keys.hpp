#pragma once
/// The keys that nodes sign with: those of the cards pinned here and of changes of key that lead on from them, and our
/// own; and how far a key counts that was given up.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "sync/key_changes.hpp"

namespace minglu {

struct NodeKey {
    Suite suite = Suite::ed25519_sha256;
    std::string key;             ///< raw public key
    std::optional<Vector> upto;  ///< once it was changed or revoked: what it signs of each log, of others nothing
    [[nodiscard]] bool signs(const LogId& log, Seq size) const { return !upto || size <= upto->at(log); }
};

class KnownKeys {
public:
    KnownKeys(const ReadTx& tx, NodeId self, const Signer& signer);
    [[nodiscard]] const NodeId& self() const { return self_; }
    [[nodiscard]] bool knows(const NodeId& node) const { return node == self_ || cards_.contains(node); }

    /// The card's key, those that it was changed to, those from which it was changed, and revoked ones; none of a node
    /// without a card.
    [[nodiscard]] std::vector<NodeKey> keys_of(const NodeId& node) const;

    /// The log as held here, or a new row with the keys of its node's card. Errors: unknown_log, those of parse_card.
    [[nodiscard]] Result<LogRow> log_of(const ReadTx& tx, const LogId& id) const;
    /// Fills in the key of a log that is new here: the one of its node's keys that has signed this head.
    void introduce(LogRow& log, std::string_view head) const;

    /// Whether that key may sign a head of that size. Errors: not_allowed.
    [[nodiscard]] Result<void> check_counts(const LogId& log, const std::string& key, Seq size) const;
    /// Whether a change leads from a key that counts there, or to one that is known.
    [[nodiscard]] bool vouches_for(const KeyChange& change) const;

private:
    [[nodiscard]] std::optional<NodeKey> find(const NodeId& node, const std::string& key) const;

    NodeId self_;
    const Signer& signer_;
    std::map<NodeId, std::string> cards_;
    std::vector<KeyChange> changes_;
    std::vector<Revocation> revocations_;
};

/// Checks and keeps a change of key. False when it is known, or of a node without a card. Errors: those of
/// check_key_change; bad_signature when it does not lead on from what is known here; fork when its head is not of the
/// log that is held, and then it is kept all the same, so that the fork can be proved.
[[nodiscard]] Result<bool> accept_key_change(WriteTx& tx, const KnownKeys& keys, const KeyChange& change);

/// What is said of a log whose node has no card here.
[[nodiscard]] Error no_card(const LogId& log);

}  // namespace minglu
