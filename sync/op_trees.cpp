#include "sync/op_trees.hpp"

#include <algorithm>

#include "sync/merkle.hpp"

namespace minglu {

namespace {

constexpr std::size_t trees_kept = 32;  ///< at most 1.3 MB each

}  // namespace

std::shared_ptr<const OpTrees::Levels> OpTrees::levels_of(const ReadTx& tx, const RecordRow& record) {
    {
        const std::scoped_lock lock(mutex_);
        const auto found =
            std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.record == record.leaf; });
        if (found != kept_.end()) {
            std::rotate(kept_.begin(), found, std::next(found));
            return kept_.front().levels;
        }
    }
    auto levels = std::make_shared<Levels>(1);
    for (const std::string& line : tx.ops_of_record(record.no))
        levels->front().push_back(leaf_hash(HashAlgorithm::sha256, line));
    while (levels->back().size() > 1) {
        std::vector<Hash> above;
        const std::vector<Hash>& below = levels->back();
        for (std::size_t i = 0; i + 1 < below.size(); i += 2)
            above.push_back(node_hash(HashAlgorithm::sha256, below[i], below[i + 1]));
        levels->push_back(std::move(above));
    }
    const std::scoped_lock lock(mutex_);
    kept_.push_front({record.leaf, levels});
    if (kept_.size() > trees_kept) kept_.pop_back();
    return levels;
}

OpPlace OpTrees::place_of(const ReadTx& tx, const RecordRow& record, std::string_view line) {
    const auto levels = levels_of(tx, record);
    const std::vector<Hash>& leaves = levels->front();
    const auto found = std::find(leaves.begin(), leaves.end(), leaf_hash(HashAlgorithm::sha256, line));
    if (found == leaves.end()) throw StoreFault(ErrorCode::corrupt, "record " + to_string(record.dot) + " lacks an op");
    const auto index = static_cast<std::uint64_t>(found - leaves.begin());
    const NodeReader nodes = [&](std::uint32_t level, std::uint64_t number) { return (*levels)[level][number]; };
    return {index, inclusion_proof(HashAlgorithm::sha256, index, leaves.size(), nodes)};
}

}  // namespace minglu
