#include "sync/segment_proof.hpp"

#include <algorithm>
#include <optional>

#include "sync/intake.hpp"
#include "sync/proof_steps.hpp"

namespace minglu {

namespace {

Error refuse(ErrorCode code, const LogId& log, std::string what) {
    return {code, std::move(what), "log " + log.value(),
            code == ErrorCode::fork ? "keep both heads and ask the log's node; see the operations guide, fork"
                                    : "nothing was taken; report it to the sender if it persists"};
}

tl::unexpected<Error> forked(const LogRow& log, const Head& head) {
    return fail(refuse(ErrorCode::fork, log.id,
                       "two signed heads contradict each other at " + std::to_string(log.head_size.value()) + " and " +
                           std::to_string(head.size.value())));
}

/// The tree with the segment's records: where its proof starts, and what it says of the head held here.
struct Growth {
    ProofStep start;
    std::optional<Hash> root_at_held_head;
    std::vector<KeyChange> disproved;
};

Result<Growth> grow_through(const LogRow& log, const LogKeys& keys, const NodeReader& held, const Segment& segment,
                            std::span<const RecordLines* const> records) {
    const HashAlgorithm algorithm = hash_of(log.suite);
    auto tree = TreeFrontier::restore(algorithm, log.size.value(), log.frontier);
    if (!tree) throw StoreFault(ErrorCode::corrupt, "tree of " + log.id.value());
    Growth growth;
    const auto note = [&] {
        if (log.head_size != Seq{} && tree->size() == log.head_size.value()) growth.root_at_held_head = tree->root();
    };
    note();
    for (const RecordLines* record : records) {
        if (record->header.seq <= log.size) continue;  // held already
        if (!ops_match(*record))
            return fail(
                refuse(ErrorCode::bad_proof, log.id,
                       "the ops of record " + std::to_string(record->header.seq.value()) + " do not match its header"));
        tree->append(leaf_hash(algorithm, record->header_line), nullptr);
        note();
        for (const KeyChange& change : keys.changes)
            if (change.at == record->header.seq && parse_note(change.head)->head.root != tree->root())
                growth.disproved.push_back(change);
    }
    if (tree->size() != std::max(segment.to, log.size).value())
        return fail(refuse(ErrorCode::malformed, log.id, "the segment does not end where it says"));
    // A late segment ends inside what is held here.
    const bool late = segment.to < log.size;
    growth.start = {segment.to, late ? root_at(algorithm, segment.to.value(), held) : tree->root(), {}};
    return growth;
}

Result<void> check_steps(const LogRow& log, const Segment& segment, const ProofStep& start, const Head& head) {
    const auto root = proved_root(hash_of(log.suite), start.size, segment.steps, head);
    if (root == std::optional<Hash>(start.root)) return {};
    return fail(refuse(ErrorCode::bad_proof, log.id,
                       "the records up to " + std::to_string(start.size.value()) +
                           " do not lead to the root of the signed head " + std::to_string(head.size.value())));
}

Hash held_root_of(const LogRow& log) {
    const auto held = parse_note(log.head);
    if (!held) throw StoreFault(ErrorCode::corrupt, "stored head of " + log.id.value());
    return held->head.root;
}

/// Two signed heads of one log that cannot both be true, whatever records came along.
bool contradicts(const LogRow& log, const NodeReader& held, const Head& head) {
    if (log.head_size != Seq{} && head.size == log.head_size) return head.root != held_root_of(log);
    return head.size <= log.size && root_at(hash_of(log.suite), head.size.value(), held) != head.root;
}

/// The new head must continue the one held here, or precede it.
Result<Continuity> check_held_head(const LogRow& log, const Segment& segment, const Growth& growth, const Head& head) {
    if (log.head_size == Seq{} || head.size == log.head_size) return Continuity::proved;
    const Hash held_root = held_root_of(log);
    if (growth.root_at_held_head) {
        if (*growth.root_at_held_head != held_root) return forked(log, head);
        return Continuity::proved;
    }
    for (const ProofStep& step : segment.steps) {  // each is proved to be a state of the log that the head signs
        if (step.size != log.head_size) continue;
        if (step.root != held_root) return forked(log, head);
        return Continuity::proved;
    }
    if (head.size < log.head_size || segment.head_from == Seq{}) return Continuity::unproved;
    if (segment.head_from != log.head_size) return Continuity::unproved;
    if (!verify_consistency(hash_of(log.suite), log.head_size.value(), head.size.value(), held_root, head.root,
                            segment.head_path))
        return fail(refuse(ErrorCode::bad_proof, log.id, "the proof that the new head continues the one held fails"));
    return Continuity::proved;
}

}  // namespace

/// Up to its cut a log is proved by the root that its author stated there: heads of its branches say nothing more. The
/// steps lead by way of the cut to the head all the same, which is kept with them.
Result<ProvedSegment> prove_to_cut(const LogRow& log, const Segment& segment, const Growth& growth, Head head) {
    if (segment.to <= log.size) return ProvedSegment{std::move(head), Continuity::unproved};  // brings nothing
    if (const auto led = check_steps(log, segment, growth.start, head); !led) return tl::unexpected(led.error());
    const auto passes = [&](Seq size, const Hash& root) { return size == log.cut->at && root == log.cut->root; };
    if (passes(growth.start.size, growth.start.root) || passes(head.size, head.root) ||
        std::any_of(segment.steps.begin(), segment.steps.end(),
                    [&](const ProofStep& step) { return passes(step.size, step.root); }))
        return ProvedSegment{std::move(head), Continuity::unproved};
    return fail(refuse(ErrorCode::bad_proof, log.id,
                       "its records do not lead to the root at its cut, " + std::to_string(log.cut->at.value())));
}

Result<ProvedSegment> prove_segment(const LogRow& log, const LogKeys& keys, const NodeReader& held,
                                    const Segment& segment, std::span<const RecordLines* const> records) {
    if (segment.from.value() > log.size.value() + 1)
        return fail(refuse(
            ErrorCode::gap, log.id,
            "it starts at " + std::to_string(segment.from.value()) + ", held are " + std::to_string(log.size.value())));
    // Beyond its cut a branch may have gone on under a key that was given up; what counts is proved by the cut.
    auto head = log.cut ? open_branch_head(segment.head, keys) : open_head(segment.head, keys);
    if (!head) return tl::unexpected(head.error());
    if (head->log != log.id || head->size < segment.to)
        return fail(
            refuse(ErrorCode::bad_proof, log.id, "its head is not one of this log, or smaller than the segment"));
    if (!log.cut && contradicts(log, held, *head)) return forked(log, *head);
    auto growth = grow_through(log, keys, held, segment, records);
    if (!growth) return tl::unexpected(growth.error());
    if (log.cut) return prove_to_cut(log, segment, *growth, *std::move(head));
    if (const auto led = check_steps(log, segment, growth->start, *head); !led) return tl::unexpected(led.error());
    const auto continuity = check_held_head(log, segment, *growth, *head);
    if (!continuity) return tl::unexpected(continuity.error());
    return ProvedSegment{*std::move(head), *continuity, std::move(growth->disproved)};
}

bool can_connect(const LogRow& log, Seq receiver_head) {
    if (receiver_head <= std::min(log.size, log.head_size) || receiver_head == log.head_size) return true;
    return std::any_of(log.head_proof.begin(), log.head_proof.end(),
                       [&](const ProofStep& step) { return step.size == receiver_head; });
}

Segment make_segment(const ReadTx& tx, const LogRow& log, Seq from, Seq to, Seq receiver_head) {
    Segment segment{log.id, from, to, {}, {}, {}, log.head};
    if (log.cut) {  // what counts is proved by the cut: by way of it
        segment.steps = steps_to_head(tx, log, to, log.cut->at);
        return segment;
    }
    if (log.size < log.head_size) {  // by way of the receiver's head, where the proof that came with ours passes it
        segment.steps = steps_to_head(tx, log, to, receiver_head);
        return segment;
    }
    segment.steps = steps_to_head(tx, log, to);
    if (receiver_head > to && receiver_head < log.head_size) {
        segment.head_from = receiver_head;
        segment.head_path = consistency_proof(hash_of(log.suite), receiver_head.value(), log.head_size.value(),
                                              node_reader(tx, log.no));
    }
    return segment;
}

NodeReader node_reader(const ReadTx& tx, LogNo log) {
    return [&tx, log](std::uint32_t level, std::uint64_t index) {
        const auto node = tx.tree_node(log, level, index);
        if (!node)
            throw StoreFault(ErrorCode::corrupt, "tree node " + std::to_string(level) + "/" + std::to_string(index));
        return *node;
    };
}

}  // namespace minglu
