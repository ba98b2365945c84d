// Changes of signing keys: our own, and those of other nodes.
#include <stdexcept>

#include "sync/intake.hpp"
#include "sync/key_changes.hpp"
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
    for (const LogRow& log : tx.logs())
        if (node_of(log.id) == node && log.size < log.head_size && !log.cut)
            return fail(refuse(ErrorCode::stale, "not all of this node's own log " + log.id.value() + " is back yet",
                               "exchange with a node that holds it, then repeat"));
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

}  // namespace minglu
