#include "sync/evidence_check.hpp"

#include <algorithm>

#include "catalog/entry_views.hpp"
#include "sync/key_chain.hpp"
#include "sync/merkle.hpp"
#include "sync/proof_steps.hpp"
#include "sync/refold.hpp"

namespace minglu {

namespace {

Error refused(ErrorCode code, std::string what, std::string where) {
    return {code, std::move(what), std::move(where), "do not rely on it; ask the issuer for the evidence again"};
}

tl::unexpected<Error> disproved(std::string what, std::string where) {
    return fail(refused(ErrorCode::bad_proof, std::move(what), std::move(where)));
}

/// A log whose signed head was checked, and the root that the inclusion proofs must lead to.
struct CheckedLog {
    Seq size;
    Hash root{};
    HashAlgorithm algorithm = HashAlgorithm::sha256;
    std::map<Seq, UnixMs> arrivals;  ///< of the records in the file
};

class Check {
public:
    Check(const Evidence& evidence, std::span<const Card> trusted) : evidence_(evidence), trusted_(trusted) {}

    Result<CheckedEvidence> run() {
        Result<void> ok = gather_keys();
        for (const auto& [log, proof] : evidence_.logs)
            if (ok) ok = check_log(log, proof);
        for (std::size_t i = 0; ok && i < evidence_.ops.size(); ++i) ok = check_op(evidence_.ops[i], i);
        if (ok) ok = check_arrivals();
        if (ok) ok = check_newest();
        if (ok) ok = check_state();
        if (ok) ok = check_answer();
        if (ok) ok = check_issuer();
        if (!ok) return fail(ok.error());
        return CheckedEvidence{evidence_, std::move(state_head_), std::move(heads_), std::move(newest_), law_differs_};
    }

private:
    /// The keys of the trusted cards, and those that lead on from them or to them.
    Result<void> gather_keys() {
        std::vector<KeyChange> changes;
        for (const KeyChange& change : evidence_.key_changes) {
            if (card_of(node_of(change.log)) == nullptr) continue;
            if (const auto checked = check_key_change(change, suite_of_key(change.from)); !checked)
                return fail(checked.error());
            changes.push_back(change);
        }
        for (const Card& card : trusted_) {
            KeyChain chain = key_chain(card.node, card.suite, card.signing_key, changes);
            for (NodeKey& key : chain.keys) keys_[card.node].push_back(std::move(key));
        }
        return {};
    }

    /// The node's key that has signed it and counted at its size, if any.
    const NodeKey* signing_key(const SignedHead& note, const NodeId& node) const {
        const auto keys = keys_.find(node);
        if (keys == keys_.end()) return nullptr;
        const auto found = std::find_if(keys->second.begin(), keys->second.end(), [&](const NodeKey& key) {
            return key.signs(note.head.log, note.head.size) && is_signed_by(note, node, key.suite, key.key);
        });
        return found == keys->second.end() ? nullptr : &*found;
    }

    const Card* card_of(const NodeId& node) const {
        const auto found =
            std::find_if(trusted_.begin(), trusted_.end(), [&](const Card& card) { return card.node == node; });
        return found == trusted_.end() ? nullptr : &*found;
    }

    Result<const Card*> trusted_card(const NodeId& node, const std::string& where) const {
        const Card* const card = card_of(node);
        if (card == nullptr)
            return fail({ErrorCode::unknown_log, "no card of node " + node.value() + " is trusted here", where,
                         "get its card, compare the fingerprint with " + node.value() + ", and name it with --trust"});
        return card;
    }

    /// A head and the suite of the key that signed it: a node that began anew may have changed it.
    struct SignedBy {
        CheckedHead head;
        Suite suite;
    };

    Result<SignedBy> checked_head(const std::string& note, const std::string& where) const {
        const auto parsed = parse_note(note);
        if (!parsed) return fail(parsed.error());
        const NodeId author = node_of(parsed->head.log);
        const auto card = trusted_card(author, where);
        if (!card) return fail(card.error());
        const NodeKey* const key = signing_key(*parsed, author);
        if (key == nullptr) {
            const auto head = open_head(note, (*card)->suite, (*card)->signing_key);
            if (head) return disproved("the head is signed with a key that was given up", where);
            Error error = head.error();
            error.cure =
                "a file from before a change of key needs the card of that time, one from after it the new card; "
                "compare "
                "cards by telephone";
            return fail(std::move(error));
        }
        return SignedBy{{parsed->head, cosigners_of(*parsed, author)}, key->suite};
    }

    Result<void> check_log(const LogId& log, const LogProof& proof) {
        const std::string where = "log " + log.value();
        auto checked = checked_head(proof.head, where);
        if (!checked) return fail(checked.error());
        const Head& head = checked->head.head;
        if (head.log != log) return disproved("its head is one of " + head.log.value(), where);
        const HashAlgorithm algorithm = hash_of(checked->suite);
        const auto root = proved_root(algorithm, proof.size, proof.steps, head);
        if (!root)
            return disproved(
                "its tree of " + std::to_string(proof.size.value()) + " records does not lead to its signed head",
                where);
        logs_[log] = {proof.size, *root, algorithm, {}};
        heads_.push_back(std::move(checked->head));
        return {};
    }

    Result<void> check_newest() {
        for (const std::string& note : evidence_.newest) {
            const auto parsed = parse_note(note);
            if (!parsed) return fail(parsed.error());
            if (card_of(node_of(parsed->head.log)) == nullptr) continue;  // it proves nothing of the answer
            auto checked = checked_head(note, "heads");
            if (!checked) return fail(checked.error());
            newest_.push_back(std::move(checked->head));
        }
        return {};
    }

    std::vector<NodeId> cosigners_of(const SignedHead& note, const NodeId& author) const {
        std::vector<NodeId> cosigners;
        for (const auto& [node, keys] : keys_)
            if (node != author && signing_key(note, node) != nullptr) cosigners.push_back(node);
        return cosigners;
    }

    Result<Header> check_record(const ProvedRecord& record, const std::string& where) {
        auto header = parse_header(record.header);
        if (!header) return disproved("its record does not parse: " + header.error().what, where);
        const auto log = logs_.find(header->log);
        if (log == logs_.end() || header->seq == Seq{})
            return disproved("its record belongs to no log of this file", where);
        CheckedLog& checked = log->second;
        if (!verify_inclusion(checked.algorithm, leaf_hash(checked.algorithm, record.header), header->seq.value() - 1,
                              checked.size.value(), record.path, checked.root))
            return disproved(
                "record " + to_string(Dot{header->log, header->seq}) + " is not in the log that its author signed",
                where);
        if (!header->fault.empty() || header->version != record_version)
            return disproved("its record has no effect: " + header->fault, where);
        const auto [known, is_new] = checked.arrivals.emplace(header->seq, record.arrived);
        if (!is_new && known->second != record.arrived) return disproved("one record arrived twice", where);
        return header;
    }

    Result<void> check_op(const ProvedOp& op, std::size_t index) {
        const std::string where = "op " + std::to_string(index);
        const auto header = check_record(op.record, where);
        if (!header) return fail(header.error());
        const auto parsed = parse_op(op.line);
        if (!parsed || parsed->key != evidence_.key) return disproved("it is no op of " + evidence_.key.value(), where);
        const Hash leaf = leaf_hash(HashAlgorithm::sha256, op.line);
        if (!verify_inclusion(HashAlgorithm::sha256, leaf, op.index, header->ops, op.path, header->ops_root))
            return disproved("the op is not in the record that was signed", where);
        if (header->kind != RecordKind::change && header->kind != RecordKind::batch_propose)
            return disproved("a record of this kind has no ops", where);
        if (header->kind == RecordKind::change && !op.approvals.empty())
            return disproved("a change has no approvals", where);
        const Dot dot{header->log, header->seq};
        if (!ops_.empty() && !(ops_.back().dot < dot)) return disproved("the ops are not sorted by record", where);
        CoveredOp positioned{dot, leaf, {}};
        const RecordRef proposal{dot, leaf_hash(logs_.at(dot.log).algorithm, op.record.header)};
        for (const ProvedRecord& approval : op.approvals)
            if (auto ok = check_approval(approval, *header, proposal, positioned, where); !ok) return ok;
        ops_.push_back(std::move(positioned));
        return {};
    }

    Result<void> check_approval(const ProvedRecord& record, const Header& proposal_header, const RecordRef& proposal,
                                CoveredOp& op, const std::string& where) {
        const auto header = check_record(record, where + ", approval");
        if (!header) return fail(header.error());
        const auto& needs = proposal_header.needs;
        if (header->kind != RecordKind::batch_approve || header->of != proposal ||
            std::find(needs.begin(), needs.end(), node_of(header->log)) == needs.end())
            return disproved("it is no approval of this proposal", where);
        const Dot dot{header->log, header->seq};
        if (!op.approvals.empty() && !(op.approvals.rbegin()->first < dot))
            return disproved("the approvals are not sorted by record", where);
        op.approvals.emplace(dot, leaf_hash(logs_.at(dot.log).algorithm, record.header));
        return {};
    }

    /// Records of one log arrive in its order, and none after the file was made.
    Result<void> check_arrivals() const {
        for (const auto& [log, checked] : logs_) {
            UnixMs last;
            for (const auto& [seq, arrived] : checked.arrivals) {
                if (arrived < last || arrived > evidence_.made)
                    return disproved("its records cannot have arrived in this order", "log " + log.value());
                last = arrived;
            }
        }
        return {};
    }

    /// The ops are all that count, or none does: by the state root that the issuer signed.
    Result<void> check_state() {
        auto stated = checked_head(evidence_.state_head, "state");
        if (!stated) return fail(stated.error());
        state_head_ = std::move(stated->head);
        const Hash& root = state_head_.head.state;
        if (node_of(state_head_.head.log) != evidence_.node)
            return disproved("it is not stated by the issuer", "state");
        if (state_head_.head.fold != fold_version)
            return fail({ErrorCode::unsupported_version,
                         "it was made by merge rule " + std::to_string(state_head_.head.fold), "state",
                         "check it with a program that knows that rule"});
        const auto ops = effective_ops(evidence_, std::nullopt);
        if (!ops) return fail(ops.error());
        if (ops->size() != ops_.size()) return disproved("a proposal lacks an approval that it needs", "ops");
        const EntryViews views = make_views(evidence_.key, *ops);
        law_differs_ = relevant(current_law(), parts_of(evidence_.key).kind, views.periods) != evidence_.law;
        if (evidence_.entry_state != (ops->empty() ? std::string() : views.state))
            return disproved("the ops do not fold to this state of the entry", "state");
        if (ops->empty()) {
            if (proves_absence(root, evidence_.key, evidence_.occupant, evidence_.path)) return {};
            return disproved("the signed state does not say that nothing counts for this entry", "state");
        }
        const Hash leaf = trie_leaf(evidence_.key, hash_of_ops(ops_), sha256({views.state}));
        if (evidence_.occupant || !proves_presence(root, evidence_.key, leaf, evidence_.path))
            return disproved("these are not all the ops that count for this entry in the signed state", "state");
        return {};
    }

    Result<void> check_answer() const {
        const auto answer = answer_of(evidence_);
        if (!answer) return fail(answer.error());
        if (*answer != evidence_.answer) return disproved("the answer does not follow from the ops", "answer");
        return {};
    }

    Result<void> check_issuer() const {
        const auto card = trusted_card(evidence_.node, "node");
        if (!card) return fail(card.error());
        const std::string bytes = signed_bytes(evidence_);
        // Whoever has a key that was given up may write what he likes with it.
        for (const NodeKey& key : keys_.at(evidence_.node))
            if (!key.upto && verify_signature(key.suite, key.key, bytes, evidence_.signature)) return {};
        return fail(refused(ErrorCode::bad_signature,
                            "the file was changed after it was issued, or not issued by " + evidence_.node.value(),
                            "signature"));
    }

    const Evidence& evidence_;
    std::span<const Card> trusted_;
    std::map<NodeId, std::vector<NodeKey>> keys_;
    std::map<LogId, CheckedLog> logs_;
    std::vector<CheckedHead> heads_;
    std::vector<CheckedHead> newest_;
    CheckedHead state_head_;
    std::vector<CoveredOp> ops_;
    bool law_differs_ = false;
};

}  // namespace

Result<CheckedEvidence> check_evidence(std::string_view text, std::span<const Card> trusted) {
    auto evidence = parse_evidence(text);
    if (!evidence) return fail(evidence.error());
    return Check(*evidence, trusted).run();
}

}  // namespace minglu
