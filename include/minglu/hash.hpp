#pragma once
/// Hashing as the formats need it. Declared here, implemented by `src/crypto`, so that `catalog/` and `sync/`
/// see no cryptographic library. All functions are pure and thread-safe.
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

/// 32 bytes: SHA-256 (FIPS 180-4) or SM3 (GB/T 32905-2016).
using Hash = std::array<std::uint8_t, 32>;

/// What a log signs and hashes with; chosen once at `init`, named in the node's card.
enum class Suite {
    ed25519_sha256,
    sm2_sm3,
};
[[nodiscard]] std::string_view name(Suite suite);  ///< "ed25519-sha256", "sm2-sm3"
[[nodiscard]] Result<Suite> parse_suite(std::string_view text);

enum class HashAlgorithm { sha256, sm3 };
[[nodiscard]] constexpr HashAlgorithm hash_of(Suite suite) {
    return suite == Suite::sm2_sm3 ? HashAlgorithm::sm3 : HashAlgorithm::sha256;
}

/// Hash of the concatenation of `parts`.
[[nodiscard]] Hash hash(HashAlgorithm algorithm, std::initializer_list<std::string_view> parts);
[[nodiscard]] inline Hash sha256(std::initializer_list<std::string_view> parts) {
    return hash(HashAlgorithm::sha256, parts);
}
/// SHA-256 of what comes piece by piece.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::string_view bytes);
    [[nodiscard]] Hash finish();  ///< to be called once

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// The bytes of a hash as a view, to feed it into another.
[[nodiscard]] inline std::string_view bytes_of(const Hash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

[[nodiscard]] std::string to_hex(std::string_view bytes);          ///< lower case
[[nodiscard]] Result<std::string> from_hex(std::string_view hex);  ///< either case
[[nodiscard]] std::string to_base64(std::string_view bytes);       ///< RFC 4648 §4, with padding
[[nodiscard]] Result<std::string> from_base64(std::string_view text);
[[nodiscard]] Result<Hash> to_hash(std::string_view bytes);  ///< exactly 32 bytes

}  // namespace minglu
