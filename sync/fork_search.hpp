#pragma once
/// Finds where the branch of a log that a peer holds parts from the one held here, by asking the peer for proofs.
#include <optional>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "sync/fork_proof.hpp"

namespace minglu {

/// None when both agree as far as both can tell: there is nothing to accuse anybody of. Asks about twice the
/// logarithm of the size. Nothing that the peer says counts without a head signed by the log's key. Errors: those of
/// the transport, not_found (not held here, or not there), malformed, bad_signature, bad_proof.
[[nodiscard]] Result<std::optional<ForkProof>> find_fork(Transport& peer, Store& store, const LogId& id);

}  // namespace minglu
