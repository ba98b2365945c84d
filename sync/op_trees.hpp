#pragma once
/// The tree over the ops of one record, for proofs that an op is in its record (RFC 9162 §2.1, SHA-256).
///
/// A record of an import has thousands of ops, and hashing them all for one proof takes longer than everything else in
/// it. So the roots over each `op_subtree_ops` lines are kept with the record: a proof hashes two such rows of lines.
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

constexpr std::uint32_t op_subtree_ops = 64;

/// What `NewRecord` wants: the root over each whole row of `op_subtree_ops` lines, in order.
[[nodiscard]] std::vector<Hash> op_subtrees(std::span<const std::string_view> lines);

/// The RFC 9162 inclusion proof of the op's line in the record's `ops_root`. Throws StoreFault(corrupt) where what is
/// stored does not lead to that root.
[[nodiscard]] std::vector<Hash> path_of_op(const ReadTx& tx, const RecordRow& record, const OpRow& op);

}  // namespace minglu
