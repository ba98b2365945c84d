#include "sync/fork_in_segment.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "sync/head.hpp"
#include "sync/merkle.hpp"
#include "sync/proof_steps.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

/// The tree of the carried branch: what is held of the log before the segment, and the segment's records after it.
class Branch {
public:
    Branch(HashAlgorithm algorithm, NodeReader held, const Segment& segment,
           std::span<const RecordLines* const> records)
        : algorithm_(algorithm), segment_(segment) {
        TreeFrontier tree = frontier_at(algorithm, segment.from.value() - 1, held);
        std::vector<TreeNode> completed;
        for (const RecordLines* record : records) tree.append(leaf_hash(algorithm, record->header_line), &completed);
        for (const TreeNode& node : completed) grown_.emplace(std::pair(node.level, node.index), node.hash);
        root_ = tree.root();
        nodes_ = [this, held = std::move(held)](std::uint32_t level, std::uint64_t index) {
            const auto found = grown_.find({level, index});
            return found == grown_.end() ? held(level, index) : found->second;
        };
    }
    Branch(const Branch&) = delete;
    Branch& operator=(const Branch&) = delete;

    /// What precedes the segment is held here as the branch has it: else its head would have another root.
    [[nodiscard]] bool leads_to(const Head& head) const {
        return proved_root(algorithm_, segment_.to, segment_.steps, head) == std::optional<Hash>(root_);
    }
    [[nodiscard]] Hash leaf(Seq seq) const { return nodes_(0, seq.value() - 1); }
    [[nodiscard]] Hash root_at(Seq size) const { return minglu::root_at(algorithm_, size.value(), nodes_); }
    [[nodiscard]] std::vector<ProofStep> steps_from(Seq size) const {
        std::vector<ProofStep> steps;
        if (size < segment_.to)
            steps.push_back(
                {size, root_at(size), consistency_proof(algorithm_, size.value(), segment_.to.value(), nodes_)});
        steps.insert(steps.end(), segment_.steps.begin(), segment_.steps.end());
        return steps;
    }

private:
    HashAlgorithm algorithm_;
    const Segment& segment_;
    std::map<std::pair<std::uint32_t, std::uint64_t>, Hash> grown_;
    Hash root_{};
    NodeReader nodes_;
};

/// Whether the bundle has brought all records of the segment.
bool is_filled_by(const Segment& segment, std::span<const RecordLines* const> records) {
    return segment.from != Seq{} && segment.from <= segment.to &&
           records.size() == segment.to.value() - segment.from.value() + 1 &&
           records.front()->header.seq == segment.from;
}

/// The first record that is not the one held.
std::optional<Seq> first_other(const Branch& branch, const NodeReader& held, Seq from, Seq upto) {
    for (Seq seq = from; seq <= upto; seq = Seq{seq.value() + 1})
        if (branch.leaf(seq) != held(0, seq.value() - 1)) return seq;
    return std::nullopt;
}

}  // namespace

std::optional<ForkProof> fork_in_segment(const ReadTx& tx, const LogRow& log, const LogKeys& keys,
                                         const Segment& segment, std::span<const RecordLines* const> records) {
    const Seq reach = std::min(log.size, log.head_size);  // what our head proves
    if (log.cut || reach == Seq{} || !is_filled_by(segment, records) || segment.from.value() > reach.value() + 1)
        return std::nullopt;
    const auto head = open_head(segment.head, keys);
    if (!head || head->log != log.id || head->size < segment.to) return std::nullopt;
    const HashAlgorithm algorithm = hash_of(log.suite);
    const NodeReader held = node_reader(tx, log.no);
    const Branch branch(algorithm, held, segment, records);
    if (!branch.leads_to(*head)) return std::nullopt;
    const auto differ = first_other(branch, held, segment.from, std::min(segment.to, reach));
    if (!differ) return std::nullopt;

    ForkProof proof;
    proof.log = log.id;
    proof.common = Seq{differ->value() - 1};
    proof.differ = *differ;
    proof.root = root_at(algorithm, proof.common.value(), held);
    proof.sides[0] = {log.head, {}, steps_to_head(tx, log, *differ)};
    proof.sides[1] = {segment.head, {}, branch.steps_from(*differ)};
    if (proof.common != Seq{}) {
        proof.sides[0].from_common = steps_to_head(tx, log, proof.common);
        proof.sides[1].from_common = branch.steps_from(proof.common);
    }
    if (!check_fork(proof, keys)) return std::nullopt;
    return proof;
}

}  // namespace minglu
