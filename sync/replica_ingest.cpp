// Writes of peers: bundles are proved log by log, then taken in the sender's order of arrival, in one transaction.
#include <algorithm>
#include <map>
#include <tuple>

#include "catalog/entry_views.hpp"
#include "sync/card.hpp"
#include "sync/intake.hpp"
#include "sync/refold.hpp"
#include "sync/replica.hpp"
#include "sync/replica_detail.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

IncidentRow incident_of(const Error& error, const NodeId& from, const LogId& log) {
    IncidentRow incident;
    incident.kind = error.code == ErrorCode::bad_proof ? "root_mismatch" : std::string(name(error.code));
    incident.peer = from.value();
    incident.subject = log.value();
    incident.received = error.what;
    incident.done = "nothing of this log was taken";
    incident.advice = error.cure;
    return incident;
}

/// The keys that nodes sign with: those of the cards pinned here, and our own.
class KnownKeys {
public:
    KnownKeys(const ReadTx& tx, const NodeId& self, const Signer& signer) : self_(self), signer_(signer) {
        for (const PeerRow& peer : tx.peers()) cards_.emplace(peer.node, peer.card);
    }
    [[nodiscard]] bool knows(const NodeId& node) const { return node == self_ || cards_.contains(node); }
    /// Fills in suite and key of a log that is new here.
    [[nodiscard]] Result<void> introduce(LogRow& log) const {
        const NodeId node = node_of(log.id);
        if (node == self_) {
            log.suite = signer_.suite();
            log.signing_key = signer_.public_key();
            return {};
        }
        const auto card = parse_card(cards_.at(node));
        if (!card) return tl::unexpected(card.error());
        log.suite = card->suite;
        log.signing_key = card->signing_key;
        return {};
    }

private:
    NodeId self_;
    const Signer& signer_;
    std::map<NodeId, std::string> cards_;
};

struct Proved {
    LogRow log;
    Segment segment;
    ProvedSegment proof;
    Seq size_before;
};

}  // namespace

/// What a bundle's segments came to before anything was taken.
struct Proofs {
    std::map<LogId, Proved> proved;
    std::vector<IncidentRow> incidents;
    IngestReport report;
};

namespace {

/// Keeps the largest head that is proved from the records held: another one only for the same log further on, or when
/// the proof of the one held starts at records that have been overtaken.
bool adopt_head(LogRow& log, const Proved& one) {
    const Head& head = one.proof.head;
    const bool larger = std::tie(head.size, head.time) > std::tie(log.head_size, log.head_time);
    const bool proof_lost = log.size > one.size_before && log.head_size > log.size;
    const bool reaches = one.segment.to == log.size || head.size == log.size;
    const bool better = larger && one.proof.continuity == Continuity::proved;
    if (!reaches || (!better && !proof_lost && log.head_size >= log.size)) return false;
    log.head = one.segment.head;
    log.head_size = head.size;
    log.head_time = head.time;
    log.head_proof = head.size == log.size ? std::vector<ProofStep>{} : one.segment.steps;
    return true;
}

Error wrong_opening(const LogId& log) {
    return {ErrorCode::bad_signature, "its first record names other keys than the card of its node",
            "log " + log.value(), "compare the card's fingerprint with its owner, and pin the right card"};
}

/// Record 1 must name the node and the keys of the card that vouches for the log.
bool opens_as_carded(const LogRow& log, const std::vector<const RecordLines*>& records) {
    if (records.empty() || records.front()->header.seq != Seq{1}) return true;
    const auto& open = records.front()->header.open;
    return open && open->suite == log.suite && open->signing_key == log.signing_key;
}

/// The log as held here, or a new row with the keys of its node's card.
Result<LogRow> log_of(const ReadTx& tx, const LogId& id, const KnownKeys& keys) {
    LogRow log;
    if (auto held = tx.log(id)) log = *std::move(held);
    log.id = id;
    if (log.size == Seq{})
        if (const auto introduced = keys.introduce(log); !introduced) return tl::unexpected(introduced.error());
    return log;
}

/// Our own log comes back as we sent it, unless somebody wrote with our key: a copied or rolled back node. Only a head
/// signed by that key says so; what else a peer claims is its own fault.
Result<void> check_own(const ReadTx& tx, const LogRow& log, const Segment& segment) {
    const auto head = open_head(segment.head, log.suite, log.signing_key);
    if (!head) return tl::unexpected(head.error());
    const std::string where = "log " + segment.log.value();
    if (head->log != log.id || head->size < segment.to)
        return fail({ErrorCode::bad_proof, "its head is not one of this log, or smaller than the segment", where,
                     "report it to the sender"});
    const bool ours = head->size <= log.size &&
                      head->root == root_at(hash_of(log.suite), head->size.value(), node_reader(tx, log.no));
    if (ours) return {};
    return fail({ErrorCode::fork, "a peer holds a head of our own log, signed with our key, that is not of ours", where,
                 "this node was copied or rolled back: stop it and restore it with minglu restore"});
}

/// Every vector names every log, so their number is bounded: one for each restore, and plenty of those.
constexpr std::ptrdiff_t logs_per_node_max = 256;

std::ptrdiff_t logs_of(const NodeId& node, const ReadTx& tx, const Proofs& proofs) {
    const auto logs = tx.logs();
    return std::count_if(logs.begin(), logs.end(), [&](const LogRow& log) { return node_of(log.id) == node; }) +
           std::count_if(proofs.proved.begin(), proofs.proved.end(), [&](const auto& proved) {
               return node_of(proved.first) == node && proved.second.log.no == LogNo{};
           });
}

Result<void> prove_one(const ReadTx& tx, const Segment& segment, const std::vector<const RecordLines*>& records,
                       const KnownKeys& keys, Proofs& proofs) {
    auto log = log_of(tx, segment.log, keys);
    if (!log) return tl::unexpected(log.error());
    if (log->own) return check_own(tx, *log, segment);
    if (log->no == LogNo{} && logs_of(node_of(segment.log), tx, proofs) >= logs_per_node_max)
        return fail({ErrorCode::too_large, "its node has opened more than 256 logs", "log " + segment.log.value(),
                     "ask the node what opens new logs; a restore opens one"});
    if (!opens_as_carded(*log, records)) return fail(wrong_opening(segment.log));
    auto proof = prove_segment(*log, node_reader(tx, log->no), segment, records);
    if (!proof) return tl::unexpected(proof.error());
    const Seq size = log->size;
    proofs.proved.emplace(segment.log, Proved{*std::move(log), segment, *std::move(proof), size});
    return {};
}

Error no_card(const LogId& log) {
    return {ErrorCode::unknown_log, "a log of a node whose card is not pinned here", "log " + log.value(),
            "exchange cards with " + node_of(log).value() + ", or do nothing if its records are not wanted"};
}

Proofs prove_all(const ReadTx& tx, const Bundle& bundle, const KnownKeys& keys, const NodeId& from) {
    std::map<LogId, std::vector<const RecordLines*>> records_of;
    for (const RecordLines& record : bundle.records) records_of[record.header.log].push_back(&record);
    Proofs proofs;
    for (const Segment& segment : bundle.info.segments) {
        if (!keys.knows(node_of(segment.log))) {
            proofs.report.unknown.push_back(segment.log);
            proofs.incidents.push_back(incident_of(no_card(segment.log), from, segment.log));
            continue;
        }
        const auto proved = prove_one(tx, segment, records_of[segment.log], keys, proofs);
        if (proved) continue;
        proofs.report.refused.emplace_back(segment.log, proved.error());
        proofs.incidents.push_back(incident_of(proved.error(), from, segment.log));
    }
    return proofs;
}

IncidentRow invalid_record(const Dot& dot, const NodeId& from, const std::string& fault) {
    return {0,
            {},
            "invalid_record",
            from.value(),
            to_string(dot),
            fault,
            "the record is kept and forwarded, and has no effect",
            "tell the node that wrote it; its program is at fault",
            1};
}

IncidentRow clock_ahead(const Dot& dot, const NodeId& from, HybridTime time) {
    return {0,
            {},
            "clock_ahead",
            from.value(),
            dot.log.value(),
            "record " + to_string(dot) + " is dated " + to_string(UnixMs{time.ms}),
            "it was folded as usual; our clock was not moved",
            "compare the clocks of both nodes with a time server",
            1};
}

}  // namespace

/// Takes the records of the proved segments, in the sender's order of arrival.
void Replica::take(WriteTx& tx, const Bundle& bundle, Proofs& proofs, const NodeId& from) {
    for (auto& [id, one] : proofs.proved)
        if (one.log.no == LogNo{}) one.log.no = tx.add_log(one.log);
    last_arrival_ = std::max(last_arrival_, clock_.now());
    Intake intake(tx, last_arrival_);
    for (const RecordLines& record : bundle.records) {
        const auto found = proofs.proved.find(record.header.log);
        if (found == proofs.proved.end() || record.header.seq <= found->second.log.size) continue;
        const std::string fault = intake.take(found->second.log, record);
        ++proofs.report.records;
        proofs.report.ops += record.op_lines.size();
        const Dot dot{record.header.log, record.header.seq};
        if (!fault.empty()) proofs.incidents.push_back(invalid_record(dot, from, fault));
        if (record.header.time.ms > clock_.now().value() + clock_skew_max_ms)
            proofs.incidents.push_back(clock_ahead(dot, from, record.header.time));
        else
            last_time_ = std::max(last_time_, record.header.time);
    }
    for (const auto& [id, at] : intake.cuts())
        if (const auto found = proofs.proved.find(id); found != proofs.proved.end()) found->second.log.cut = at;
    refold(tx, intake.touched(), trie(tx), last_arrival_, beside_);
}

Result<IngestReport> Replica::ingest(std::string_view bytes, const NodeId& from) {
    const auto bundle = parse_bundle(bytes);
    if (!bundle) {
        report(incident_of(bundle.error(), from, LogId{}));
        return tl::unexpected(bundle.error());
    }
    const std::scoped_lock lock(writer_);
    Proofs proofs;
    std::vector<Head> heads;
    try {
        const auto tx = store_.write();
        proofs = prove_all(*tx, *bundle, KnownKeys(*tx, node_, signer_), from);
        take(*tx, *bundle, proofs, from);
        bool newer_heads = false;
        for (auto& [id, one] : proofs.proved) {
            newer_heads = adopt_head(one.log, one) || newer_heads;
            tx->update_log(one.log);
            heads.push_back(one.proof.head);
        }
        for (IncidentRow& incident : proofs.incidents) {
            incident.at = clock_.now();
            tx->add_incident(incident);
        }
        LogRow own = own_log(*tx);
        if (proofs.report.records > 0) {
            seal(*tx, own);
        } else if (newer_heads || !proofs.incidents.empty()) {
            Standing next = standing_with(*tx, own, parse_note(own.head)->head);
            minglu::commit(*tx);
            announce(std::move(next));
        }
    } catch (...) {
        trie_.reset();
        throw;
    }
    proofs.report.sender_vector = bundle->info.vector;
    compare_states(heads, proofs.report);
    return std::move(proofs.report);
}

/// Same vector, same fold version, other state root: two nodes read the same records differently.
void Replica::compare_states(const std::vector<Head>& heads, IngestReport& report) {
    for (const Head& head : heads) {
        if (head.fold != fold_version) continue;
        for (const auto& [vector, state] : recent_states_)
            if (vector == head.vector && state != head.state) report.diverged.push_back(head.log);
    }
    if (report.diverged.empty()) return;
    const auto tx = store_.write();
    for (const LogId& log : report.diverged)
        tx->add_incident({0, clock_.now(), "divergence", node_of(log).value(), log.value(),
                          "a head with the same vector as ours and another state root", "nothing was changed",
                          "run minglu verify on both nodes, then minglu rebuild on the one that fails", 1});
    minglu::commit(*tx);
}

}  // namespace minglu
