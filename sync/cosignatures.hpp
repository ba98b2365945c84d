#pragma once
/// Cosignatures: what other nodes sign below a head once they hold its log in full up to it. A head that carries them
/// says on whose disks the log stands up to its size, and that all of them saw the same history. docs/PROTOCOL.md §6.
///
/// A cosignature says nothing of the head's state root or vector: only that the log is held, with this root.
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "sync/head.hpp"
#include "sync/known_keys.hpp"

namespace minglu {

/// A node cosigns one head of a log in this time at most.
constexpr std::int64_t cosign_interval_ms = 60'000;

/// A head with all the signatures known here.
struct VouchedHead {
    Head head;
    std::string note;
    std::vector<NodeId> by;  ///< who cosigned it, sorted; its author is not among them
};

/// The heads of a log that are known here with who vouches for each: those that nodes cosigned, and the one held.
/// Newest first.
[[nodiscard]] std::vector<VouchedHead> vouched_heads(const ReadTx& tx, const LogId& id);

/// Of those that cover `size` the one with the most cosignatures that hold, of several the newest. None when none
/// covers it. Cosigned heads are never larger than what is held of the log, so that a way to them can be proved from
/// here.
[[nodiscard]] std::optional<VouchedHead> best_head(const ReadTx& tx, const LogId& log, Seq size);

/// The note with the cosignatures of the same head that are known here.
[[nodiscard]] std::string with_cosignatures(const ReadTx& tx, std::string_view note);

/// What this node may cosign now: the latest head of each log of another node that it holds in full up to there, that
/// is neither cut nor disputed, and of which it has not cosigned one within the last minute. Signed, not yet stored.
[[nodiscard]] std::vector<CosignatureRow> due_cosignatures(const ReadTx& tx, const NodeId& self, const Signer& signer,
                                                           UnixMs now);

/// Reads the cosignatures off a note that came from elsewhere: those by nodes known here, newer than what is held of
/// the same node. A head that is larger than what is held of its log, or of a log that is not here, gives none. Errors:
/// those of parse_note; bad_signature when a signature of the author or of a known key fails, which spoils the whole
/// note; fork when the author's signed head is not of what is held.
[[nodiscard]] Result<std::vector<CosignatureRow>> read_cosigned(const ReadTx& tx, const KnownKeys& keys,
                                                                std::string_view note, UnixMs now);

/// What goes to a receiver: notes, and up to which number the sender has told.
struct CosignedNotes {
    std::vector<std::string> notes;
    std::int64_t upto = 0;
};
/// Rows after `after`, merged by head, of logs not in `skip`, in the order of their numbers until one comes that the
/// receiver could not check: `reached` is what it will hold.
[[nodiscard]] CosignedNotes cosigned_after(const ReadTx& tx, std::int64_t after, const std::set<LogId>& skip,
                                           const Vector& reached);

}  // namespace minglu
