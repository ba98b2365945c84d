#pragma once
/// Reading the passphrase of the keys from where the command line says.
#include "src/cli/backend.hpp"
#include "src/crypto/passphrase.hpp"
#include "src/node/config.hpp"

namespace minglu::cli {

[[nodiscard]] bool is_named(const PassphraseFrom& from);

/// From the options, else the configuration, else the service manager's credential; none where none of them names one.
/// Errors: those of reading; unauthenticated when a person is to be asked and there is no terminal.
[[nodiscard]] Result<Passphrase> read_passphrase(const PassphraseFrom& from, const KeysConfig& keys);

/// One that keys are to be put under; a person types it twice. Errors: also bad_value.
[[nodiscard]] Result<Passphrase> read_new_passphrase(const PassphraseFrom& from);

}  // namespace minglu::cli
