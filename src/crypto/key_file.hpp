#pragma once
/// Files of private keys, of whatever kind: whether they are kept under a passphrase, and putting them under another.
#include <filesystem>
#include <string>
#include <string_view>

#include "src/crypto/passphrase.hpp"

namespace minglu {

/// False also for a file that cannot be read: whoever loads it says why.
[[nodiscard]] bool is_encrypted_key_file(const std::filesystem::path& path);

/// The same key under `to`, or plain where none is given. A key that `to` opens already comes back as it is, so that a
/// change that was broken off can be repeated. Errors: malformed, unauthenticated.
[[nodiscard]] Result<std::string> key_under(std::string_view pem, const Passphrase& from, const Passphrase& to);

}  // namespace minglu
