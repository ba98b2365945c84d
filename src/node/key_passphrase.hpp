#pragma once
/// The passphrase of a node's key files, as a whole: the signing key, the one that follows it while it is being
/// changed, and the TLS key.
#include "src/crypto/passphrase.hpp"
#include "src/node/config.hpp"

namespace minglu {

/// Whether any of them is kept under a passphrase.
[[nodiscard]] bool keys_are_encrypted(const DataPaths& paths);

/// Puts all of them under `to`, or stores them plain where none is given. Each file is replaced in one step once the
/// new one is on disk, none before all of them have been opened; broken off in between, it is repeated with both
/// passphrases. What a killed program left of them under other names is removed. Errors: busy (the node runs), those of
/// files, malformed, unauthenticated.
[[nodiscard]] Result<void> change_key_passphrase(const DataPaths& paths, const Passphrase& from, const Passphrase& to);

}  // namespace minglu
