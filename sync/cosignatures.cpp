#include "sync/cosignatures.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "sync/bundle.hpp"
#include "sync/kept_heads.hpp"
#include "sync/merkle.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

/// None of a damaged row: `verify` names it, and a newer one takes its place. Nothing else waits for that.
std::optional<SignedHead> stored_note(const CosignatureRow& row) {
    auto parsed = parse_note(row.note);
    return parsed ? std::optional<SignedHead>(*std::move(parsed)) : std::nullopt;
}

/// Whether its note is of the head that the row states; one that is not is as none.
bool states_its_head(const CosignatureRow& row) {
    const auto note = stored_note(row);
    return note && note->head.log == row.log && note->head.size == row.size && note->head.time == row.time;
}

/// Adds the signature lines of a note of the same head that are not there yet.
void merge(SignedHead& into, const SignedHead& other) {
    for (const SignedHead::Signature& signature : other.signatures) {
        const bool there =
            std::find(into.signatures.begin(), into.signatures.end(), signature) != into.signatures.end();
        if (!there && into.signatures.size() < note_signatures_max) into.signatures.push_back(signature);
    }
}

/// Rows by the text that was signed.
std::map<std::string, SignedHead> merged(const std::vector<CosignatureRow>& rows) {
    std::map<std::string, SignedHead> heads;
    for (const CosignatureRow& row : rows) {
        const auto one = stored_note(row);
        if (!one) continue;
        const auto [found, fresh] = heads.try_emplace(one->text, *one);
        if (!fresh) merge(found->second, *one);
    }
    return heads;
}

VouchedHead vouched(const SignedHead& head) {
    VouchedHead out{head.head, note_text(head), {}};
    std::set<NodeId> by;
    for (const SignedHead::Signature& signature : head.signatures)
        if (signature.name != node_of(head.head.log).value()) by.insert(NodeId{signature.name});
    out.by.assign(by.begin(), by.end());
    return out;
}

auto age(const Head& head) {
    return std::tie(head.size, head.time);
}

/// Nothing is vouched for of a log that its author has cut, or whose heads contradict each other.
bool is_sound(const ReadTx& tx, const LogRow& log) {
    const auto forks = tx.forks();
    return !log.cut &&
           std::none_of(forks.begin(), forks.end(), [&](const ForkRow& fork) { return fork.log == log.id; });
}

tl::unexpected<Error> spoilt(const Head& head, const std::string& whose) {
    return fail({ErrorCode::bad_signature, "a signature of " + whose + " below a cosigned head fails",
                 "head of " + head.log.value() + " at " + std::to_string(head.size.value()),
                 "report it to the sender; if a key was changed, exchange cards again"});
}

/// Whether the present key of a node is among those that signed; the line is not verified.
bool is_by_present_key(const CosignatureRow& row, const NodeId& node, const Signer& signer) {
    const auto id = note_key_id(node.value(), signer.suite(), signer.public_key());
    const auto head = stored_note(row);
    return head &&
           std::any_of(head->signatures.begin(), head->signatures.end(), [&](const SignedHead::Signature& signature) {
               return signature.name == node.value() && signature.key_id == id;
           });
}

/// The signatures of other nodes that are known here. Errors: bad_signature.
Result<std::map<NodeId, SignedHead::Signature>> cosigners(const SignedHead& head, const KnownKeys& keys) {
    std::map<NodeId, SignedHead::Signature> found;
    for (const SignedHead::Signature& signature : head.signatures) {
        const auto node = parse_node_id(signature.name);
        if (!node || *node == node_of(head.head.log)) continue;
        for (const NodeKey& key : keys.keys_of(*node)) {
            if (key.upto || note_key_id(node->value(), key.suite, key.key) != signature.key_id) continue;
            if (!verify_signature(key.suite, key.key, head.text, signature.bytes))
                return spoilt(head.head, node->value());
            found.insert_or_assign(*node, signature);
        }
    }
    return found;
}

std::vector<VouchedHead> vouched_by(const std::vector<CosignatureRow>& rows, const ReadTx& tx, const LogId& id) {
    auto heads = merged(rows);
    if (const auto log = tx.log(id); log && !log->head.empty()) {
        const auto held = parse_note(log->head);
        if (!held) throw StoreFault(ErrorCode::corrupt, "stored head of " + id.value() + ": " + held.error().what);
        heads.try_emplace(held->text, *held);
    }
    std::vector<VouchedHead> newest_first;
    newest_first.reserve(heads.size());
    for (const auto& [text, head] : heads) newest_first.push_back(vouched(head));
    std::sort(newest_first.begin(), newest_first.end(),
              [](const VouchedHead& a, const VouchedHead& b) { return age(a.head) > age(b.head); });
    return newest_first;
}

}  // namespace

std::vector<VouchedHead> vouched_heads(const ReadTx& tx, const LogId& id) {
    return vouched_by(tx.cosignatures(id), tx, id);
}

std::optional<VouchedHead> best_head(const ReadTx& tx, const LogId& log, Seq size) {
    auto rows = tx.cosignatures(log);
    Findings found;
    KeptHeadsCheck kept(tx, found);
    std::erase_if(rows, [&](const CosignatureRow& row) { return !kept.is_sound(row); });
    std::optional<VouchedHead> best;
    for (VouchedHead& head : vouched_by(rows, tx, log))
        if (head.head.size >= size && (!best || head.by.size() > best->by.size())) best = std::move(head);
    return best;
}

std::string with_cosignatures(const ReadTx& tx, std::string_view note) {
    auto head = parse_note(note);
    if (!head) return std::string(note);
    Findings found;
    std::optional<KeptHeadsCheck> kept;
    for (const CosignatureRow& row : tx.cosignatures(head->head.log)) {
        const auto one = stored_note(row);
        if (!one || one->text != head->text) continue;
        if (!kept) kept.emplace(tx, found);
        if (kept->is_sound(row)) merge(*head, *one);
    }
    return note_text(*head);
}

std::vector<CosignatureRow> due_cosignatures(const ReadTx& tx, const NodeId& self, const Signer& signer, UnixMs now) {
    std::vector<CosignatureRow> due;
    for (const LogRow& log : tx.logs()) {
        if (node_of(log.id) == self || log.head.empty() || log.size < log.head_size || !is_sound(tx, log)) continue;
        const auto rows = tx.cosignatures(log.id);
        const auto mine = std::find_if(rows.begin(), rows.end(), [&](const CosignatureRow& row) {
            return row.node == self && states_its_head(row);
        });
        if (mine != rows.end()) {
            const bool newer = std::tie(log.head_size, log.head_time) > std::tie(mine->size, mine->time) ||
                               !is_by_present_key(*mine, self, signer);
            const std::int64_t since_ms = now.value() - mine->at.value();
            // A clock that was put back must not keep us from signing until it has caught up.
            if (!newer || (since_ms >= 0 && since_ms < cosign_interval_ms)) continue;
        }
        auto note = cosign_head(log.head, self, signer);
        if (!note) continue;  // damaged: verify names it
        due.push_back({0, log.id, self, log.head_size, log.head_time, *std::move(note), now});
    }
    return due;
}

Result<std::vector<CosignatureRow>> read_cosigned(const ReadTx& tx, const KnownKeys& keys, std::string_view note,
                                                  UnixMs now) {
    const auto parsed = parse_note(note);
    if (!parsed) return tl::unexpected(parsed.error());
    const Head& head = parsed->head;
    const auto log = tx.log(head.log);
    if (!log || head.size == Seq{} || head.size > counted(*log)) return {};
    const NodeId author = node_of(head.log);
    const LogKeys log_keys = keys_of_log(tx, *log);
    if (!is_signed_by_author(*parsed, log_keys)) return spoilt(head, author.value());
    if (root_at(hash_of(log->suite), head.size.value(), node_reader(tx, log->no)) != head.root)
        return fail({ErrorCode::fork, "a cosigned head that is not of what is held here", "log " + head.log.value(),
                     "keep both heads and ask the log's node; see the operations guide, fork"});
    const auto by = cosigners(*parsed, keys);
    if (!by) return tl::unexpected(by.error());
    auto held = tx.cosignatures(head.log);
    Findings found;
    KeptHeadsCheck kept(tx, found);
    std::erase_if(held, [&](const CosignatureRow& row) { return !by->contains(row.node) || !kept.is_sound(row); });
    std::vector<CosignatureRow> rows;
    for (const auto& [node, signature] : *by) {
        // Under a key that its maker has changed since, a row says nothing to others: the same under the present key
        // counts.
        const bool known = std::any_of(held.begin(), held.end(), [&, &node = node, &line = signature](const auto& row) {
            if (row.node != node || std::tie(row.size, row.time) < age(head)) return false;
            const auto lines = parse_note(row.note).value().signatures;
            return std::tie(row.size, row.time) > age(head) ||
                   std::any_of(lines.begin(), lines.end(), [&](const SignedHead::Signature& other) {
                       return other.name == node.value() && other.key_id == line.key_id;
                   });
        });
        if (known) continue;
        SignedHead one = kept_of(*parsed, log_keys);
        one.signatures.push_back(signature);
        rows.push_back({0, head.log, node, head.size, head.time, note_text(one), now});
    }
    return rows;
}

CosignedNotes cosigned_after(const ReadTx& tx, std::int64_t after, const std::set<LogId>& skip, const Vector& reached) {
    CosignedNotes out{{}, after};
    std::vector<CosignatureRow> rows = tx.cosignatures(std::nullopt, after);
    if (rows.empty()) return out;
    std::vector<CosignatureRow> going;
    std::size_t bytes = 0;
    Findings found;
    KeptHeadsCheck kept(tx, found);
    for (CosignatureRow& row : rows) {
        const auto log = tx.log(row.log);
        const bool wanted = !skip.contains(row.log) && log && row.size <= counted(*log);
        if (wanted && (reached.at(row.log) < row.size || bytes + row.note.size() > bundle_cosigned_bytes_max)) break;
        out.upto = row.no;
        if (!wanted || !kept.is_sound(row)) continue;
        bytes += row.note.size();
        going.push_back(std::move(row));
    }
    for (const auto& [text, head] : merged(going)) out.notes.push_back(note_text(head));
    return out;
}

}  // namespace minglu
