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

/// The key whose private number is SHA-256(name). Signatures of Ed25519 are deterministic (RFC 8032), those of SM2 are
/// not: of a run with such keys everything but the signatures is the same every time.
inline std::unique_ptr<SigningKey> fixed_key(std::string_view name, Suite suite = Suite::ed25519_sha256) {
    // PKCS #8 (RFC 5208) up to the number: of Ed25519 as in RFC 8410, of SM2 with an ECPrivateKey (RFC 5915) inside.
    constexpr std::string_view ed25519{"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16};
    constexpr std::string_view sm2{
        "\x30\x41\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x81\x1c\xcf\x55\x01\x82\x2d"
        "\x04\x27\x30\x25\x02\x01\x01\x04\x20",
        35};
    const std::string der =
        std::string(suite == Suite::sm2_sm3 ? sm2 : ed25519).append(bytes_of(sha256({"minglu test key ", name})));
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
