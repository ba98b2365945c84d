#pragma once
/// Proves one segment of a bundle before anything of it becomes visible: op roots, leaf hashes, the root at its end,
/// the consistency proof to the signed head, and that this head continues the one held. Pure but for the stored tree
/// nodes.
#include <span>
#include <string>

#include "minglu/store.hpp"
#include "sync/bundle.hpp"
#include "sync/head.hpp"
#include "sync/merkle.hpp"

namespace minglu {

/// Errors: malformed, bad_proof, bad_signature, gap, fork. `log` is the log as held here (size 0 for a new one), with
/// the key and suite that its heads must be signed with; `records` are those of this segment, in order.
[[nodiscard]] Result<Head> prove_segment(const LogRow& log, const Segment& segment,
                                         std::span<const RecordLines* const> records);

/// What of a log goes out: records `from`..`to` with the proof from `to` to the held head, and, when the receiver named
/// an older head, the proof from that one.
[[nodiscard]] Segment make_segment(const ReadTx& tx, const LogRow& log, Seq from, Seq to, Seq receiver_head);

/// The stored perfect subtrees of a log. Throws StoreFault(corrupt) where one is missing.
[[nodiscard]] NodeReader node_reader(const ReadTx& tx, LogNo log);

}  // namespace minglu
