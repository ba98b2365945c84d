#pragma once
/// Proves one segment of a bundle before anything of it becomes visible: op roots, leaf hashes, the root at its end,
/// the consistency proof to the signed head, and that this head continues the one held. Pure but for the stored tree
/// nodes.
#include <span>
#include <string>
#include <vector>

#include "minglu/store.hpp"
#include "sync/bundle.hpp"
#include "sync/head.hpp"
#include "sync/key_changes.hpp"
#include "sync/merkle.hpp"

namespace minglu {

/// How the proved head stands to the one held here.
enum class Continuity {
    proved,   ///< it is the same, or provably one that continues or precedes it
    unproved  ///< both are signed, and the sender holds too little to connect them
};

struct ProvedSegment {
    Head head;
    Continuity continuity = Continuity::proved;
    std::vector<KeyChange> disproved{};  ///< changes of key known here that the log, up to them, does not lead to
};

/// Errors: malformed, bad_proof, bad_signature, gap, fork. `log` is the log as held here (size 0 for a new one), `keys`
/// those that its heads must be signed with; `held` reads its stored subtrees; `records` are those of this
/// segment, in order. A segment that is older than what is held here is proved against it, and brings nothing. Of a
/// log with a cut the records up to it count as proved, by the root that its author stated there; the head is not
/// compared with the one held.
[[nodiscard]] Result<ProvedSegment> prove_segment(const LogRow& log, const LogKeys& keys, const NodeReader& held,
                                                  const Segment& segment, std::span<const RecordLines* const> records);

/// Whether a receiver with a head of that size can connect it to our head, when it gets no records with it.
[[nodiscard]] bool can_connect(const LogRow& log, Seq receiver_head);

/// What of a log goes out: records `from`..`to` with the proof from `to` to the held head, and, when the receiver named
/// an older head, the proof from that one.
[[nodiscard]] Segment make_segment(const ReadTx& tx, const LogRow& log, Seq from, Seq to, Seq receiver_head);

/// The stored perfect subtrees of a log. Throws StoreFault(corrupt) where one is missing.
[[nodiscard]] NodeReader node_reader(const ReadTx& tx, LogNo log);

}  // namespace minglu
