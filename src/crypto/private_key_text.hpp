#pragma once
/// Private keys as PKCS#8 in PEM, plain or under a passphrase (PBES2: scrypt N = 2^14, r = 8, p = 5; AES-256-CBC; RFC
/// 7914, 8018). Private to src/crypto.
#include <string>
#include <string_view>

#include "src/crypto/openssl_handles.hpp"
#include "src/crypto/passphrase.hpp"

namespace minglu {

[[nodiscard]] std::string private_key_pem(EVP_PKEY* key, const Passphrase& passphrase);

[[nodiscard]] bool is_encrypted_pem(std::string_view pem);

/// Never asks anybody. Errors: malformed (no PKCS#8 PEM), unauthenticated (encrypted, and the passphrase is missing or
/// another one).
[[nodiscard]] Result<KeyPtr> private_key_of_pem(std::string_view pem, const Passphrase& passphrase);

}  // namespace minglu
