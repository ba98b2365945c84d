#include "sync/sender.hpp"

#include <algorithm>
#include <map>

#include "sync/cosignatures.hpp"
#include "sync/fork_proof.hpp"
#include "sync/head.hpp"
#include "sync/key_changes.hpp"
#include "sync/record_check.hpp"
#include "sync/replica_detail.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

HeldHead held_head(const BundleRequest& request, const LogId& log) {
    const auto found =
        std::find_if(request.heads.begin(), request.heads.end(), [&](const HeldHead& head) { return head.log == log; });
    return found == request.heads.end() ? HeldHead{log, {}, {}} : *found;
}

/// The records that go out, up to where each log gets, and where logs turned out to be damaged.
struct Payload {
    struct Lines {
        LogId log;
        std::string text;
    };
    std::vector<Lines> records;
    std::size_t bytes = 0;
    std::map<LogId, Seq> reached;
    Vector damaged;
};

void note_damage(const BundleRequest& request, Payload& payload, const Dot& dot, const std::string& what) {
    payload.damaged.set(dot.log, dot.seq);
    if (request.on_damage) request.on_damage(dot.log, what);
}

Payload collect(const ReadTx& tx, const std::vector<LogRow>& logs, const BundleRequest& request, const Vector& covered,
                const Vector& counting) {
    std::map<LogId, const LogRow*> log_of;
    for (const LogRow& log : logs) log_of.emplace(log.id, &log);
    Payload payload;
    tx.visit_records(tx.arrival_before(covered), [&](const RecordRow& record) {
        if (covered.covers(record.dot) || !counting.covers(record.dot)) return true;
        if (payload.damaged.at(record.dot.log) != Seq{}) return true;
        const std::vector<std::string> ops = tx.ops_of_record(record.no);
        if (const auto damage = damage_of(tx, *log_of.at(record.dot.log), record, ops)) {
            note_damage(request, payload, record.dot, describe(*damage, record.dot));
            return true;
        }
        std::string lines = record.header + "\n";
        for (const std::string& op : ops) (lines += op) += '\n';
        if (payload.bytes > 0 && payload.bytes + lines.size() > request.limit_bytes) return false;
        payload.bytes += lines.size();
        payload.records.push_back({record.dot.log, std::move(lines)});
        payload.reached[record.dot.log] = record.dot.seq;
        return payload.bytes < request.limit_bytes;
    });
    return payload;
}

/// The proofs with the earliest fork of each log, those that the receiver lacks.
std::vector<std::string> forks_for(const ReadTx& tx, const BundleRequest& request) {
    std::map<LogId, const ForkRow*> earliest;
    const std::vector<ForkRow> forks = tx.forks();
    for (const ForkRow& fork : forks) {
        if (!fork.common) continue;
        const ForkRow*& first = earliest[fork.log];
        if (first == nullptr || *fork.common < *first->common) first = &fork;
    }
    std::vector<std::string> proofs;
    std::size_t bytes = 0;
    constexpr std::size_t proofs_bytes_max = 2u * 1024 * 1024;  // line 1 has room for twice as much
    for (const auto& [log, fork] : earliest) {
        const Seq theirs = request.forks.at(log);
        const bool known = theirs != Seq{} && theirs.value() <= fork->common->value() + 1;
        if (known || request.skip.contains(log)) continue;
        if (proofs.size() == bundle_forks_max || bytes + fork->proof.size() > proofs_bytes_max) break;
        bytes += fork->proof.size();
        proofs.push_back(fork->proof);
    }
    return proofs;
}

/// Of the nodes whose signatures go out, all that the receiver needs to follow their keys. Where that is more than a
/// bundle may carry, what the receiver most likely has stays behind first: changes in records that it holds.
void add_keys(const ReadTx& tx, const Vector& have, BundleInfo& info) {
    const auto changes = key_changes(tx);
    if (changes.empty()) return;
    std::set<NodeId> signers;
    for (const Segment& segment : info.segments) signers.insert(node_of(segment.log));
    for (const std::string& text : info.forks)
        if (const auto proof = parse_fork_proof(text)) signers.insert(node_of(proof->log));
    for (const std::string& text : info.cosigned)
        if (const auto note = parse_note(text))
            for (const SignedHead::Signature& signature : note->signatures) signers.insert(NodeId{signature.name});
    constexpr std::size_t keys_bytes_max = 1024u * 1024;  // a quarter of what line 1 may have
    std::size_t bytes = 0;
    std::map<std::size_t, std::string> chosen;
    for (const bool is_held : {false, true})
        for (std::size_t i = 0; i < changes.size(); ++i) {
            const KeyChange& change = changes[i];
            if (!signers.contains(node_of(change.log)) || have.covers(Dot{change.log, change.at}) != is_held) continue;
            std::string text = serialise(change);
            bytes += text.size();
            if (chosen.size() == bundle_key_changes_max || bytes > keys_bytes_max) break;
            chosen.emplace(i, std::move(text));
        }
    for (auto& [i, text] : chosen) info.keys.push_back(std::move(text));
}

/// The numbers of cosignatures go with our own log: after a restore they begin anew, and so does the log.
void add_cosigned(const ReadTx& tx, const std::vector<LogRow>& logs, const BundleRequest& request,
                  const Payload& payload, BundleInfo& info) {
    const auto own = find_own(logs);
    if (!own) return;
    Vector reached = request.have;
    for (const auto& [log, seq] : payload.reached) reached.raise(log, seq);
    const bool continues = request.cosigned->log == own->id;
    const std::int64_t after = continues ? static_cast<std::int64_t>(request.cosigned->seq.value()) : 0;
    CosignedNotes cosigned = cosigned_after(tx, after, request.skip, reached);
    info.cosigned = std::move(cosigned.notes);
    if (cosigned.upto > 0) info.cosigned_upto = Dot{own->id, Seq{static_cast<std::uint64_t>(cosigned.upto)}};
}

}  // namespace

std::optional<std::string> make_bundle(const ReadTx& tx, const NodeId& self, const BundleRequest& request) {
    const std::vector<LogRow> logs = tx.logs();
    const Vector counting = counted_vector(logs);
    Vector covered = request.have;
    for (const LogRow& log : logs)  // so that the way through the records begins after what never goes out
        if (request.skip.contains(log.id) || request.have.at(log.id) >= counted(log)) covered.raise(log.id, log.size);
    Payload payload = collect(tx, logs, request, covered, counting);

    BundleInfo info{self, counting, {}, forks_for(tx, request)};
    for (const LogRow& log : logs) {
        if (log.head.empty() || request.skip.contains(log.id)) continue;
        const HeldHead theirs = held_head(request, log.id);
        const Seq have = request.have.at(log.id);
        const auto reached = payload.reached.find(log.id);
        const bool newer_head = std::tie(log.head_size, log.head_time) > std::tie(theirs.size, theirs.time);
        // A head of a log that the receiver holds further than we do, or cannot connect to its own, proves nothing to
        // it.
        const bool useful_head =
            !log.cut && newer_head && have != Seq{} && have <= log.size && can_connect(log, theirs.size);
        if (reached == payload.reached.end() && !useful_head) continue;
        const Seq to = reached == payload.reached.end() ? have : reached->second;
        if (auto segment = sound_segment(tx, log, Seq{have.value() + 1}, to, theirs.size)) {
            info.segments.push_back(*std::move(segment));
            continue;
        }
        note_damage(request, payload, {log.id, Seq{have.value() + 1}}, "its tree does not lead to its head");
        std::erase_if(payload.records, [&](const Payload::Lines& lines) { return lines.log == log.id; });
    }
    if (request.cosigned) add_cosigned(tx, logs, request, payload, info);
    info.damaged = std::move(payload.damaged);
    if (info.segments.empty() && info.forks.empty() && info.cosigned.empty() && info.damaged.empty())
        return std::nullopt;
    add_keys(tx, request.have, info);
    std::string bytes = serialise(info);
    bytes.reserve(bytes.size() + payload.bytes);
    for (const Payload::Lines& lines : payload.records) bytes += lines.text;
    return bytes;
}

std::optional<KnownHolding> known_holding(const std::vector<LogRow>& logs, const NodeId& node) {
    // Of several logs of a node the one with the latest head is written: after a restore a node may hold less.
    const LogRow* newest = nullptr;
    for (const LogRow& log : logs) {
        if (node_of(log.id) != node || log.head.empty()) continue;
        if (newest == nullptr || newest->head_time < log.head_time) newest = &log;
    }
    if (newest == nullptr) return std::nullopt;
    const auto head = parse_note(newest->head);
    if (!head) throw StoreFault(ErrorCode::corrupt, "stored head of " + newest->id.value());
    return KnownHolding{head->head.time, head->head.vector};
}

}  // namespace minglu
