#pragma once
/// Raw public keys and signatures, as they stand in cards and heads, to and from OpenSSL's forms. Private to
/// src/crypto.
#include <string>
#include <string_view>

#include "minglu/hash.hpp"
#include "src/crypto/openssl_handles.hpp"

namespace minglu {

/// Null when the bytes are no public key of the suite (wrong length, not on the curve).
[[nodiscard]] KeyPtr public_key_of_raw(Suite suite, std::string_view raw);
[[nodiscard]] std::string raw_public_key_of(Suite suite, EVP_PKEY* key);

/// SM2 signatures: DER SEQUENCE { r, s } <-> r ‖ s. Empty when not a signature.
[[nodiscard]] std::string raw_signature_of_der(std::string_view der);
[[nodiscard]] std::string der_of_raw_signature(std::string_view raw);

enum class SignatureUse { sign, verify };
/// A context ready to sign or verify one message; null when OpenSSL refuses the key.
[[nodiscard]] DigestContextPtr signature_context(Suite suite, EVP_PKEY* key, SignatureUse use);

}  // namespace minglu
