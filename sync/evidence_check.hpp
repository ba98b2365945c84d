#pragma once
/// Checks evidence offline: with the file, the cards that the reader trusts, and nothing else.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/card.hpp"
#include "sync/evidence.hpp"
#include "sync/head.hpp"

namespace minglu {

struct CheckedHead {
    Head head;
    std::vector<NodeId> cosigners;  ///< other trusted nodes that signed it too
};

struct CheckedEvidence {
    Evidence evidence;
    CheckedHead state;                ///< what the issuer held
    std::vector<CheckedHead> heads;   ///< that prove the records, by log
    std::vector<CheckedHead> newest;  ///< of the other nodes that are trusted: how fresh it is
    bool law_differs = false;         ///< this program knows other rows of the law for this entry
};

/// Every way from the ops to the signed heads holds, they are all that count, or none does, at the head of the issuer,
/// and the answer is what follows from them. Errors: those of parse_evidence; unknown_log (a card is missing),
/// bad_signature, bad_proof, unsupported_version (another merge rule), each with the reason.
[[nodiscard]] Result<CheckedEvidence> check_evidence(std::string_view text, std::span<const Card> trusted);

}  // namespace minglu
