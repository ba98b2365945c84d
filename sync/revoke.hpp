#pragma once
/// Revoking a node's key by hand, telling others of it, and taking that over. See revocations.hpp.
#include <string>

#include "minglu/store.hpp"
#include "sync/revocations.hpp"

namespace minglu {

/// The key of that log of the peer counts up to there, `last.seq` 0 = nothing of it, and, with the keys before it, of
/// the peer's other logs up to what is held of them now. Where that log is not held, the key of the card. Errors:
/// bad_value (more is held), those of parse_card.
[[nodiscard]] Result<void> revoke_key(WriteTx& tx, const PeerRow& peer, const Dot& last, UnixMs now,
                                      const std::string& reason);

/// What is to be told of a node's revoked keys. Errors: not_found (none is revoked here), stale (not all of what counts
/// is here, so nobody here knows what stands there).
[[nodiscard]] Result<RevocationFile> revocation_file(const ReadTx& tx, const NodeId& node);

/// Keeps what the file says, in place of what was said here of the same keys; people have compared its fingerprint. Of
/// a node that has no card here yet, too. Errors, with nothing written: bad_value (the key that this node signs with;
/// more is held than would count, or another history), those of check_key_change.
[[nodiscard]] Result<void> accept_revocations(WriteTx& tx, const RevocationFile& file);

}  // namespace minglu
