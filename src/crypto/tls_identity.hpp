#pragma once
/// The TLS certificate of a node. Peers pin its key, so nobody issues it and it never runs out (RFC 5280 §4.1.2.5:
/// notAfter 99991231235959Z); it is replaced by sending a new card.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/hash.hpp"
#include "minglu/ids.hpp"
#include "minglu/time.hpp"
#include "src/crypto/passphrase.hpp"
#include "src/crypto/secret_file.hpp"

namespace minglu {

struct TlsIdentity {
    std::string certificate_pem;
    std::string key_pem;  ///< PKCS#8, unencrypted: in memory only, where the file is encrypted
};

/// A new ECDSA P-256 key and a certificate for server and client use that it signs itself. `names` are the DNS names
/// and IP addresses of the peer listener; valid from a day before `now`, so that a partner's slow clock accepts it.
/// Errors: bad_value for a name that is neither.
[[nodiscard]] Result<TlsIdentity> generate_tls_identity(const NodeId& node, const std::vector<std::string>& names,
                                                        UnixMs now);

/// Both files get mode 0600; the key is written first. Errors: those of `write_secret_file`.
[[nodiscard]] Result<void> save_tls_identity(const TlsIdentity& identity, const std::filesystem::path& certificate,
                                             const std::filesystem::path& key, IfExists if_exists = IfExists::refuse,
                                             const Passphrase& passphrase = {});

/// Errors: those of `read_secret_file` (the key), not_found, malformed, bad_value when they do not belong together,
/// unauthenticated (the key is encrypted, and the passphrase is missing or another one).
[[nodiscard]] Result<TlsIdentity> load_tls_identity(const std::filesystem::path& certificate,
                                                    const std::filesystem::path& key,
                                                    const Passphrase& passphrase = {});

/// SHA-256 of the DER SubjectPublicKeyInfo (as RFC 7469 §2.4): what peers pin. Errors: malformed.
[[nodiscard]] Result<Hash> spki_sha256_of_certificate(std::string_view pem);
/// The same for a certificate in DER, as a TLS library hands it over.
[[nodiscard]] Result<Hash> spki_sha256_of_certificate_der(std::string_view der);

}  // namespace minglu
