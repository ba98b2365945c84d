#pragma once
/// The proof that a log has forked, and where: two heads signed by its author, the last position that both are known
/// to share, one at which they differ, and for each head the way from both. Whoever has the author's card can check it;
/// nothing else is needed. docs/PROTOCOL.md §6.
///
///     {"minglu_fork":1,"log":…,"common":k,"root":base64,"differ":d,
///      "sides":[{"head":note,"from_common":[step,…],"from_differ":[step,…]},{…}]}
///
/// A step is one of a bundle. `differ` is the position after the common one, or a later one where the node that found
/// the fork held too little. `common` 0: the branches share nothing, and `from_common` is empty.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/store.hpp"
#include "sync/head.hpp"
#include "sync/key_changes.hpp"

namespace minglu {

constexpr std::size_t fork_proof_bytes_max = 2u * 1024 * 1024;

struct ForkSide {
    std::string head;                    ///< signed note
    std::vector<ProofStep> from_common;  ///< from `common` to the head
    std::vector<ProofStep> from_differ;  ///< from `differ`; empty when that is the head's size
    friend bool operator==(const ForkSide&, const ForkSide&) = default;
};

struct ForkProof {
    LogId log;
    Seq common;
    Hash root{};  ///< at `common`
    Seq differ;
    std::array<ForkSide, 2> sides;
    friend bool operator==(const ForkProof&, const ForkProof&) = default;
};

[[nodiscard]] std::string serialise(const ForkProof& proof);

/// Form only. Errors: malformed, too_large.
[[nodiscard]] Result<ForkProof> parse_fork_proof(std::string_view text);

/// Both heads are signed with a key of the log, agree at `common` and not at `differ`. Errors: bad_signature,
/// bad_proof.
[[nodiscard]] Result<void> check_fork(const ForkProof& proof, const LogKeys& keys);
/// The same of heads whose signatures need not be checked: those of its sides. Errors: bad_proof.
[[nodiscard]] Result<void> check_branches(const ForkProof& proof, HashAlgorithm algorithm,
                                          const std::array<Head, 2>& heads);

}  // namespace minglu
