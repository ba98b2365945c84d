#include "sync/op_trees.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "sync/merkle.hpp"

namespace minglu {

namespace {

constexpr auto algorithm = HashAlgorithm::sha256;
constexpr std::uint32_t subtree_level = std::bit_width(op_subtree_ops) - 1;

template <class Line>
std::vector<Hash> leaves_of(std::span<const Line> lines) {
    std::vector<Hash> leaves;
    leaves.reserve(lines.size());
    for (const Line& line : lines) leaves.push_back(leaf_hash(algorithm, line));
    return leaves;
}

template <class Line>
std::vector<Hash> subtrees_of(std::span<const Line> lines) {
    std::vector<Hash> roots;
    for (std::size_t begin = 0; begin + op_subtree_ops <= lines.size(); begin += op_subtree_ops)
        roots.push_back(root_of(algorithm, leaves_of(lines.subspan(begin, op_subtree_ops))));
    return roots;
}

/// Perfect subtrees over the ops of one record.
class OpTree {
public:
    OpTree(const ReadTx& tx, const RecordRow& record) : tx_(tx), record_(record), subtrees_(tx.op_subtrees(record.no)) {
        if (subtrees_.size() == record.ops / op_subtree_ops) return;
        const std::vector<std::string> lines = tx.ops_of_record(record.no);
        subtrees_ = subtrees_of(std::span(lines));
    }

    Hash node(std::uint32_t level, std::uint64_t number) {
        const std::uint64_t first = number << level;
        if (level < subtree_level) {
            const std::vector<Hash>& row = leaves(static_cast<std::uint32_t>(first / op_subtree_ops));
            return root_over(row, first % op_subtree_ops, std::uint64_t{1} << level);
        }
        return root_over(subtrees_, first / op_subtree_ops, std::uint64_t{1} << (level - subtree_level));
    }

private:
    [[nodiscard]] Hash root_over(std::span<const Hash> hashes, std::uint64_t first, std::uint64_t count) const {
        if (first + count > hashes.size())
            throw StoreFault(ErrorCode::corrupt, "record " + to_string(record_.dot) + " lacks an op");
        return root_of(algorithm, hashes.subspan(first, count));
    }
    const std::vector<Hash>& leaves(std::uint32_t row) {
        const auto [found, is_new] = rows_.try_emplace(row);
        if (is_new) {
            const std::vector<std::string> lines =
                tx_.some_ops_of_record(record_.no, row * op_subtree_ops, op_subtree_ops);
            found->second = leaves_of(std::span(lines));
        }
        return found->second;
    }

    const ReadTx& tx_;
    const RecordRow& record_;
    std::vector<Hash> subtrees_;
    std::map<std::uint32_t, std::vector<Hash>> rows_;  ///< leaf hashes, by row of `op_subtree_ops` lines
};

}  // namespace

std::vector<Hash> op_subtrees(std::span<const std::string_view> lines) {
    return subtrees_of(lines);
}

std::vector<Hash> path_of_op(const ReadTx& tx, const RecordRow& record, const OpRow& op) {
    OpTree tree{tx, record};
    const NodeReader nodes = [&](std::uint32_t level, std::uint64_t number) { return tree.node(level, number); };
    std::vector<Hash> path = inclusion_proof(algorithm, op.position, record.ops, nodes);
    const auto header = parse_header(record.header);
    if (!header ||
        !verify_inclusion(algorithm, leaf_hash(algorithm, op.line), op.position, record.ops, path, header->ops_root))
        throw StoreFault(ErrorCode::corrupt, "the ops of record " + to_string(record.dot) + " are not what was signed");
    return path;
}

}  // namespace minglu
