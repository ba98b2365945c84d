#include "sync/evidence_make.hpp"

#include <algorithm>
#include <set>

#include "catalog/entry_views.hpp"
#include "sync/card.hpp"
#include "sync/cosignatures.hpp"
#include "sync/head.hpp"
#include "sync/merkle.hpp"
#include "sync/op_trees.hpp"
#include "sync/proof_steps.hpp"
#include "sync/refold.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

/// Proves records and ops out of one snapshot.
class Gatherer {
public:
    Gatherer(const StatedSnapshot& snapshot, Evidence& evidence) : tx_(snapshot.tx), evidence_(evidence) {
        for (LogRow& log : tx_.logs()) logs_.emplace(log.id, std::move(log));
    }

    Result<void> add_ops(const std::vector<EffectiveOp>& ops) {
        std::map<Dot, OpRow> rows;
        for (OpRow& row : tx_.ops_of_key(evidence_.key)) rows.emplace(row.dot, std::move(row));
        for (const EffectiveOp& op : ops) {
            auto proved = proved_op(op, std::move(rows.at(op.dot)));
            if (!proved) return fail(proved.error());
            evidence_.ops.push_back(*std::move(proved));
        }
        return {};
    }

    /// The places of the records in the trees that the chosen heads sign.
    void add_paths() {
        const auto prove = [&](ProvedRecord& record) {
            const auto header = parse_header(record.header);
            if (!header) throw StoreFault(ErrorCode::corrupt, "a stored header does not parse");
            const LogRow& log = logs_.at(header->log);
            record.path = inclusion_proof(hash_of(log.suite), header->seq.value() - 1,
                                          evidence_.logs.at(header->log).size.value(), node_reader(tx_, log.no));
        };
        for (ProvedOp& op : evidence_.ops) {
            prove(op.record);
            for (ProvedRecord& approval : op.approvals) prove(approval);
        }
    }

    /// What proves the records, and what tells how fresh the answer is.
    void add_heads(const LogRow& own) {
        for (const auto& [id, size] : needed_) evidence_.logs[id] = log_proof(logs_.at(id), size);
        evidence_.state_head = with_cosignatures(tx_, own.head);
        nodes_.insert(evidence_.node);
        std::map<NodeId, const LogRow*> newest;
        for (const auto& [id, log] : logs_) {
            const NodeId node = node_of(id);
            if (log.head.empty() || node == evidence_.node) continue;
            const LogRow*& first = newest[node];
            if (first == nullptr || first->head_time < log.head_time) first = &log;
        }
        for (const auto& [node, log] : newest) {
            evidence_.newest.push_back(log->head);
            nodes_.insert(node);
        }
    }

    Result<void> add_cards(std::string_view own_card) {
        std::map<NodeId, std::string> cards{{evidence_.node, std::string(own_card)}};
        for (const PeerRow& peer : tx_.peers()) cards.emplace(peer.node, peer.card);
        std::map<NodeId, KnownCard> known;
        for (const auto& [id, log] : logs_) {
            const NodeId node = node_of(id);
            if (nodes_.contains(node)) known[node] = {node, "", "", log.suite, log.signing_key};
        }
        for (auto& [node, entry] : known) {
            const auto text = cards.find(node);
            if (text == cards.end()) continue;
            const auto card = parse_card(text->second);
            if (!card) return fail(card.error());
            entry = {node, card->name, fingerprint(*card), card->suite, card->signing_key};
        }
        for (auto& [node, card] : known) evidence_.cards.push_back(std::move(card));
        for (KeyChange& change : key_changes(tx_))
            if (nodes_.contains(node_of(change.log))) evidence_.key_changes.push_back(std::move(change));
        return {};
    }

private:
    /// By the head that the most nodes vouch for, among those that cover the record.
    LogProof log_proof(const LogRow& log, Seq needed) const {
        const auto vouched = best_head(tx_, log.id, needed);
        const Seq head_size = vouched ? vouched->head.size : log.head_size;
        const std::string& head = vouched ? vouched->note : log.head;
        if (head_size <= log.size) return {head, head_size, {}};
        return {head, log.size, steps_to_head(tx_, log, log.size)};
    }

    Result<ProvedRecord> proved_record(const RecordRow& record) {
        if (record.dot.seq > std::min(logs_.at(record.dot.log).size, logs_.at(record.dot.log).head_size))
            return fail({ErrorCode::not_found,
                         "no signed head of its log covers record " + to_string(record.dot) + " yet",
                         "log " + record.dot.log.value(), "ask again after the next exchange with that node"});
        Seq& needed = needed_[record.dot.log];
        needed = std::max(needed, record.dot.seq);
        nodes_.insert(node_of(record.dot.log));
        return ProvedRecord{record.header, record.arrived, {}};
    }

    RecordRow record(const Dot& dot) const {
        auto record = tx_.record(dot);
        if (!record) throw StoreFault(ErrorCode::corrupt, "record " + to_string(dot) + " is gone");
        return *std::move(record);
    }

    Result<ProvedOp> proved_op(const EffectiveOp& op, OpRow stored) {
        const RecordRow row = record(op.dot);
        auto proved = proved_record(row);
        if (!proved) return fail(proved.error());
        std::vector<Hash> path = path_of_op(tx_, row, stored);
        ProvedOp out{*std::move(proved), std::move(stored.line), stored.position, std::move(path), {}};
        std::set<Dot> approvals;
        for (const NodeApprovals& of_node : op.approvals) approvals.insert(of_node.begin(), of_node.end());
        for (const Dot& dot : approvals) {
            auto approval = proved_record(record(dot));
            if (!approval) return fail(approval.error());
            out.approvals.push_back(*std::move(approval));
        }
        return out;
    }

    const ReadTx& tx_;
    Evidence& evidence_;
    std::map<LogId, LogRow> logs_;
    std::map<LogId, Seq> needed_;  ///< up to the last record that is named
    std::set<NodeId> nodes_;
};

/// The other key at whose leaf the path ends, with what its leaf is made of.
TrieOccupant occupant_at(const ReadTx& tx, EntryNo no) {
    const auto key = tx.key_of(no);
    if (!key) throw StoreFault(ErrorCode::corrupt, "a leaf of the state trie belongs to no entry");
    const CountedOps counted = counted_ops(tx, *key);
    return {*key, counted.ops_hash, sha256({make_views(*key, counted.ops).state})};
}

}  // namespace

Result<Evidence> gather_evidence(const StatedSnapshot& snapshot, const EntryKey& key, const Asked& asked, UnixMs made,
                                 std::string_view own_card) {
    Evidence evidence;
    evidence.node = node_of(snapshot.own.id);
    evidence.made = made;
    evidence.key = key;
    evidence.as_of = asked.as_of;
    evidence.known_at = asked.known_at;
    evidence.path = snapshot.path;
    Gatherer gatherer(snapshot, evidence);
    CountedOps counted = counted_ops(snapshot.tx, key);
    std::sort(counted.ops.begin(), counted.ops.end(),
              [](const EffectiveOp& a, const EffectiveOp& b) { return a.dot < b.dot; });
    if (const auto added = gatherer.add_ops(counted.ops); !added) return fail(added.error());
    if (snapshot.lone_entry) evidence.occupant = occupant_at(snapshot.tx, *snapshot.lone_entry);
    gatherer.add_heads(snapshot.own);
    gatherer.add_paths();
    if (const auto added = gatherer.add_cards(own_card); !added) return fail(added.error());
    EntryViews views = make_views(key, counted.ops);
    evidence.law = relevant(current_law(), parts_of(key).kind, views.periods);
    if (!counted.ops.empty()) evidence.entry_state = std::move(views.state);
    auto answer = answer_of(evidence);
    if (!answer) return fail(answer.error());
    evidence.answer = *std::move(answer);
    return evidence;
}

}  // namespace minglu
