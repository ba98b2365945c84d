#include "sync/known_keys.hpp"

#include <algorithm>
#include <utility>

#include "sync/card.hpp"
#include "sync/merkle.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

std::vector<NodeKey>::iterator position(std::vector<NodeKey>& keys, const std::string& key) {
    return std::find_if(keys.begin(), keys.end(), [&](const NodeKey& known) { return known.key == key; });
}

/// Of the changed log up to the change, of the node's other logs what the author held then.
Vector signed_before(const KeyChange& change) {
    const auto head = parse_note(change.head);
    if (!head) throw StoreFault(ErrorCode::corrupt, "stored change of key: " + head.error().what);
    Vector upto = head->head.vector;
    upto.set(change.log, change.at);
    return upto;
}

}  // namespace

KnownKeys::KnownKeys(const ReadTx& tx, NodeId self, const Signer& signer)
    : self_(std::move(self)), signer_(signer), changes_(key_changes(tx)), revocations_(minglu::revocations(tx)) {
    for (const PeerRow& peer : tx.peers()) cards_.emplace(peer.node, peer.card);
}

std::vector<NodeKey> KnownKeys::keys_of(const NodeId& node) const {
    std::vector<NodeKey> keys;
    if (node == self_) {
        keys.push_back({signer_.suite(), signer_.public_key(), {}});
    } else {
        const auto found = cards_.find(node);
        const auto card = found == cards_.end() ? fail(no_card(LogId{})) : parse_card(found->second);
        if (!card) return {};
        keys.push_back({card->suite, card->signing_key, {}});
    }
    const Suite suite = keys.front().suite;
    const auto add = [&](const std::string& wanted, const std::string& from) {
        if (position(keys, wanted) == keys.end() || position(keys, from) != keys.end()) return false;
        keys.push_back({suite, from, {}});
        return true;
    };
    const auto follow = [&](bool forward) {
        for (bool grown = true; grown;) {
            grown = false;
            for (const KeyChange& change : changes_)
                if (node_of(change.log) == node)
                    grown = (forward ? add(change.from, change.to) : add(change.to, change.from)) || grown;
        }
    };
    follow(true);
    // Back to the keys before the card's, but never on from those: a thief of an old key could have changed it, too.
    follow(false);
    for (const KeyChange& change : changes_) {
        const auto from = position(keys, change.from);
        if (node_of(change.log) == node && from != keys.end() && position(keys, change.to) != keys.end())
            from->upto = signed_before(change);
    }
    for (const Revocation& revocation : revocations_) {
        if (revocation.node != node) continue;
        if (position(keys, revocation.key) == keys.end()) keys.push_back({suite, revocation.key, {}});
        position(keys, revocation.key)->upto = revocation.upto;
    }
    return keys;
}

std::optional<NodeKey> KnownKeys::find(const NodeId& node, const std::string& key) const {
    auto keys = keys_of(node);
    const auto found = position(keys, key);
    return found == keys.end() ? std::nullopt : std::optional<NodeKey>(*found);
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

void KnownKeys::introduce(LogRow& log, std::string_view note) const {
    for (const KeyChange& change : changes_) {
        if (change.log != log.id) continue;
        log.signing_key = change.to;  // in the order in which they were accepted, so ascending
        note = {};
    }
    const auto head = parse_note(note);
    if (!head) return;
    for (const NodeKey& key : keys_of(node_of(log.id)))
        if (is_signed_by(*head, node_of(log.id), key.suite, key.key)) log.signing_key = key.key;
}

Result<void> KnownKeys::check_counts(const LogId& log, const std::string& key, Seq size) const {
    const auto known = find(node_of(log), key);
    if (!known || known->signs(log, size)) return {};
    return fail({ErrorCode::not_allowed,
                 "a head of " + std::to_string(size.value()) + " records, signed with a key that was given up after " +
                     std::to_string(known->upto->at(log).value()),
                 "log " + log.value(),
                 "ask the node whose log it is: whoever has its old key may write in its name; see the operations "
                 "guide, stolen key"});
}

bool KnownKeys::vouches_for(const KeyChange& change) const {
    const auto from = find(node_of(change.log), change.from);
    return (from && from->signs(change.log, change.at)) || find(node_of(change.log), change.to).has_value();
}

Result<bool> accept_key_change(WriteTx& tx, const KnownKeys& keys, const KeyChange& change) {
    if (!keys.knows(node_of(change.log))) return false;
    for (const KeyChange& held : key_changes(tx))
        if (held.log == change.log && held.at == change.at && held.to == change.to) return false;
    auto log = keys.log_of(tx, change.log);
    if (!log) return tl::unexpected(log.error());
    const auto head = check_key_change(change, log->suite);
    if (!head) return tl::unexpected(head.error());
    const bool held = log->size != Seq{};
    if (!keys.vouches_for(change) || (held && log->signing_key != change.from))
        return fail({ErrorCode::bad_signature, "a change of key that does not lead on from the key known here",
                     "log " + change.log.value(),
                     "compare the node's card by telephone; pin its new card if it has one"});
    const bool fork = held && log->size >= change.at &&
                      root_at(hash_of(log->suite), change.at.value(), node_reader(tx, log->no)) != head->root;
    add_key_change(tx, change);
    if (held) {
        log->signing_key = change.to;
        tx.update_log(*log);
    }
    if (fork)
        return fail({ErrorCode::fork, "a change of key that is not in what is held here", "log " + change.log.value(),
                     "keep both heads and ask the log's node; see the operations guide, fork"});
    return true;
}

Error no_card(const LogId& log) {
    return {ErrorCode::unknown_log, "a log of a node whose card is not pinned here", "log " + log.value(),
            "exchange cards with " + node_of(log).value() + ", or do nothing if its records are not wanted"};
}

}  // namespace minglu
