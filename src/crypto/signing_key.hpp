#pragma once
/// The key a node signs its heads and its card with.
///
/// | suite          | public key                                 | signature                       | standard |
/// |----------------|--------------------------------------------|---------------------------------|--------------------|
/// | ed25519-sha256 | 32 bytes                                   | 64 bytes                        | RFC 8032 | |
/// sm2-sm3        | 65 bytes, uncompressed point 04 ‖ x ‖ y    | 64 bytes, r ‖ s, each 32 bytes  | GB/T 32918.2, .5   |
///
/// SM2 always signs with the distinguishing id `1234567812345678` of GB/T 35276-2017: a verifier needs the same one, so
/// it is fixed and always passed on. Raw r ‖ s rather than DER: one signature has one spelling, of one length.
#include <filesystem>
#include <memory>
#include <string>

#include "minglu/ports.hpp"
#include "src/crypto/passphrase.hpp"
#include "src/crypto/secret_file.hpp"

namespace minglu {

/// A signer whose key can be written to a file. Safe to use from several threads.
class SigningKey : public Signer {
public:
    /// PKCS#8 in PEM, encrypted where a passphrase is given; else the file's mode alone protects it.
    [[nodiscard]] virtual std::string private_pem(const Passphrase& passphrase = {}) const = 0;
};

[[nodiscard]] std::unique_ptr<SigningKey> generate_signing_key(Suite suite);

/// Errors: malformed (no PKCS#8 PEM), bad_value (a key of neither suite), unauthenticated (encrypted, and the
/// passphrase is missing or another one).
[[nodiscard]] Result<std::unique_ptr<SigningKey>> signing_key_of_pem(std::string_view pem,
                                                                     const Passphrase& passphrase = {});

/// Errors: those of `read_secret_file` and `signing_key_of_pem`.
[[nodiscard]] Result<std::unique_ptr<SigningKey>> load_signing_key(const std::filesystem::path& path,
                                                                   const Passphrase& passphrase = {});

/// Errors: those of `write_secret_file`.
[[nodiscard]] Result<void> save_signing_key(const SigningKey& key, const std::filesystem::path& path,
                                            IfExists if_exists = IfExists::refuse, const Passphrase& passphrase = {});

}  // namespace minglu
