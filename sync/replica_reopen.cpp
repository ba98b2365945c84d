// New logs: at the first start, after a restore, when the log was continued elsewhere, when it has forked.
#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include "sync/cosignatures.hpp"
#include "sync/fork_proof.hpp"
#include "sync/intake.hpp"
#include "sync/known_keys.hpp"
#include "sync/merkle.hpp"
#include "sync/refold.hpp"
#include "sync/reissue.hpp"
#include "sync/replica.hpp"
#include "sync/replica_detail.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

std::string hex16(std::uint64_t number) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
    return text.data();
}

std::string told(const std::string& note) {
    const auto head = parse_note(note);
    if (!head) return "a head that does not parse";
    return std::to_string(head->head.size.value()) + " records, root " + to_hex(bytes_of(head->head.root)) +
           ", signed " + to_string(UnixMs{head->head.time.ms});
}

IncidentRow fork_incident(const ForkProof& proof, const NodeId& from) {
    IncidentRow incident;
    incident.kind = "fork";
    incident.peer = from.value();
    incident.subject = proof.log.value();
    incident.received = "two signed heads that agree up to record " + std::to_string(proof.common.value()) +
                        " and not after it: " + told(proof.sides[0].head) + "; " + told(proof.sides[1].head);
    incident.done = "both heads are kept; nothing of this log is taken until its node cuts it there";
    incident.advice = "tell " + node_of(proof.log).value() +
                      "; minglu incident proof prints both heads, minglu incident branch what no longer counts";
    return incident;
}

std::string done_by_us(const LogRow& own, Seq common) {
    return "a new log, " + own.id.value() + ", was opened; the old one counts to " + std::to_string(common.value()) +
           ", and what this node wrote after that was written again in the new one";
}

/// The node's logs that hold more than the keys they were signed with count for, and where each of them is cut: nobody
/// else takes the rest.
std::vector<std::pair<LogRow, Cut>> beyond_their_keys(const ReadTx& tx, const NodeId& node, const KnownKeys& keys) {
    std::vector<std::pair<LogRow, Cut>> found;
    const auto known = keys.keys_of(node);
    for (const LogRow& log : tx.logs()) {
        const auto key =
            std::find_if(known.begin(), known.end(), [&](const NodeKey& one) { return one.key == log.signing_key; });
        if (node_of(log.id) != node || key == known.end() || key->signs(log.id, counted(log))) continue;
        const Seq upto = key->upto->at(log.id);
        found.emplace_back(log, Cut{log.id, upto, root_at(hash_of(log.suite), upto.value(), node_reader(tx, log.no))});
    }
    return found;
}

constexpr std::string_view own_fork_advice =
    "find out what else runs with this node's data and key (a copy, an old snapshot) and stop it; where the other "
    "branch is held, minglu incident branch lists it: see the operations guide, copied node";

}  // namespace

void stop_writing(WriteTx& tx) {
    auto own = find_own(tx.logs());
    if (!own) return;
    own->own = false;
    tx.update_log(*own);
}

void Replica::open_log(const std::optional<LogId>& predecessor) {
    const std::scoped_lock lock(writer_);
    const auto tx = store_.write();
    Intake intake(*tx, last_arrival_);
    LogRow own = begin_log(*tx, predecessor, std::nullopt, intake);
    tx->put_setting(reopen_setting, "");
    seal(*tx, own);
}

/// The node was put back to before a change of its key, went on under the old one, and has the newer one now.
void Replica::open_log_under_newer_key() {
    const std::scoped_lock lock(writer_);
    const auto tx = store_.write();
    LogRow own = own_log(*tx);
    const auto futile = beyond_their_keys(*tx, node_, KnownKeys(*tx, node_, *signer_));
    for (const auto& [log, cut] : futile) own = reopen(*tx, cut, counted(log));
    if (futile.empty()) own = reopen(*tx, std::nullopt, {});
    tx->put_setting(reopen_setting, "");
    seal(*tx, own);
}

/// Record 1 of a new log. The log that was written before is from now on one like any other.
LogRow Replica::begin_log(WriteTx& tx, const std::optional<LogId>& predecessor, const std::optional<Cut>& cut,
                          Intake& intake) {
    stop_writing(tx);
    LogRow own;
    own.id = LogId{node_.value() + "-" + hex16(random_.next())};
    own.suite = signer_->suite();
    own.signing_key = signer_->public_key();
    own.own = true;
    own.no = tx.add_log(own);

    last_arrival_ = std::max(last_arrival_, clock_.now());
    last_time_ = tick(last_time_, clock_.now());
    Header header;
    header.log = own.id;
    header.seq = Seq{1};
    header.time = last_time_;
    header.kind = RecordKind::open;
    header.seen = counted_vector(tx.logs());
    if (cut) header.seen.set(cut->log, std::min(header.seen.at(cut->log), cut->at));
    header.ops_root = root_of(HashAlgorithm::sha256, {});
    header.open = OpenInfo{node_, signer_->suite(), signer_->public_key(), predecessor, cut};
    const std::string line = serialise(header);
    if (const auto fault = intake.take(own, {header, line, {}}); !fault.empty()) throw std::logic_error(fault);
    return own;
}

/// Leaves the log that is written for a new one. With a cut, what stands after it up to `upto` is written again.
LogRow Replica::reopen(WriteTx& tx, const std::optional<Cut>& cut, Seq upto) {
    auto left = find_own(tx.logs());
    // One that was opened in the same transaction: nobody could take it without a head.
    if (left && left->head_size < left->size) (void)sign_own(tx, *left, nullptr);
    last_arrival_ = std::max(last_arrival_, clock_.now());
    Intake intake(tx, last_arrival_);
    LogRow own = begin_log(tx, left ? left->id : standing().own_log, cut, intake);
    if (cut) reissue(tx, own, intake, *cut, upto);
    refold_touched(tx, intake);
    return own;
}

void Replica::reissue(WriteTx& tx, LogRow& own, Intake& intake, const Cut& cut, Seq upto) {
    Vector vector = counted_vector(tx.logs());
    Reissue again(cut);
    const auto write = [&](const Draft& draft) { return append(tx, own, intake, draft, vector); };
    for (Seq seq{cut.at.value() + 1}; seq <= upto; seq = Seq{seq.value() + 1}) {
        const auto record = tx.record({cut.log, seq});
        auto draft = record ? again.draft_of(tx, *record, vector) : std::nullopt;
        if (!draft || again.stands(tx, seq, *draft)) continue;
        auto written = write(*draft);
        if (!written && written.error().code == ErrorCode::too_large && draft->ops.size() > 1) {
            // Positions of another log are longer: what filled a record to the brim becomes two.
            Draft rest = *draft;
            const auto half = static_cast<std::ptrdiff_t>(draft->ops.size() / 2);
            draft->ops.erase(draft->ops.begin() + half, draft->ops.end());
            rest.ops.erase(rest.ops.begin(), rest.ops.begin() + half);
            written = write(*draft);
            if (written) written = write(rest);
        }
        if (written) {
            again.note(seq, written->dot, written->leaf);
            continue;
        }
        tx.add_incident({0, clock_.now(), "not_written_again", "", to_string(record->dot), written.error().what,
                         "the record stands behind the cut of its log and does not count",
                         "look at it with minglu incident branch, and enter what it says again", 1});
    }
}

/// Another program that writes as this node has cut a log of ours. It wrote its own branch again, not the one held
/// here.
LogRow Replica::write_again(WriteTx& tx, const LogRow& cut_log, Seq upto, const NodeId& from) {
    LogRow next = reopen(tx, cut_log.cut, upto);
    IncidentRow incident;
    incident.at = clock_.now();
    incident.kind = "fork";
    incident.peer = from.value();
    incident.subject = cut_log.id.value();
    incident.received =
        "another program that writes as this node has cut our log at " + std::to_string(cut_log.cut->at.value());
    incident.done = done_by_us(next, cut_log.cut->at);
    incident.advice = own_fork_advice;
    tx.add_incident(incident);
    return next;
}

/// The log to go on with after a bundle: a new one when ours turned out to go on elsewhere, or was cut.
LogRow Replica::continue_own(WriteTx& tx, const std::map<LogId, Seq>& counted_before, const NodeId& from,
                             bool& reopened) {
    auto own = find_own(tx.logs());
    if (!own) {
        const LogId left = standing().own_log;
        own = reopen(tx, std::nullopt, {});
        reopened = true;
        tx.add_incident(
            {0, clock_.now(), "rolled_back", from.value(), left.value(),
             "more of our own log than this node holds, signed with our key",
             "a new log, " + own->id.value() + ", was opened; the old one is taken back from the others",
             "find out why: an old copy of the data directory was put back, or a copy of it runs elsewhere; see the "
             "operations guide, copied node",
             1});
    }
    for (const auto& [id, upto] : counted_before) {
        const auto log = tx.log(id);
        if (node_of(id) != node_ || (!log->own && upto <= log->cut->at)) continue;
        own = write_again(tx, *log, upto, from);
        reopened = true;
    }
    return *own;
}

Result<bool> Replica::accept_fork(std::string_view text, const NodeId& from) {
    const auto proof = parse_fork_proof(text);
    if (!proof) return tl::unexpected(proof.error());
    const std::scoped_lock lock(writer_);
    const auto tx = store_.write();
    const KnownKeys keys(*tx, node_, *signer_);
    auto log = keys.log_of(*tx, proof->log);
    if (!log) return tl::unexpected(log.error());
    if (log->size == Seq{}) keys.introduce(*log, proof->sides[0].head);
    const auto agreed = keys.agreed(log->id);
    if (agreed && is_told(*agreed, log->size)) return false;  // people told which history counts
    const auto known = tx->forks();
    if (std::any_of(known.begin(), known.end(), [&](const ForkRow& fork) {
            return fork.log == log->id && fork.common && *fork.common <= proof->common;
        }))
        return false;
    if (const auto sound = check_fork(*proof, keys_of_log(*tx, *log)); !sound) return tl::unexpected(sound.error());
    tx->add_fork({0, clock_.now(), log->id, from.value(), with_cosignatures(*tx, proof->sides[0].head),
                  with_cosignatures(*tx, proof->sides[1].head), proof->common, serialise(*proof)});
    IncidentRow incident = fork_incident(*proof, from);
    incident.at = clock_.now();
    try {
        LogRow own = own_log(*tx);
        const bool is_ours = node_of(log->id) == node_;
        const bool is_cut = log->cut && log->cut->at <= proof->common;
        const bool to_cut = is_ours && !is_cut;
        if (is_cut) {
            incident.done = "both heads are kept; its node has cut the log already, at " +
                            std::to_string(log->cut->at.value()) + ", and goes on in another one";
            incident.advice = "nothing; minglu incident branch lists what no longer counts where it is held";
        }
        if (to_cut) {
            own = reopen(*tx, Cut{log->id, proof->common, proof->root}, counted(*log));
            incident.done = done_by_us(own, proof->common);
            incident.advice = own_fork_advice;
        }
        // Of a log of ours that is cut there already it was said when that was done.
        if (!is_ours || to_cut) tx->add_incident(incident);
        if (to_cut)
            seal(*tx, own);
        else
            commit_unsealed(*tx, own);
    } catch (...) {
        trie_.reset();
        throw;
    }
    return true;
}

void Replica::leave_log(const LogId& log) {
    const std::scoped_lock lock(writer_);
    const auto tx = store_.write();
    if (own_log(*tx).id != log) return;
    try {
        LogRow own = reopen(*tx, std::nullopt, {});
        seal(*tx, own);
    } catch (...) {
        trie_.reset();
        throw;
    }
}

std::vector<LogId> Replica::contradicted(const std::vector<std::string>& heads) {
    std::vector<LogId> found;
    const auto tx = store_.read();
    const auto forks = tx->forks();
    const auto revoked = revocations(*tx);
    for (const std::string& note : heads) {
        const auto parsed = parse_note(note);
        const auto log = parsed ? tx->log(parsed->head.log) : std::nullopt;
        if (!log || log->size == Seq{}) continue;
        if (const auto agreed = agreed_on(revoked, log->id); agreed && log->size >= agreed->size) continue;
        const HashAlgorithm algorithm = hash_of(log->suite);
        const NodeReader nodes = node_reader(*tx, log->no);
        const auto differs_at = [&](Seq size, const Hash& root) {
            return size != Seq{} && size <= log->size && root_at(algorithm, size.value(), nodes) != root;
        };
        // Behind a cut branches differ, as is known; before it they must not: then the log forked once more, and what
        // is held is not the branch that the cut is of.
        const bool contradicts = log->cut ? differs_at(log->cut->at, log->cut->root)
                                          : differs_at(parsed->head.size, parsed->head.root) &&
                                                std::none_of(forks.begin(), forks.end(), [&](const ForkRow& fork) {
                                                    return fork.log == log->id && fork.common;
                                                });
        if (contradicts && is_signed_by_author(*parsed, keys_of_log(*tx, *log))) found.push_back(log->id);
    }
    return found;
}

}  // namespace minglu
