// Writes of peers: bundles are proved log by log, then taken in the sender's order of arrival, in one transaction.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "catalog/entry_views.hpp"
#include "sync/cosignatures.hpp"
#include "sync/divergence.hpp"
#include "sync/fork_proof.hpp"
#include "sync/intake.hpp"
#include "sync/known_keys.hpp"
#include "sync/merkle.hpp"
#include "sync/record_check.hpp"
#include "sync/refold.hpp"
#include "sync/replica.hpp"
#include "sync/replica_detail.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

IncidentRow incident_of(const Error& error, const NodeId& from, const LogId& log) {
    IncidentRow incident;
    incident.kind = error.code == ErrorCode::bad_proof     ? "root_mismatch"
                    : error.code == ErrorCode::not_allowed ? "old_key"
                                                           : std::string(name(error.code));
    incident.peer = from.value();
    incident.subject = log.value();
    incident.received = error.what;
    incident.done = "nothing of this log was taken";
    incident.advice = error.cure;
    return incident;
}

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
    std::vector<ForkRow> forks;  ///< pairs of heads that contradict each other
    IngestReport report;
    Doubts doubts = Doubts::report;
    Quotas quotas = Quotas::apply;
    bool leave_own = false;
    bool new_keys = false;
    std::map<LogId, Seq> counted_before;  ///< of the logs that records of this bundle have cut
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
    log.head = note_text(only_signed_by(parse_note(one.segment.head).value(), node_of(log.id)));
    log.head_size = head.size;
    log.head_time = head.time;
    log.head_proof = head.size == log.size ? std::vector<ProofStep>{} : one.segment.steps;
    return true;
}

Error wrong_opening(const LogId& log) {
    return {ErrorCode::bad_signature, "its first record names other keys than the card of its node",
            "log " + log.value(), "compare the card's fingerprint with its owner, and pin the right card"};
}

/// Record 1 must name the suite and the key of the card that vouches for the log. Of a log whose key was changed a
/// later key vouches for record 1, too: a change that claims another first key must not keep it out.
bool opens_as_carded(const LogKeys& keys, const std::vector<const RecordLines*>& records) {
    if (records.empty() || records.front()->header.seq != Seq{1}) return true;
    const auto& open = records.front()->header.open;
    return open && open->suite == keys.suite && (open->signing_key == keys.last || !keys.changes.empty());
}

Error two_histories(const LogId& log) {
    return {ErrorCode::fork, "a head and a change of key that contradict each other, signed with one key",
            "log " + log.value(), "keep both heads and ask the log's node; see the operations guide, fork"};
}

Error not_ours(const LogId& log) {
    return {ErrorCode::fork, "a head of our own log, signed with our key, that does not go with what we wrote",
            "log " + log.value(), "see the operations guide, copied node: two programs have written as this node"};
}

/// Our own log comes back as we sent it, unless somebody wrote with our key: this node was copied or rolled back. Only
/// a head signed by that key says so; what else a peer claims is its own fault. True when the head is of what we hold.
Result<bool> is_ours(const ReadTx& tx, const LogRow& log, const LogKeys& keys, const Segment& segment) {
    const auto head = open_head(segment.head, keys);
    if (!head) return tl::unexpected(head.error());
    if (head->log != log.id || head->size < segment.to)
        return fail({ErrorCode::bad_proof, "its head is not one of this log, or smaller than the segment",
                     "log " + segment.log.value(), "report it to the sender"});
    if (head->size > log.size) return false;
    if (head->root == root_at(hash_of(log.suite), head->size.value(), node_reader(tx, log.no))) return true;
    return fail(not_ours(log.id));
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

/// Proved to have forked, and not cut yet by its node: no branch of it is taken.
bool awaits_cut(const ReadTx& tx, const LogRow& log) {
    const auto forks = tx.forks();
    return !log.cut && std::any_of(forks.begin(), forks.end(),
                                   [&](const ForkRow& fork) { return fork.log == log.id && fork.common; });
}

/// Why a log is not taken now, though nobody is to blame for it.
std::optional<Error> postponed(const ReadTx& tx, const KnownKeys& keys, const LogRow& log, const Segment& segment,
                               const DailyQuota* quota) {
    const std::string where = "log " + log.id.value();
    if (quota != nullptr && !log.own && segment.to > log.size && quota->is_used_up(tx, log.id))
        return Error{ErrorCode::busy, "it has brought in what it may on one day", where,
                     "it is asked for again on the next day of this node's clock"};
    if (awaits_cut(tx, log))
        return Error{ErrorCode::fork, "it has forked, and its node has not cut it yet", where,
                     "see minglu incident forks"};
    if (log.cut && segment.to > log.cut->at)
        return Error{ErrorCode::stale, "its sender does not know yet where it is cut", where, "it is asked for again"};
    const auto vouched = keys.vouched(log.id);
    const auto note = parse_note(segment.head);
    if (!log.cut && vouched && log.size < vouched->size && note && note->head.size < vouched->size)
        return Error{ErrorCode::stale, "its sender has no head of it that a later key of its node knows", where,
                     "it is asked for again"};
    return std::nullopt;
}

/// Where a log ends for the proof of a segment. While less is held of it than a change of key vouches for, whoever has
/// an older key must not tell another history: the head has to be the one that the newer key knows, or one beyond it,
/// which only the newer key signs. What the newer key says ends there is proved like a log that is cut there.
Result<std::optional<Cut>> cut_for(const LogRow& log, const std::optional<Vouched>& vouched, const Segment& segment) {
    if (log.cut || !vouched || log.size >= vouched->size) return log.cut;
    const auto note = parse_note(segment.head);
    if (!note || note->head.size < vouched->size ||
        (note->head.size == vouched->size && note->head.root == vouched->root))
        return log.cut;
    if (note->head.size > vouched->size)
        return vouched->ends ? std::optional<Cut>(Cut{log.id, vouched->size, vouched->root}) : log.cut;
    return fail({ErrorCode::bad_proof, "its head is not the one that a later key of its node knows",
                 "log " + log.id.value(), "nothing was taken; report it to the sender if it persists"});
}

Result<void> prove_one(const ReadTx& tx, const KnownKeys& known, LogRow log, const Segment& segment,
                       const std::vector<const RecordLines*>& records, Proofs& proofs) {
    if (log.size == Seq{}) known.introduce(log, segment.head);
    const LogKeys keys = keys_of_log(tx, log);
    const bool own = log.own;
    if (own) {
        const auto ours = is_ours(tx, log, keys, segment);
        if (!ours) return tl::unexpected(ours.error());
        if (*ours) return {};
        log.own = false;  // it goes on elsewhere: taken like that of any other, and left by us
    }
    if (log.no == LogNo{} && logs_of(node_of(segment.log), tx, proofs) >= logs_per_node_max)
        return fail({ErrorCode::too_large, "its node has opened more than 256 logs", "log " + segment.log.value(),
                     "ask the node what opens new logs; a restore opens one"});
    if (!opens_as_carded(keys, records)) return fail(wrong_opening(segment.log));
    const auto cut = cut_for(log, known.vouched(log.id), segment);
    if (!cut) return tl::unexpected(cut.error());
    LogRow judged = log;
    judged.cut = *cut;
    auto proof = prove_segment(judged, keys, node_reader(tx, log.no), segment, records);
    if (!proof && own && proof.error().code == ErrorCode::bad_proof) return fail(not_ours(log.id));
    if (!proof) return tl::unexpected(proof.error());
    for (const KeyChange& change : proof->disproved)  // of an older key: the log, which a later one signs, is right
        if (known.is_newest(node_of(log.id), change.to)) return fail(two_histories(log.id));
    if (!judged.cut)
        if (auto counts = known.check_counts(log.id, keys.key_at(proof->head.size), proof->head.size); !counts)
            return counts;
    const Seq size = log.size;
    proofs.proved.emplace(segment.log, Proved{std::move(log), segment, *std::move(proof), size});
    return {};
}

/// A refused log: an incident, or a doubt where proofs can tell who is to blame.
void refuse_log(const LogRow& log, const Segment& segment, const Error& error, const NodeId& from, Proofs& proofs) {
    proofs.report.refused.emplace_back(segment.log, error);
    IncidentRow incident = incident_of(error, from, segment.log);
    const bool fork = error.code == ErrorCode::fork;
    const bool doubtful = log.size != Seq{} && (fork || error.code == ErrorCode::bad_proof);
    if (fork && !log.head.empty())
        proofs.forks.push_back({0, {}, log.id, from.value(), log.head, segment.head, std::nullopt, ""});
    if (fork) incident.done = "nothing of this log was taken; both heads are kept";
    if (doubtful && !fork && proofs.doubts == Doubts::keep) {
        proofs.report.doubts.push_back({log.id, std::move(incident)});
        return;
    }
    if (doubtful && proofs.doubts == Doubts::keep) proofs.report.doubts.push_back({log.id, std::nullopt});
    if (fork && log.own && proofs.doubts == Doubts::report) proofs.leave_own = true;
    proofs.incidents.push_back(std::move(incident));
}

/// A damaged copy of a log, here or at the sender, stops that log alone and accuses nobody.
void refuse_damaged(const LogId& log, IncidentRow incident, Proofs& proofs) {
    proofs.report.postponed.emplace_back(log, Error{ErrorCode::corrupt, incident.received, "log " + log.value(),
                                                    "see the operations guide, damaged database"});
    proofs.incidents.push_back(std::move(incident));
}

void prove_or_refuse(const ReadTx& tx, const LogRow& log, const Segment& segment,
                     const std::vector<const RecordLines*>& records, const KnownKeys& keys, const NodeId& from,
                     Proofs& proofs) {
    const auto damaged = [&](const std::string& what) {
        refuse_damaged(log.id, own_damage(log.id, keys.self(), what), proofs);
    };
    try {
        const auto proved = prove_one(tx, keys, log, segment, records, proofs);
        if (proved) return;
        const bool doubtful = proved.error().code == ErrorCode::bad_proof || proved.error().code == ErrorCode::fork;
        if (doubtful && !tree_is_sound(tx, log)) return damaged("its tree does not lead to its head");
        refuse_log(log, segment, proved.error(), from, proofs);
    } catch (const StoreFault& fault) {
        if (fault.code() != ErrorCode::corrupt) throw;
        damaged(fault.what());
    }
}

void prove_all(const ReadTx& tx, const Bundle& bundle, const KnownKeys& keys, const NodeId& from, Proofs& proofs,
               const DailyQuota& quota) {
    std::map<LogId, std::vector<const RecordLines*>> records_of;
    for (const RecordLines& record : bundle.records) records_of[record.header.log].push_back(&record);
    for (const Vector::Item& item : bundle.info.damaged.items())
        if (keys.knows(node_of(item.first)))
            refuse_damaged(item.first, their_damage({item.first, item.second}, from), proofs);
    for (const Segment& segment : bundle.info.segments) {
        const auto log = keys.log_of(tx, segment.log);
        if (!log && log.error().code == ErrorCode::unknown_log) {
            proofs.report.unknown.push_back(segment.log);
            proofs.incidents.push_back(incident_of(log.error(), from, segment.log));
            continue;
        }
        if (!log) {
            refuse_log({}, segment, log.error(), from, proofs);
            continue;
        }
        if (auto reason = postponed(tx, keys, *log, segment, proofs.quotas == Quotas::apply ? &quota : nullptr)) {
            proofs.report.postponed.emplace_back(segment.log, *std::move(reason));
            continue;
        }
        prove_or_refuse(tx, *log, segment, records_of[segment.log], keys, from, proofs);
    }
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

/// An older copy of the keys runs: others refuse what it signs from now on.
IncidentRow own_key_is_old(const KeyChange& change, const NodeId& from) {
    return {0,
            {},
            "old_key",
            from.value(),
            change.log.value(),
            "our log went on with another signing key after record " + std::to_string(change.at.value()),
            "this node signs with the key that it has; nodes that know of the change refuse it",
            "put back the newer keys directory, or make a new card with minglu key rotate and have it pinned",
            1};
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

/// As they travel, each with its line end.
std::uint64_t bytes_of_lines(const RecordLines& record) {
    std::uint64_t bytes = record.header_line.size() + 1;
    for (const std::string_view line : record.op_lines) bytes += line.size() + 1;
    return bytes;
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

IncidentRow newer_version(const Dot& dot, const NodeId& from, std::uint32_t version) {
    return {0,
            {},
            std::string(name(ErrorCode::unsupported_version)),
            from.value(),
            dot.log.value(),
            "record " + to_string(dot) + " is of version " + std::to_string(version),
            "it is kept and forwarded, and has no effect here yet",
            "upgrade this program; then run minglu rebuild",
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

/// Takes the records of the proved segments, in the sender's order of arrival.
void Replica::take(WriteTx& tx, const Bundle& bundle, Proofs& proofs, const NodeId& from) {
    for (auto& [id, one] : proofs.proved)
        if (one.log.no == LogNo{}) one.log.no = tx.add_log(one.log);
    last_arrival_ = std::max(last_arrival_, clock_.now());
    Intake intake(tx, last_arrival_);
    std::map<LogId, std::uint64_t> bytes;
    for (const RecordLines& record : bundle.records) {
        const auto found = proofs.proved.find(record.header.log);
        if (found == proofs.proved.end() || record.header.seq <= found->second.log.size) continue;
        const std::string fault = intake.take(found->second.log, record);
        ++proofs.report.records;
        proofs.report.ops += record.op_lines.size();
        bytes[record.header.log] += bytes_of_lines(record);
        const Dot dot{record.header.log, record.header.seq};
        if (!fault.empty()) proofs.incidents.push_back(invalid_record(dot, from, fault));
        if (record.header.version > record_version)
            proofs.incidents.push_back(newer_version(dot, from, record.header.version));
        if (record.header.time.ms > clock_.now().value() + clock_skew_max_ms)
            proofs.incidents.push_back(clock_ahead(dot, from, record.header.time));
        else
            last_time_ = std::max(last_time_, record.header.time);
    }
    for (const auto& [id, cut] : intake.cuts())
        if (const auto found = proofs.proved.find(id); found != proofs.proved.end()) found->second.log.cut = cut;
    proofs.counted_before = intake.counted_before();
    refold_touched(tx, intake);
    if (proofs.quotas == Quotas::apply) count_bytes(tx, bytes, proofs, from);
}

void Replica::count_bytes(WriteTx& tx, const std::map<LogId, std::uint64_t>& bytes, Proofs& proofs,
                          const NodeId& from) {
    const DailyQuota today = quota();
    for (const auto& [log, count] : bytes)
        if (node_of(log) != node_ && today.add(tx, log, count))
            proofs.incidents.push_back(quota_incident(log, from, today));
}

namespace {

/// Cosignatures that came along, once the records have been taken that they speak of. True when there are new ones.
bool take_cosigned(WriteTx& tx, const Bundle& bundle, const KnownKeys& keys, const NodeId& from, UnixMs now,
                   Proofs& proofs) {
    bool news = false;
    for (const std::string& note : bundle.info.cosigned) {
        const auto rows = read_cosigned(tx, keys, note, now);
        if (rows) {
            for (const CosignatureRow& row : *rows) tx.put_cosignature(row);
            news = news || !rows->empty();
            continue;
        }
        const auto head = parse_note(note);
        const auto log = head ? tx.log(head->head.log) : std::nullopt;
        if (log && rows.error().code == ErrorCode::fork) {
            Segment segment;
            segment.log = log->id;
            segment.head = note;
            refuse_log(*log, segment, rows.error(), from, proofs);
            continue;
        }
        IncidentRow incident = incident_of(rows.error(), from, log ? log->id : LogId{});
        incident.done = "the cosignatures below this head were not taken";
        proofs.incidents.push_back(std::move(incident));
    }
    return news;
}

/// Heads, forks and incidents of a bundle whose records have been taken. True when there is something to announce.
bool write_back(WriteTx& tx, Proofs& proofs, UnixMs now, std::vector<Head>& heads) {
    bool news = !proofs.incidents.empty() || proofs.new_keys;
    for (auto& [id, one] : proofs.proved) {
        news = adopt_head(one.log, one) || news;
        for (const KeyChange& change : one.proof.disproved) remove_key_change(tx, change);
        tx.update_log(one.log);
        heads.push_back(one.proof.head);
    }
    for (ForkRow& fork : proofs.forks) {
        const auto known = tx.forks();  // the first pair is proof enough; later heads of the branches add nothing
        if (std::any_of(known.begin(), known.end(), [&](const ForkRow& row) { return row.log == fork.log; })) continue;
        fork.at = now;
        fork.head_a = with_cosignatures(tx, fork.head_a);
        fork.head_b = with_cosignatures(tx, fork.head_b);
        tx.add_fork(fork);
    }
    for (IncidentRow& incident : proofs.incidents) {
        incident.at = now;
        tx.add_incident(incident);
    }
    return news;
}

}  // namespace

Result<IngestReport> Replica::ingest(std::string_view bytes, const NodeId& from, Doubts doubts, Quotas quotas) {
    const auto bundle = parse_bundle(bytes);
    if (!bundle) {
        report(incident_of(bundle.error(), from, LogId{}));
        return tl::unexpected(bundle.error());
    }
    Proofs proofs;
    proofs.doubts = doubts;
    proofs.quotas = quotas;
    std::vector<Head> heads;
    {
        const std::scoped_lock lock(writer_);
        try {
            const auto tx = store_.write();
            take_keys(*tx, *bundle, proofs, from);
            prove_all(*tx, *bundle, KnownKeys(*tx, node_, *signer_), from, proofs, quota());
            take(*tx, *bundle, proofs, from);
            const bool vouched =
                take_cosigned(*tx, *bundle, KnownKeys(*tx, node_, *signer_), from, clock_.now(), proofs);
            const bool adopted = write_back(*tx, proofs, clock_.now(), heads);
            const bool news = cosign_due(*tx) || adopted || vouched;
            bool reopened = false;
            if (proofs.leave_own) (void)reopen(*tx, std::nullopt, {});
            LogRow own = continue_own(*tx, proofs.counted_before, from, reopened);
            if (proofs.report.records > 0 || reopened || proofs.leave_own)
                seal(*tx, own);
            else if (news)
                commit_unsealed(*tx, own);
        } catch (...) {
            trie_.reset();
            throw;
        }
    }
    take_forks(*bundle, from, proofs.report);
    proofs.report.sender_vector = bundle->info.vector;
    proofs.report.cosigned_upto = bundle->info.cosigned_upto;
    find_diverged(heads, proofs.report);
    if (doubts == Doubts::report)
        for (const LogId& log : proofs.report.diverged) this->report(divergence_incident(log, nullptr));
    return std::move(proofs.report);
}

/// Proofs of forks come by themselves: they need none of the records.
void Replica::take_forks(const Bundle& bundle, const NodeId& from, IngestReport& report_to) {
    for (const std::string& text : bundle.info.forks) {
        const auto accepted = accept_fork(text, from);
        if (accepted) continue;
        const auto proof = parse_fork_proof(text);
        const LogId log = proof ? proof->log : LogId{};
        if (accepted.error().code == ErrorCode::unknown_log) {
            report_to.unknown.push_back(log);
            continue;
        }
        report(incident_of(accepted.error(), from, log));
        report_to.refused.emplace_back(log, accepted.error());
    }
}

/// Same vector, same fold version, other state root: two nodes read the same records differently.
void Replica::find_diverged(const std::vector<Head>& heads, IngestReport& report) {
    const std::scoped_lock lock(writer_);
    for (const Head& head : heads) {
        if (head.fold != fold_version) continue;
        for (const auto& [vector, state] : recent_states_)
            if (vector == head.vector && state != head.state) report.diverged.push_back(head.log);
    }
}

}  // namespace minglu
