#pragma once
/// Evidence: one file that proves one answer of one node to somebody who has nothing but the cards of the nodes.
///
/// It carries every effective op of a key with the signed record it came in, the way of each from its op line to its
/// author's signed head (RFC 9162), and the way from the fold of these ops to the state root in the signed head of the
/// node that issues it: so it proves that these are *all* the ops that count, or that there are none. What the answer
/// says follows from them by rule. The issuer signs the whole; when records arrived is its own statement.
///
/// docs/EVIDENCE.md describes the file byte by byte, and how it is checked.
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/fold.hpp"
#include "catalog/law.hpp"
#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "sync/key_changes.hpp"
#include "sync/state_trie.hpp"

namespace minglu {

/// Room for the largest record of one op, which stands in it three times: its line, the state of the entry, the answer.
constexpr std::size_t evidence_bytes_max = 96u * 1024 * 1024;

/// A record as it was signed, and its place in its log.
struct ProvedRecord {
    std::string header;      ///< verbatim
    UnixMs arrived;          ///< at the issuer
    std::vector<Hash> path;  ///< inclusion proof of the header in the tree of LogProof::size
    friend bool operator==(const ProvedRecord&, const ProvedRecord&) = default;
};

struct ProvedOp {
    ProvedRecord record;
    std::string line;                     ///< verbatim
    std::uint64_t index = 0;              ///< of the line in its record, from 0
    std::vector<Hash> path;               ///< inclusion proof of the line in `ops_root`
    std::vector<ProvedRecord> approvals;  ///< of a proposal: all that count, by dot
    friend bool operator==(const ProvedOp&, const ProvedOp&) = default;
};

/// What a log's author signed of it.
struct LogProof {
    std::string head;              ///< signed note
    Seq size;                      ///< of the tree that the inclusion proofs lead to
    std::vector<ProofStep> steps;  ///< from there to the head; empty where they are the same
    friend bool operator==(const LogProof&, const LogProof&) = default;
};

struct KnownCard {
    NodeId node;
    std::string name;         ///< empty where the issuer has no card of it
    std::string fingerprint;  ///< likewise
    Suite suite = Suite::ed25519_sha256;
    std::string signing_key;  ///< raw
    friend bool operator==(const KnownCard&, const KnownCard&) = default;
};

struct Evidence {
    NodeId node;  ///< that issues it
    UnixMs made;
    EntryKey key;
    Day as_of;
    std::optional<UnixMs> known_at;
    std::string answer;                    ///< canonical JSON, see answer_of
    std::vector<ProvedOp> ops;             ///< all that count for the key, by dot
    std::map<LogId, LogProof> logs;        ///< in which the records of `ops` stand
    std::string state_head;                ///< signed note of the issuer, which states the state root
    std::string entry_state;               ///< canonical JSON of what the ops fold to; empty where none counts
    std::vector<TrieChildren> path;        ///< from there towards the key
    std::optional<TrieOccupant> occupant;  ///< where nothing counts and another key stands at the end of the path
    std::vector<std::string> newest;       ///< of every other node its newest head here, by log: how fresh this is
    Law law;                               ///< the rows by which the answer was found
    std::vector<KnownCard> cards;          ///< of the nodes of all these heads, by node
    std::vector<KeyChange> key_changes;    ///< of these nodes, as far as the issuer knows
    std::string signature;                 ///< raw, of the issuer
};

/// The ops of the file that count by what had arrived at the issuer then; all when none. Errors: malformed, naming the
/// record.
[[nodiscard]] Result<std::vector<EffectiveOp>> effective_ops(const Evidence& evidence, std::optional<UnixMs> known_at);
/// {"as_known_then"?,"fields","listing","right","verdict"}: what follows from the ops, their arrivals, the law and what
/// was asked.
[[nodiscard]] Result<std::string> answer_of(const Evidence& evidence);

/// Those open conflicts that the ops make, by what was known then: what the answer says of their fields may change.
[[nodiscard]] Result<std::vector<ConflictView>> open_conflicts(const Evidence& evidence);

/// The file's bytes: canonical JSON and a line feed.
[[nodiscard]] std::string serialise(const Evidence& evidence);
/// What the issuer signs: "minglu/evidence/1\n" and the canonical JSON without the member `signature`.
[[nodiscard]] std::string signed_bytes(const Evidence& evidence);
/// Form only: every byte is where `serialise` puts it. Errors: too_large, malformed, unsupported_version.
[[nodiscard]] Result<Evidence> parse_evidence(std::string_view text);

}  // namespace minglu
