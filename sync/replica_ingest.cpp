// Writes of peers: bundles are proved log by log, then taken in the sender's order of arrival, in one transaction.
#include <algorithm>
#include <map>
#include <tuple>

#include "catalog/entry_views.hpp"
#include "sync/bundle_proofs.hpp"
#include "sync/cosignatures.hpp"
#include "sync/divergence.hpp"
#include "sync/fork_proof.hpp"
#include "sync/intake.hpp"
#include "sync/intake_incidents.hpp"
#include "sync/refold.hpp"
#include "sync/replica.hpp"
#include "sync/replica_detail.hpp"

namespace minglu {

namespace {

/// Root of all records held of a log.
Hash root_of(const LogRow& log) {
    const auto tree = TreeFrontier::restore(hash_of(log.suite), log.size.value(), log.frontier);
    if (!tree) throw StoreFault(ErrorCode::corrupt, "frontier of " + log.id.value());
    return tree->root();
}

/// Whether the head held is proved from the records held, all of them, now that there may be more. Of a log that is cut
/// what came in may be of another branch than the head.
bool still_covers(const LogRow& log, const Proved& one) {
    if (log.head_size > log.size) return log.size == one.size_before;
    return log.head_size == log.size && parse_note(log.head).value().head.root == root_of(log);
}

/// Keeps the largest head that is proved from the records held: another one only for the same log further on, or when
/// the one held has lost its proof.
bool adopt_head(const ReadTx& tx, LogRow& log, const Proved& one) {
    const Head& head = one.proof.head;
    const bool larger = std::tie(head.size, head.time) > std::tie(log.head_size, log.head_time);
    // Of a log that is cut the steps to a head are checked only where records came with it.
    const bool is_led_to = one.segment.to == log.size && (!log.cut || log.size > one.size_before);
    const bool reaches = head.size == log.size ? !log.cut || head.root == root_of(log) : is_led_to;
    const bool better = larger && one.proof.continuity == Continuity::proved;
    if (!reaches || (!better && still_covers(log, one))) return false;
    log.head = note_text(kept_of(parse_note(one.segment.head).value(), keys_of_log(tx, log)));
    log.head_size = head.size;
    log.head_time = head.time;
    log.head_proof = head.size == log.size ? std::vector<ProofStep>{} : one.segment.steps;
    return true;
}

/// As they travel, each with its line end.
std::uint64_t bytes_of_lines(const RecordLines& record) {
    std::uint64_t bytes = record.header_line.size() + 1;
    for (const std::string_view line : record.op_lines) bytes += line.size() + 1;
    return bytes;
}

}  // namespace

/// Takes the records of the proved segments, in the sender's order of arrival. False when some node writes an entry
/// more often than is taken at once, which is noted: then the transaction has to be given up.
bool Replica::take(WriteTx& tx, const Bundle& bundle, Proofs& proofs, const NodeId& from) {
    for (auto& [id, one] : proofs.proved)
        if (one.log.no == LogNo{}) one.log.no = tx.add_log(one.log);
    last_arrival_ = std::max(last_arrival_, clock_.now());
    Intake intake(tx, last_arrival_);
    std::map<LogId, std::uint64_t> bytes;
    for (const RecordLines& record : bundle.records) {
        const auto found = proofs.proved.find(record.header.log);
        if (found == proofs.proved.end() || record.header.seq <= found->second.log.size) continue;
        const bool was_crowded = intake.crowded().has_value();
        const std::string fault = intake.take(found->second.log, record);
        const NodeId author = node_of(record.header.log);
        if (proofs.quotas == Quotas::apply && intake.crowded() && !was_crowded && author != node_) {
            proofs.crowding.emplace(author, *intake.crowded());
            return false;
        }
        ++proofs.report.records;
        proofs.report.ops += record.op_lines.size();
        bytes[record.header.log] += bytes_of_lines(record);
        const Dot dot{record.header.log, record.header.seq};
        if (!fault.empty()) proofs.incidents.push_back(invalid_record(dot, from, fault));
        if (record.header.version > reading_.version)
            proofs.incidents.push_back(newer_version(dot, from, record.header.version));
        if (record.header.time.ms > clock_.now().value() + clock_skew_max_ms)
            proofs.incidents.push_back(clock_ahead(dot, from, record.header.time));
        else
            last_time_ = std::max(last_time_, record.header.time);
    }
    for (const auto& [id, cut] : intake.cuts())
        if (const auto found = proofs.proved.find(id); found != proofs.proved.end()) found->second.log.cut = cut;
    proofs.counted_before = intake.counted_before();
    std::map<LogId, Seq> sizes_before;
    for (const auto& [id, one] : proofs.proved)
        if (node_of(id) != node_) sizes_before.emplace(id, one.size_before);
    std::map<NodeId, Crowd> crowds;
    refold_touched(tx, intake, [&](const EntryViews& views) { count_crowd(views, sizes_before, crowds); });
    if (proofs.quotas == Quotas::apply) {
        count_bytes(tx, bytes, proofs, from);
        count_crowds(tx, crowds, proofs, from);
    }
    return true;
}

void Replica::count_bytes(WriteTx& tx, const std::map<LogId, std::uint64_t>& bytes, Proofs& proofs,
                          const NodeId& from) {
    const DailyQuota today = quota();
    for (const auto& [log, count] : bytes)
        if (node_of(log) != node_ && today.add(tx, log, count))
            proofs.incidents.push_back(quota_incident(log, from, today));
}

void Replica::count_crowds(WriteTx& tx, const std::map<NodeId, Crowd>& crowds, Proofs& proofs,
                           const NodeId& from) const {
    const DailyQuota today = quota();
    for (const auto& [author, crowd] : crowds)
        if (today.add_contested(tx, author, crowd.contests))
            proofs.incidents.push_back(crowd_incident(author, crowd, from));
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
        proofs.report.cosigned_spoilt = true;
        const auto head = parse_note(note);
        const auto log = head ? tx.log(head->head.log) : std::nullopt;
        if (log && rows.error().code == ErrorCode::fork) {
            Segment segment;
            segment.log = log->id;
            segment.head = note;
            refuse_log(*log, segment, keys.is_settled(*log) ? not_agreed_on(log->id) : rows.error(), from, proofs);
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
        news = adopt_head(tx, one.log, one) || news;
        for (const KeyChange& change : one.proof.disproved) remove_key_change(tx, change);
        tx.update_log(one.log);
        if (one.proof.continuity == Continuity::proved) heads.push_back(one.proof.head);
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

/// One bundle in one transaction; false as `take` has it, and nothing has happened.
bool Replica::take_proved(const Bundle& bundle, Proofs& proofs, const NodeId& from, std::vector<Head>& heads) {
    const auto tx = store_.write();
    take_keys(*tx, bundle, proofs, from);
    prove_all(*tx, bundle, KnownKeys(*tx, node_, *signer_), from, proofs, quota());
    if (!take(*tx, bundle, proofs, from)) return false;
    const bool vouched = take_cosigned(*tx, bundle, KnownKeys(*tx, node_, *signer_), from, clock_.now(), proofs);
    const bool adopted = write_back(*tx, proofs, clock_.now(), heads);
    const bool news = cosign_due(*tx) || adopted || vouched;
    bool reopened = false;
    if (proofs.leave_own) (void)reopen(*tx, std::nullopt, {});
    if (proofs.is_rolled_back) stop_writing(*tx);
    LogRow own = continue_own(*tx, proofs.counted_before, from, reopened);
    if (proofs.report.records > 0 || reopened || proofs.leave_own)
        seal(*tx, own);
    else if (news)
        commit_unsealed(*tx, own);
    return true;
}

Result<IngestReport> Replica::ingest(std::string_view bytes, const NodeId& from, Doubts doubts, Quotas quotas) {
    const auto bundle = parse_bundle(bytes, reading_.version);
    if (!bundle) {
        report(incident_of(bundle.error(), from, LogId{}));
        return tl::unexpected(bundle.error());
    }
    Proofs proofs;
    std::vector<Head> heads;
    {
        const std::scoped_lock lock(writer_);
        try {
            bool taken = false;
            while (!taken) {  // a second time without the logs of who brings too much at once
                Proofs again;
                again.doubts = doubts;
                again.quotas = quotas;
                again.crowding = std::move(proofs.crowding);
                proofs = std::move(again);
                taken = take_proved(*bundle, proofs, from, heads);
            }
        } catch (...) {
            trie_.reset();
            throw;
        }
    }
    for (const std::string& proof : proofs.found_forks) (void)accept_fork(proof, from);
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
        if (head.fold != reading_.fold) continue;
        for (const auto& [vector, state] : recent_states_)
            if (vector == head.vector && state != head.state) report.diverged.push_back(head.log);
    }
}

}  // namespace minglu
