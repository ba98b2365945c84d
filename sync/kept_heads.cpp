#include "sync/kept_heads.hpp"

#include <algorithm>
#include <array>

#include "sync/fork_proof.hpp"
#include "sync/merkle.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

bool has_line_of(const SignedHead& head, const NodeId& node) {
    return std::any_of(head.signatures.begin(), head.signatures.end(),
                       [&](const SignedHead::Signature& line) { return line.name == node.value(); });
}

bool is_of(const Head& head, const CosignatureRow& row) {
    return head.log == row.log && head.size == row.size && head.time == row.time;
}

/// The author and the row's node have signed it, and nobody else.
bool is_signed_by_both(const SignedHead& head, const NodeId& author, const NodeId& cosigner) {
    return has_line_of(head, author) && has_line_of(head, cosigner) &&
           std::all_of(head.signatures.begin(), head.signatures.end(), [&](const SignedHead::Signature& line) {
               return line.name == author.value() || line.name == cosigner.value();
           });
}

}  // namespace

KeptHeadsCheck::KeptHeadsCheck(const ReadTx& tx, Findings& findings) : tx_(tx), findings_(findings), known_(tx) {
    for (LogRow& log : tx.logs()) {
        LogId id = log.id;
        logs_.emplace(std::move(id), std::move(log));
    }
}

/// All that were ever trusted here and are still known: those of the card and of changes of key, and those under which
/// logs of the node are held.
const KeptHeadsCheck::Keys& KeptHeadsCheck::keys_of(const NodeId& node) {
    if (const auto found = keys_.find(node); found != keys_.end()) return found->second;
    Keys keys;
    for (const NodeKey& key : known_.keys_of(node)) keys.emplace(key.suite, key.key);
    for (const auto& [id, log] : logs_) {
        if (node_of(id) != node) continue;
        const LogKeys of_log = keys_of_log(tx_, log);
        keys.emplace(of_log.suite, of_log.last);
        for (const KeyChange& change : of_log.changes) keys.emplace(of_log.suite, change.from);
    }
    return keys_.emplace(node, std::move(keys)).first->second;
}

/// By the key that it has now, or one that this leads back to; none of a node whose keys are not known.
std::optional<UnixMs> KeptHeadsCheck::known_since(const NodeId& node) const {
    if (known_.keys_of(node).empty()) return std::nullopt;
    for (const PeerRow& peer : tx_.peers())
        if (peer.node == node) return peer.added;
    for (const auto& [id, log] : logs_) {
        if (!log.own || node_of(id) != node) continue;
        if (const auto opened = tx_.record({id, Seq{1}})) return opened->arrived;
    }
    return std::nullopt;
}

/// It holds where one line of a known key does, whatever others have added beside it; and fails where a known key is
/// said to have signed and has not, or has and is not said to.
KeptHeadsCheck::Signature KeptHeadsCheck::signature_of(const SignedHead& head, const NodeId& by) {
    bool is_said_otherwise = false;
    for (const auto& [suite, key] : keys_of(by)) {
        const auto id = note_key_id(by.value(), suite, key);
        for (const SignedHead::Signature& line : head.signatures) {
            if (line.name != by.value()) continue;
            const bool is_said = line.key_id == id;
            const bool holds = verify_signature(suite, key, head.text, line.bytes);
            if (is_said && holds) return Signature::holds;
            is_said_otherwise = is_said_otherwise || is_said != holds;
        }
    }
    return is_said_otherwise ? Signature::fails : Signature::unknown;
}

/// `at`: when it was checked here.
bool KeptHeadsCheck::is_signed(const SignedHead& head, const NodeId& by, UnixMs at) {
    const Signature signature = signature_of(head, by);
    if (signature != Signature::unknown) return signature == Signature::holds;
    const auto since = known_since(by);
    return !since || at < *since;
}

std::string KeptHeadsCheck::fault_of(const CosignatureRow& row) {
    const auto note = parse_note(row.note);
    if (!note) return note.error().what;
    const NodeId author = node_of(row.log);
    if (!is_of(note->head, row) || !is_signed_by_both(*note, author, row.node))
        return "it is not the one that its row states";
    if (!is_signed(*note, author, row.at) || !is_signed(*note, row.node, row.at)) return "a signature below it fails";
    const LogRow& log = logs_.at(row.log);
    const bool is_held = row.size != Seq{} && row.size <= log.size &&
                         root_at(hash_of(log.suite), row.size.value(), node_reader(tx_, log.no)) == note->head.root;
    return is_held ? "" : "its root is not that of the records";
}

std::string KeptHeadsCheck::fault_of_proof(const ForkRow& row, const Head& a, const Head& b) {
    const auto proof = parse_fork_proof(row.proof);
    if (!proof) return proof.error().what;
    std::array<Head, 2> heads;
    for (std::size_t i = 0; i < heads.size(); ++i) {
        const auto note = parse_note(proof->sides.at(i).head);
        if (!note) return note.error().what;
        if (!is_signed(*note, node_of(row.log), row.at)) return "a signature in its proof fails";
        heads.at(i) = note->head;
    }
    if (proof->log != row.log || proof->common != row.common || heads[0] != a || heads[1] != b)
        return "its proof is not one of its heads";
    std::string fault;
    for (const HashAlgorithm algorithm : {HashAlgorithm::sha256, HashAlgorithm::sm3}) {  // the log need not be here
        const auto sound = check_branches(*proof, algorithm, heads);
        if (sound) return "";
        fault = sound.error().what;
    }
    return fault;
}

std::string KeptHeadsCheck::fault_of(const ForkRow& row) {
    const auto a = parse_note(row.head_a);
    const auto b = parse_note(row.head_b);
    if (!a || !b) return (a ? b : a).error().what;
    const NodeId author = node_of(row.log);
    for (const SignedHead* const head : {&*a, &*b}) {
        if (head->head.log != row.log || !has_line_of(*head, author)) return "a head is not one of its log";
        if (!is_signed(*head, author, row.at)) return "the signature of a head fails";
    }
    if (row.proof.empty()) return row.common ? "the proof of where its heads part is missing" : "";
    return fault_of_proof(row, a->head, b->head);
}

void KeptHeadsCheck::check(const CosignatureRow& row) {
    const std::string subject = "head of log " + row.log.value() + ", cosigned by " + row.node.value();
    guarded(findings_, "cosignature", subject, [&] {
        if (const std::string fault = fault_of(row); !fault.empty()) findings_.in_log("cosignature", subject, fault);
    });
}

bool KeptHeadsCheck::is_sound(const CosignatureRow& row) {
    try {
        return fault_of(row).empty();
    } catch (const StoreFault& fault) {
        if (!is_damage(fault)) throw;
        return false;
    }
}

void KeptHeadsCheck::check(const ForkRow& row) {
    const std::string subject = "fork of log " + row.log.value();
    guarded(findings_, "fork", subject, [&] {
        if (const std::string fault = fault_of(row); !fault.empty()) findings_.in_log("fork", subject, fault);
    });
}

}  // namespace minglu
