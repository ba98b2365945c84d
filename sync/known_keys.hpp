#pragma once
/// The keys that nodes sign with: those of the cards pinned here, of changes of key that lead on from them or back to
/// keys before, and our own; those that people revoked, and the keys before them; how far a key counts that was given
/// up, and what a later one or people vouch for. docs/PROTOCOL.md §3.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "sync/key_chain.hpp"
#include "sync/key_changes.hpp"
#include "sync/revocations.hpp"

namespace minglu {

/// What a later key of its node, or people, say of a log: thieves of the keys before cannot tell another history.
struct Vouched {
    Seq size;
    Hash root{};
    bool ends = false;  ///< nothing beyond it counts
};

class KnownKeys {
public:
    KnownKeys(const ReadTx& tx, NodeId self, const Signer& signer);
    /// Where no signer is at hand: our own key is that of the log written here. Without one, none of ours is known.
    explicit KnownKeys(const ReadTx& tx);
    [[nodiscard]] const NodeId& self() const { return self_; }
    [[nodiscard]] bool knows(const NodeId& node) const { return node == self_ || cards_.contains(node); }

    /// Newest first: those that the card's key was changed to, the card's, those from which it was changed; then
    /// revoked ones that it does not lead to, each with those before it. None of a node without a card.
    [[nodiscard]] std::vector<NodeKey> keys_of(const NodeId& node) const;

    /// The log as held here, or a new row with the keys of its node's card. Errors: unknown_log, those of parse_card.
    [[nodiscard]] Result<LogRow> log_of(const ReadTx& tx, const LogId& id) const;
    /// Fills in suite and key of a log that is new here: the last key that it was changed to, else the one of its
    /// node's keys that has signed this head.
    void introduce(LogRow& log, std::string_view head_note) const;

    /// Whether that key may sign a head of that size. Errors: not_allowed.
    [[nodiscard]] Result<void> check_counts(const LogId& log, const std::string& key, Seq size) const;
    /// Whether a change leads on from the node's newest key, or back from its oldest one, where that key counts.
    enum class Leads { nowhere, on, back };
    [[nodiscard]] Leads leads(const KeyChange& change) const;
    /// Whether a key is the newest of its node, neither changed nor revoked.
    [[nodiscard]] bool is_newest(const NodeId& node, const std::string& key) const;
    /// What people agreed on of a log whose key was revoked.
    [[nodiscard]] std::optional<Agreed> agreed(const LogId& log) const { return agreed_on(revocations_, log); }
    /// All that they agreed on of it is here: no other history of it, whoever signs it, counts for anything.
    [[nodiscard]] bool is_settled(const LogRow& log) const;
    /// The last state of a log that people or else a change of key speak of.
    [[nodiscard]] std::optional<Vouched> vouched(const LogId& log) const;
    /// Of a log held under this key, the one that changes known here lead to.
    [[nodiscard]] std::string last_key(const LogId& log, std::string key) const;

private:
    KnownKeys(const ReadTx& tx, NodeId self, NodeKey own);
    [[nodiscard]] KeyChain chain_of(const NodeId& node) const;
    [[nodiscard]] std::vector<KeyChain> chains_of(const NodeId& node) const;
    [[nodiscard]] std::optional<NodeKey> find(const NodeId& node, const std::string& key) const;

    NodeId self_;
    NodeKey own_;  ///< without a key where none is known
    std::map<NodeId, std::string> cards_;
    std::vector<KeyChange> changes_;
    std::vector<Revocation> revocations_;
};

/// Checks and keeps a change of key. False when it is known, or of a node without a card. Errors: those of
/// check_key_change; bad_signature when it leads neither on from what is known here nor to it, perhaps not yet; fork
/// when it leads on, and its head is not of the log that is held: then it is kept all the same, so that the fork can be
/// proved; bad_proof when it leads back and is not of that log.
[[nodiscard]] Result<bool> accept_key_change(WriteTx& tx, const KnownKeys& keys, const KeyChange& change);

/// What is said of a log whose node has no card here.
[[nodiscard]] Error no_card(const LogId& log);

}  // namespace minglu
