#include "sync/revoke.hpp"

#include <algorithm>

#include "sync/card.hpp"
#include "sync/key_chain.hpp"
#include "sync/merkle.hpp"
#include "sync/replica_detail.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

bool has(const KeyChain& chain, const std::string& key) {
    return std::any_of(chain.keys.begin(), chain.keys.end(), [&](const NodeKey& known) { return known.key == key; });
}

KeyChain chain_to(const Revocation& revocation, std::span<const KeyChange> changes) {
    return key_chain_back(revocation.node, {suite_of_key(revocation.key), revocation.key, revocation.upto}, changes);
}

/// The logs that are held under a revoked key or one before it; a node's logs under other keys are not meant.
std::vector<LogRow> logs_under(const ReadTx& tx, const Revocation& revocation, std::span<const KeyChange> changes) {
    const KeyChain chain = chain_to(revocation, changes);
    auto logs = tx.logs();
    std::erase_if(logs, [&](const LogRow& log) {
        return node_of(log.id) != revocation.node || log.size == Seq{} || !has(chain, log.signing_key);
    });
    return logs;
}

Hash root_of_held(const ReadTx& tx, const LogRow& log, Seq size) {
    return root_at(hash_of(log.suite), size.value(), node_reader(tx, log.no));
}

/// Roots where what counts is held; others stay as they were told.
void add_held_roots(const ReadTx& tx, Revocation& revocation) {
    for (const Vector::Item& item : revocation.upto.items()) {
        const auto log = tx.log(item.first);
        if (log && log->size >= item.second)
            revocation.roots.insert_or_assign(item.first, root_of_held(tx, *log, item.second));
    }
}

Error more_is_held(const LogRow& log) {
    return {ErrorCode::bad_value,
            std::to_string(counted(log).value()) + " records of log " + log.id.value() + " are held here, and stay", "",
            "agree with all partners on a size that is not below what any of you holds"};
}

Result<void> check_held(const ReadTx& tx, const LogRow& log, const Revocation& revocation) {
    const Seq upto = revocation.upto.at(log.id);
    if (counted(log) > upto) return fail(more_is_held(log));
    if (upto == Seq{} || log.size < upto || root_of_held(tx, log, upto) == revocation.roots.at(log.id)) return {};
    return fail({ErrorCode::bad_value, "what is held here of log " + log.id.value() + " is another history of it", "",
                 "compare with the partners which one counts; see the operations guide, lost or stolen key"});
}

Result<void> check_fits(const ReadTx& tx, const Revocation& revocation, std::span<const KeyChange> changes) {
    const auto own = find_own(tx.logs());
    if (own && own->signing_key == revocation.key)
        return fail({ErrorCode::bad_value, "this is the key that this node signs with",
                     "node " + revocation.node.value(),
                     "begin anew with a new key first; see the operations guide, lost or stolen key"});
    for (const LogRow& log : logs_under(tx, revocation, changes))
        if (auto agrees = check_held(tx, log, revocation); !agrees) return agrees;
    return {};
}

/// A log that is held goes on under the key that it was changed to.
void follow(WriteTx& tx, LogRow& log, const KeyChain& chain) {
    for (const KeyChange* change : chain.changes) {
        if (change->log != log.id || change->from != log.signing_key) continue;
        log.signing_key = change->to;
        tx.update_log(log);
    }
}

}  // namespace

Result<void> revoke_key(WriteTx& tx, const PeerRow& peer, const Dot& last, UnixMs now, const std::string& reason) {
    const auto card = parse_card(peer.card);
    if (!card) return fail(card.error());
    const auto log = tx.log(last.log);
    const bool held = log && log->size != Seq{};
    if (held && counted(*log) > last.seq) return fail(more_is_held(*log));
    Revocation revocation{peer.node, held ? log->signing_key : card->signing_key, {}, now, reason, {}};
    for (const LogRow& other : logs_under(tx, revocation, key_changes(tx)))
        revocation.upto.set(other.id, counted(other));
    for (const Revocation& before : revocations(tx)) {
        if (before.node != peer.node || before.key != revocation.key) continue;
        revocation.upto = before.upto;
        revocation.roots = before.roots;
    }
    if (revocation.upto.at(last.log) != last.seq) revocation.roots.erase(last.log);
    revocation.upto.set(last.log, last.seq);
    add_held_roots(tx, revocation);
    put_revocation(tx, revocation);
    return {};
}

Result<RevocationFile> revocation_file(const ReadTx& tx, const NodeId& node) {
    const auto stored = key_changes(tx);
    RevocationFile file{node, {}, {}};
    for (Revocation& one : revocations(tx)) {
        if (one.node != node) continue;
        add_held_roots(tx, one);
        for (const Vector::Item& item : one.upto.items())
            if (!one.roots.contains(item.first))
                return fail({ErrorCode::stale,
                             "not all is here that counts of log " + item.first.value() + ", " +
                                 std::to_string(item.second.value()) + " records",
                             "node " + node.value(), "ask a partner that holds all of it to print the file"});
        for (const KeyChange* change : chain_to(one, stored).changes)
            if (std::find(file.changes.begin(), file.changes.end(), *change) == file.changes.end())
                file.changes.push_back(*change);
        file.revoked.push_back(std::move(one));
    }
    if (file.revoked.empty())
        return fail({ErrorCode::not_found, "no key of " + node.value() + " is revoked here", "",
                     "minglu peer revoke revokes one"});
    return file;
}

Result<void> accept_revocations(WriteTx& tx, const RevocationFile& file) {
    auto changes = key_changes(tx);
    const std::size_t stored = changes.size();
    for (const Revocation& one : file.revoked)
        for (const KeyChange* change : chain_to(one, file.changes).changes) {
            if (auto sound = check_key_change(*change, suite_of_key(one.key)); !sound)
                return tl::unexpected(sound.error());
            if (std::find(changes.begin(), changes.end(), *change) == changes.end()) changes.push_back(*change);
        }
    for (const Revocation& one : file.revoked)
        if (auto fits = check_fits(tx, one, changes); !fits) return fits;
    for (std::size_t i = stored; i < changes.size(); ++i) add_key_change(tx, changes[i]);
    for (const Revocation& one : file.revoked) {
        for (LogRow& log : logs_under(tx, one, changes)) follow(tx, log, chain_to(one, changes));
        put_revocation(tx, one);
    }
    return {};
}

}  // namespace minglu
