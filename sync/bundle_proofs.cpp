#include "sync/bundle_proofs.hpp"

#include <algorithm>
#include <optional>

#include "sync/fork_in_segment.hpp"
#include "sync/intake_incidents.hpp"
#include "sync/merkle.hpp"
#include "sync/record_check.hpp"

namespace minglu {

Error not_agreed_on(const LogId& log) {
    return {ErrorCode::not_allowed, "another history than the one that was agreed on when its key was revoked",
            "log " + log.value(),
            "ask the sender where it comes from: whoever has the stolen key can make it; see the operations guide, "
            "lost or stolen key"};
}

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

namespace {

Error wrong_opening(const LogId& log) {
    return {
        ErrorCode::bad_signature, "its first record names other keys than the card of its node", "log " + log.value(),
        "compare the card's fingerprint with its owner, and pin the right card; if a key of the node was ever revoked, "
        "take over what people agreed on (a partner prints it: minglu peer revocations)"};
}

/// Record 1 must name the suite and the key of the card that vouches for the log. Of a log whose key was changed a
/// later key vouches for record 1, too: a change that claims another first key must not keep it out. Of a version that
/// is not read its head alone vouches for it.
bool opens_as_carded(const LogKeys& keys, const std::vector<const RecordLines*>& records) {
    if (records.empty() || records.front()->header.seq != Seq{1}) return true;
    const Header& header = records.front()->header;
    if (header.version > record_version && is_unread(header)) return true;
    const auto& open = header.open;
    return open && open->suite == keys.suite && (open->signing_key == keys.last || !keys.changes.empty());
}

/// A node that began anew meets its own past.
Error of_former_key(Error error, const LogId& log) {
    error.cure =
        "this node signed it with a key that it has no more: take over what your partners agreed on, minglu "
        "peer revoke " +
        node_of(log).value() + " --file FILE --fingerprint TEXT; see the operations guide, lost or stolen key";
    return error;
}

Error two_histories(const LogId& log) {
    return {ErrorCode::fork, "a head and a change of key that contradict each other, signed with one key",
            "log " + log.value(), "keep both heads and ask the log's node; see the operations guide, fork"};
}

Error two_branches(const LogId& log) {
    return {ErrorCode::fork, "it has forked: its node has signed two branches", "log " + log.value(),
            "see minglu incident forks"};
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

/// Proved to have forked, and not cut yet by its node: no branch of it is taken, unless people told which one counts.
bool awaits_cut(const ReadTx& tx, const KnownKeys& keys, const LogRow& log) {
    const auto forks = tx.forks();
    const auto agreed = keys.agreed(log.id);
    if (agreed && is_told(*agreed, log.size)) return false;
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
    if (awaits_cut(tx, keys, log))
        return Error{ErrorCode::fork, "it has forked, and its node has not cut it yet", where,
                     "see minglu incident forks"};
    if (log.cut && segment.to > log.cut->at)
        return Error{ErrorCode::stale, "its sender does not know yet where it is cut", where, "it is asked for again"};
    const auto vouched = keys.vouched(log.id);
    const auto note = parse_note(segment.head);
    if (!log.cut && vouched && log.size < vouched->size && note && note->head.size < vouched->size)
        return Error{ErrorCode::stale, "its sender has no head of it that a later key of its node, or people, know",
                     where, "it is asked for again"};
    return std::nullopt;
}

Error crowding_error(const LogId& log, const EntryKey& key) {
    return {ErrorCode::too_large, "more writes of " + key.value() + " than are taken from one bundle",
            "log " + log.value(), "bring it in smaller bundles, down to 64 KiB"};
}

/// Where a log ends for the proof of a segment. While less is held of it than a change of key or people vouch for,
/// whoever has an older key must not tell another history: the head has to be the one that the newer key knows, or one
/// beyond it, which only the newer key signs. What is said to end there is proved like a log that is cut there.
Result<std::optional<Cut>> cut_for(const LogRow& log, const std::optional<Vouched>& vouched, const Segment& segment) {
    if (log.cut || !vouched || log.size >= vouched->size) return log.cut;
    const auto note = parse_note(segment.head);
    if (!note || note->head.size < vouched->size ||
        (note->head.size == vouched->size && note->head.root == vouched->root))
        return log.cut;
    if (note->head.size > vouched->size)
        return vouched->ends ? std::optional<Cut>(Cut{log.id, vouched->size, vouched->root}) : log.cut;
    return fail({ErrorCode::bad_proof, "its head is not the one that a later key of its node, or people, know",
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
        if (segment.from.value() > log.size.value() + 1) {
            proofs.is_rolled_back = true;
            return {};
        }
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
        if (doubtful && keys.is_settled(log)) return refuse_log(log, segment, not_agreed_on(log.id), from, proofs);
        const auto fork = doubtful ? fork_in_segment(tx, log, keys_of_log(tx, log), segment, records) : std::nullopt;
        if (fork) {
            proofs.report.refused.emplace_back(log.id, two_branches(log.id));
            proofs.found_forks.push_back(serialise(*fork));
            return;
        }
        if (proved.error().code == ErrorCode::bad_signature && node_of(log.id) == keys.self())
            return refuse_log(log, segment, of_former_key(proved.error(), log.id), from, proofs);
        refuse_log(log, segment, proved.error(), from, proofs);
    } catch (const StoreFault& fault) {
        if (fault.code() != ErrorCode::corrupt) throw;
        damaged(fault.what());
    }
}

}  // namespace

void prove_all(const ReadTx& tx, const Bundle& bundle, const KnownKeys& keys, const NodeId& from, Proofs& proofs,
               const DailyQuota& quota) {
    std::map<LogId, std::vector<const RecordLines*>> records_of;
    for (const RecordLines& record : bundle.records) records_of[record.header.log].push_back(&record);
    for (const Vector::Item& item : bundle.info.damaged.items())
        if (keys.knows(node_of(item.first)))
            refuse_damaged(item.first, their_damage({item.first, item.second}, from), proofs);
    std::map<NodeId, std::vector<LogId>> unknown;
    for (const Segment& segment : bundle.info.segments) {
        const auto log = keys.log_of(tx, segment.log);
        if (!log && log.error().code == ErrorCode::unknown_log) {
            proofs.report.unknown.push_back(segment.log);
            unknown[node_of(segment.log)].push_back(segment.log);
            continue;
        }
        if (!log) {
            refuse_log({}, segment, log.error(), from, proofs);
            continue;
        }
        if (const auto crowd = proofs.crowding.find(node_of(log->id)); crowd != proofs.crowding.end()) {
            proofs.report.postponed.emplace_back(segment.log, crowding_error(segment.log, crowd->second));
            continue;
        }
        if (auto reason = postponed(tx, keys, *log, segment, proofs.quotas == Quotas::apply ? &quota : nullptr)) {
            proofs.report.postponed.emplace_back(segment.log, *std::move(reason));
            continue;
        }
        prove_or_refuse(tx, *log, segment, records_of[segment.log], keys, from, proofs);
    }
    for (const auto& [node, logs] : unknown)
        proofs.incidents.push_back(unknown_node(keys.log_of(tx, logs.front()).error(), from, logs));
}

}  // namespace minglu
