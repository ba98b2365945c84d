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

bool has(const std::vector<NodeKey>& keys, const std::string& key) {
    return std::any_of(keys.begin(), keys.end(), [&](const NodeKey& known) { return known.key == key; });
}

Error unreadable_card(const LogId& log) {
    return {ErrorCode::corrupt, "the card pinned for " + node_of(log).value() + " does not read", "log " + log.value(),
            "pin the node's card again: minglu peer add CARD --replace"};
}

Vector stated_in(const KeyChange& change) {
    auto head = parse_note(change.head);
    if (!head) throw StoreFault(ErrorCode::corrupt, "stored change of key: " + head.error().what);
    return std::move(head->head.vector);
}

}  // namespace

KnownKeys::KnownKeys(const ReadTx& tx, NodeId self, NodeKey own)
    : self_(std::move(self)), own_(std::move(own)), changes_(key_changes(tx)), revocations_(minglu::revocations(tx)) {
    for (const PeerRow& peer : tx.peers()) cards_.emplace(peer.node, peer.card);
}

KnownKeys::KnownKeys(const ReadTx& tx, NodeId self, const Signer& signer)
    : KnownKeys(tx, std::move(self), {signer.suite(), signer.public_key(), {}}) {}

KnownKeys::KnownKeys(const ReadTx& tx) : KnownKeys(tx, NodeId{}, NodeKey{}) {
    for (const LogRow& log : tx.logs()) {
        if (!log.own) continue;
        self_ = node_of(log.id);
        own_ = {log.suite, log.signing_key, {}};
    }
}

KeyChain KnownKeys::chain_of(const NodeId& node) const {
    KeyChain chain;
    if (node == self_) {
        chain = key_chain(node, own_.suite, own_.key, changes_);
    } else {
        const auto found = cards_.find(node);
        const auto card = found == cards_.end() ? fail(no_card(LogId{})) : parse_card(found->second);
        if (!card) return {};
        chain = key_chain(node, card->suite, card->signing_key, changes_);
    }
    for (const Revocation& revocation : revocations_)
        if (const auto key = position(chain.keys, revocation.key); revocation.node == node && key != chain.keys.end())
            key->upto = revocation.upto;
    return chain;
}

/// That of the card first, then those back from revoked keys that no other chain leads to.
std::vector<KeyChain> KnownKeys::chains_of(const NodeId& node) const {
    std::vector<KeyChain> chains{chain_of(node)};
    if (chains.front().keys.empty()) return {};
    for (const Revocation& revocation : revocations_)
        if (revocation.node == node && position(chains.front().keys, revocation.key) == chains.front().keys.end())
            chains.push_back(
                key_chain_back(node, {suite_of_key(revocation.key), revocation.key, revocation.upto}, changes_));
    const auto leads_on = [&](const KeyChain& chain) {
        return std::any_of(chains.begin() + 1, chains.end(), [&](const KeyChain& other) {
            return &other != &chain && has(other.keys, chain.keys.back().key);
        });
    };
    std::vector<KeyChain> kept{chains.front()};
    for (auto chain = chains.begin() + 1; chain != chains.end(); ++chain)
        if (!leads_on(*chain)) kept.push_back(*chain);
    return kept;
}

std::vector<NodeKey> KnownKeys::keys_of(const NodeId& node) const {
    std::vector<NodeKey> keys;
    for (const KeyChain& chain : chains_of(node)) keys.insert(keys.end(), chain.keys.rbegin(), chain.keys.rend());
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
    if (keys.empty()) return fail(unreadable_card(id));
    log.suite = keys.front().suite;
    log.signing_key = keys.front().key;
    return log;
}

void KnownKeys::introduce(LogRow& log, std::string_view head_note) const {
    for (const KeyChain& chain : chains_of(node_of(log.id))) {
        const auto last = std::find_if(chain.changes.rbegin(), chain.changes.rend(),
                                       [&](const KeyChange* change) { return change->log == log.id; });
        if (last == chain.changes.rend()) continue;
        log.suite = chain.keys.front().suite;
        log.signing_key = (*last)->to;
        return;
    }
    const auto head = parse_note(head_note);
    if (!head) return;
    for (const NodeKey& key : keys_of(node_of(log.id))) {
        if (!is_signed_by(*head, node_of(log.id), key.suite, key.key)) continue;
        log.suite = key.suite;
        log.signing_key = key.key;
    }
}

Result<void> KnownKeys::check_counts(const LogId& log, const std::string& key, Seq size) const {
    if (cards_.contains(node_of(log)) && keys_of(node_of(log)).empty()) return fail(unreadable_card(log));
    const auto known = find(node_of(log), key);
    if (!known || known->signs(log, size)) return {};
    return fail({ErrorCode::not_allowed,
                 "a head of " + std::to_string(size.value()) + " records, signed with a key that was given up after " +
                     std::to_string(known->upto->at(log).value()),
                 "log " + log.value(),
                 "ask the node whose log it is: whoever has its old key may write in its name; see the operations "
                 "guide, stolen key"});
}

KnownKeys::Leads KnownKeys::leads(const KeyChange& change) const {
    const KeyChain chain = chain_of(node_of(change.log));
    const auto is_known = [&](const std::string& wanted) { return has(chain.keys, wanted); };
    const auto ascend = [](const KeyChange& a, const KeyChange& b) { return a.log != b.log || a.at < b.at; };
    if (chain.keys.empty() || is_known(change.from) == is_known(change.to)) return Leads::nowhere;
    if (change.from == chain.keys.back().key && chain.keys.back().signs(change.log, change.at) &&
        (chain.changes.empty() || ascend(*chain.changes.back(), change)))
        return Leads::on;
    const bool revoked = std::any_of(revocations_.begin(), revocations_.end(), [&](const Revocation& revocation) {
        return revocation.node == node_of(change.log) && revocation.key == change.to;
    });
    if (change.to == chain.keys.front().key && !revoked && chain.keys.front().signs(change.log, change.at) &&
        (chain.changes.empty() || ascend(change, *chain.changes.front())))
        return Leads::back;
    return Leads::nowhere;
}

bool KnownKeys::is_newest(const NodeId& node, const std::string& key) const {
    const auto known = find(node, key);
    return known && !known->upto;
}

bool KnownKeys::is_settled(const LogRow& log) const {
    const auto agreement = agreed(log.id);
    return agreement && log.size >= agreement->size;
}

std::optional<Vouched> KnownKeys::vouched(const LogId& log) const {
    if (const auto agreement = agreed(log); agreement && agreement->root)
        return Vouched{agreement->size, *agreement->root, true};
    const bool any = std::any_of(changes_.begin(), changes_.end(),
                                 [&](const KeyChange& change) { return node_of(change.log) == node_of(log); });
    if (!any) return std::nullopt;
    const KeyChain chain = chain_of(node_of(log));
    const auto last = std::find_if(chain.changes.rbegin(), chain.changes.rend(), [&](const KeyChange* change) {
        return change->log == log || change->roots.contains(log);
    });
    if (last == chain.changes.rend()) return std::nullopt;
    const KeyChange& change = **last;
    if (change.log == log) return Vouched{change.at, parse_note(change.head).value().head.root, false};
    return Vouched{stated_in(change).at(log), change.roots.at(log), true};
}

std::string KnownKeys::last_key(const LogId& log, std::string key) const {
    for (const KeyChain& chain : chains_of(node_of(log)))
        for (const KeyChange* change : chain.changes)
            if (change->log == log && change->from == key) key = change->to;
    return key;
}

Result<bool> accept_key_change(WriteTx& tx, const KnownKeys& keys, const KeyChange& change) {
    if (!keys.knows(node_of(change.log))) return false;
    for (const KeyChange& held : key_changes(tx))
        if (held.log == change.log && held.at == change.at && held.to == change.to) return false;
    const auto log = keys.log_of(tx, change.log);
    if (!log) return tl::unexpected(log.error());
    const auto head = check_key_change(change, log->suite);
    if (!head) return tl::unexpected(head.error());
    const auto leads = keys.leads(change);
    if (leads == KnownKeys::Leads::nowhere)
        return fail({ErrorCode::bad_signature, "a change of key that does not lead on from the key known here",
                     "log " + change.log.value(),
                     "compare the node's card by telephone; pin its new card if it has one"});
    const bool of_log = log->size < change.at ||
                        root_at(hash_of(log->suite), change.at.value(), node_reader(tx, log->no)) == head->root;
    if (!of_log && leads == KnownKeys::Leads::back)
        return fail({ErrorCode::bad_proof, "a change of key that is not in the log that a later key has signed",
                     "log " + change.log.value(), "nothing was changed; report it to the sender"});
    add_key_change(tx, change);
    if (!of_log)
        return fail({ErrorCode::fork, "a change of key that is not in what is held here", "log " + change.log.value(),
                     "keep both heads and ask the log's node; see the operations guide, fork"});
    return true;
}

Error no_card(const LogId& log) {
    return {ErrorCode::unknown_log, "a log of a node whose card is not pinned here", "log " + log.value(),
            "exchange cards with " + node_of(log).value() + ", or do nothing if its records are not wanted"};
}

}  // namespace minglu
