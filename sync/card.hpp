#pragma once
/// The card of a node: the file that two organisations exchange once, by hand, to know each other's keys.
///
/// Pretty-printed JSON, all fields always there, further ones are signed too and otherwise ignored:
///
///     {"minglu_card":1, "node":"cq", "name":"重庆市知识产权局", "suite":"ed25519-sha256", "signing_key":"<base64>",
///      "tls_spki_sha256":"<hex>", "url":"https://minglu.cq.example:8443", "made":"2025-12-19T10:00:00.000+08:00",
///      "signature":"<base64>"}
///
/// The signature, by `signing_key`, is over "minglu/card/1\n" ‖ canonical JSON of all the other fields. It proves that
/// the maker holds the key and that the card is whole; whose key it is, people find out by comparing fingerprints.
#include <string>
#include <string_view>

#include "minglu/hash.hpp"
#include "minglu/ids.hpp"
#include "minglu/ports.hpp"
#include "minglu/time.hpp"

namespace minglu {

constexpr std::size_t card_bytes_max = 16u * 1024;

struct Card {
    NodeId node;
    std::string name;  ///< for people, 1 to 200 bytes of UTF-8 without control characters
    Suite suite = Suite::ed25519_sha256;
    std::string signing_key;  ///< raw public key of the suite
    Hash tls_spki_sha256{};   ///< SHA-256 of the TLS key's SubjectPublicKeyInfo
    std::string url;          ///< base of the peer listener, https://…; empty for a node that only calls out
    UnixMs made;
    friend bool operator==(const Card&, const Card&) = default;
};

/// The file's bytes. `suite` and `signing_key` are the signer's, whatever `card` says. Throws std::invalid_argument
/// when `parse_card` would refuse a field.
[[nodiscard]] std::string make_card(const Card& card, const Signer& signer);

/// Errors: too_large, malformed (no such JSON), unsupported_version, missing_value and bad_value (naming the field),
/// bad_signature.
[[nodiscard]] Result<Card> parse_card(std::string_view text);

/// The first 96 bits in groups that can be read out.
[[nodiscard]] std::string fingerprint_text(const Hash& digest);

/// What two people compare by telephone: 96 bits of a hash over node, suite and both keys, "9f3c 21d0 7be4 5a18 03ab
/// 99f0".
[[nodiscard]] std::string fingerprint(const Card& card);

}  // namespace minglu
