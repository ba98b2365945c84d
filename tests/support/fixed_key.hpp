#pragma once
/// Keys, clock and chance that are the same in every run, so that a seed replays everything down to the signatures.
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include "minglu/ports.hpp"
#include "src/crypto/signing_key.hpp"
#include "sync/card.hpp"

namespace minglu::test {

/// The Ed25519 key whose private seed is SHA-256(name); signatures of Ed25519 are deterministic (RFC 8032).
inline std::unique_ptr<SigningKey> fixed_key(std::string_view name) {
    constexpr std::string_view pkcs8_prefix{"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16};
    const std::string der = std::string(pkcs8_prefix).append(bytes_of(sha256({"minglu test key ", name})));
    auto key = signing_key_of_pem("-----BEGIN PRIVATE KEY-----\n" + to_base64(der) + "\n-----END PRIVATE KEY-----\n");
    if (!key) throw std::logic_error(describe(key.error()));
    return *std::move(key);
}

inline std::string fixed_card(const NodeId& node, const Signer& signer) {
    Card card;
    card.node = node;
    card.name = "node " + node.value();
    card.tls_spki_sha256 = sha256({"tls of ", node.value()});
    card.made = UnixMs{1'766'109'600'000};
    return make_card(card, signer);
}

/// Time that passes only when it is told to. Several clocks may differ by their `skew_ms`.
class ManualClock : public Clock {
public:
    explicit ManualClock(std::int64_t start_ms = 1'766'109'600'000) : now_ms_(start_ms) {}
    [[nodiscard]] UnixMs now() const override { return UnixMs{now_ms_ + skew_ms}; }
    [[nodiscard]] std::int64_t steady_ms() const override { return now_ms_; }
    void advance(std::int64_t ms) { now_ms_ += ms; }

    std::int64_t skew_ms = 0;

private:
    std::int64_t now_ms_;
};

/// The generator's numbers are fixed by the C++ standard, those of its distributions are not: none is used.
class SeededRandom : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : generator_(seed) {}
    [[nodiscard]] std::uint64_t next() override { return generator_(); }
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return generator_() % bound; }
    [[nodiscard]] bool one_in(std::uint64_t bound) { return below(bound) == 0; }
    template <class List>
    [[nodiscard]] auto& pick(List& list) {
        return list[static_cast<std::size_t>(below(list.size()))];
    }

private:
    std::mt19937_64 generator_;
};

}  // namespace minglu::test
