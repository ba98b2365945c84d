// Changes of signing keys: our own, and those of other nodes.
#include <stdexcept>
#include <utility>

#include "sync/bundle_proofs.hpp"
#include "sync/intake.hpp"
#include "sync/intake_incidents.hpp"
#include "sync/known_keys.hpp"
#include "sync/merkle.hpp"
#include "sync/replica.hpp"
#include "sync/replica_detail.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

Error refuse(ErrorCode code, std::string what, std::string cure) {
    return {code, std::move(what), "", std::move(cure)};
}

/// What the node wrote in other logs before it must be here: beyond what it holds then, the old key counts for nothing.
Result<void> holds_own_logs(const ReadTx& tx, const NodeId& node) {
    const auto revoked = revocations(tx);
    for (const LogRow& log : tx.logs()) {
        const auto agreed = agreed_on(revoked, log.id);
        const bool whole = log.size >= (agreed ? agreed->size : log.head_size);
        if (node_of(log.id) == node && !whole && !log.cut)
            return fail(refuse(ErrorCode::stale, "not all of this node's own log " + log.id.value() + " is back yet",
                               "exchange with a node that holds it, then repeat"));
    }
    return {};
}

/// Of the node's other logs the roots up to where they count: what the old key signed there, the new one vouches for.
std::map<LogId, Hash> roots_of_other_logs(const ReadTx& tx, const LogRow& own) {
    std::map<LogId, Hash> roots;
    for (const LogRow& log : tx.logs())
        if (node_of(log.id) == node_of(own.id) && log.id != own.id && counted(log) != Seq{})
            roots.emplace(log.id, root_at(hash_of(log.suite), counted(log).value(), node_reader(tx, log.no)));
    return roots;
}

void refuse_change(const ReadTx& tx, const std::optional<KeyChange>& change, const Error& error, const NodeId& from,
                   Proofs& proofs) {
    const auto log = change ? tx.log(change->log) : std::nullopt;
    if (log && error.code == ErrorCode::fork) {
        Segment segment;
        segment.log = log->id;
        segment.head = change->head;
        return refuse_log(*log, segment, error, from, proofs);
    }
    IncidentRow incident = incident_of(error, from, change ? change->log : LogId{});
    incident.done = "the key known before goes on to count";
    proofs.incidents.push_back(std::move(incident));
}

/// Logs that are held go on under the keys that they were changed to.
void follow_changes(WriteTx& tx, const KnownKeys& keys) {
    for (LogRow& log : tx.logs()) {
        std::string key = keys.last_key(log.id, log.signing_key);
        if (log.size == Seq{} || key == log.signing_key) continue;
        log.signing_key = std::move(key);
        tx.update_log(log);
    }
}

}  // namespace

Result<Published> Replica::rotate_key(const Signer& next, const std::string& actor, const std::string& reason) {
    const std::scoped_lock lock(writer_);
    if (next.suite() != signer_->suite() || next.public_key() == signer_->public_key())
        return fail(refuse(ErrorCode::bad_value, "a log goes on with another key of the same suite",
                           "generate a key of the suite of the node's card"));
    const auto tx = store_.write();
    if (const auto whole = holds_own_logs(*tx, node_); !whole) return tl::unexpected(whole.error());
    try {
        LogRow own = own_log(*tx);
        Vector vector = counted_vector(tx->logs());
        last_arrival_ = std::max(last_arrival_, clock_.now());
        Intake intake(*tx, last_arrival_);
        Draft draft;
        draft.kind = RecordKind::key;
        draft.actor = actor;
        draft.reason = reason;
        draft.new_signing_key = next.public_key();
        draft.roots = roots_of_other_logs(*tx, own);
        auto written = append(*tx, own, intake, draft, vector);
        if (!written) return written;
        seal(*tx, own, &next);
        signer_ = &next;
        return written;
    } catch (...) {
        trie_.reset();
        throw;
    }
}

/// The head that ends the old key's time: signed with both, and kept with what proves the record to be in it.
void Replica::hand_over(WriteTx& tx, LogRow& own, const Signer& next) {
    auto note = cosign_head(own.head, node_, next);
    if (!note) throw std::logic_error("own head: " + note.error().what);
    own.head = *std::move(note);
    const auto record = tx.record({own.id, own.size});
    if (!record) throw std::logic_error("the record that changes the key is not there");
    add_key_change(
        tx, {own.id, own.size, own.signing_key, next.public_key(), record->header,
             inclusion_proof(hash_of(own.suite), own.size.value() - 1, own.size.value(), node_reader(tx, own.no)),
             own.head});
    own.signing_key = next.public_key();
}

/// Changes of key come first: by them the heads of the same bundle are checked. In whatever order they lead to the keys
/// known here: one that does not yet is tried again once another has been accepted.
void Replica::take_keys(WriteTx& tx, const Bundle& bundle, Proofs& proofs, const NodeId& from) {
    std::vector<KeyChange> waiting;
    for (const std::string& text : bundle.info.keys) {
        auto change = parse_key_change(text);
        if (change)
            waiting.push_back(*std::move(change));
        else
            refuse_change(tx, std::nullopt, change.error(), from, proofs);
    }
    const auto try_one = [&](const KeyChange& change) {
        return accept_key_change(tx, KnownKeys(tx, node_, *signer_), change);
    };
    for (bool grown = true; std::exchange(grown, false);) {
        std::vector<KeyChange> left;
        for (KeyChange& change : waiting) {
            const auto accepted = try_one(change);
            if (!accepted && accepted.error().code == ErrorCode::bad_signature) {
                left.push_back(std::move(change));
                continue;
            }
            if (!accepted) refuse_change(tx, change, accepted.error(), from, proofs);
            if (accepted && *accepted && node_of(change.log) == node_ && change.from == signer_->public_key())
                proofs.incidents.push_back(own_key_is_old(change, from));
            grown = grown || !accepted || *accepted;
        }
        proofs.new_keys = proofs.new_keys || grown;
        waiting = std::move(left);
    }
    for (const KeyChange& change : waiting) refuse_change(tx, change, try_one(change).error(), from, proofs);
    if (proofs.new_keys) follow_changes(tx, KnownKeys(tx, node_, *signer_));
}

}  // namespace minglu
