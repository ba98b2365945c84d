#pragma once
/// Finds where the branch of a log that a bundle carries parts from the one held here, from the bundle alone: carried
/// files leave nobody to ask.
#include <optional>
#include <span>

#include "minglu/store.hpp"
#include "sync/bundle.hpp"
#include "sync/fork_proof.hpp"

namespace minglu {

/// `records` are those of the segment, in order. None when they do not reach back to where the branches part, or do
/// not lead to the signed head: then nobody is accused. A proof that is returned is sound (check_fork).
[[nodiscard]] std::optional<ForkProof> fork_in_segment(const ReadTx& tx, const LogRow& log, const LogKeys& keys,
                                                       const Segment& segment,
                                                       std::span<const RecordLines* const> records);

}  // namespace minglu
