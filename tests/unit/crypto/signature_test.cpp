#include <doctest/doctest.h>

#include "src/crypto/signing_key.hpp"

namespace {
using namespace minglu;

std::string unhex(std::string_view text) {
    return from_hex(text).value();
}

struct Vector {
    Suite suite;
    std::string public_key, message, signature;
};

/// RFC 8032 §7.1 tests 1 and 2; GB/T 32918.5-2017 annex A.2 (id 1234567812345678).
std::vector<Vector> vectors() {
    return {
        {Suite::ed25519_sha256, unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), "",
         unhex(
             "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0"
             "595bbe24655141438e7a100b")},
        {Suite::ed25519_sha256, unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"), R"(r)",
         unhex(
             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eae"
             "b4302aeeb00d291612bb0c00")},
        {Suite::sm2_sm3,
         unhex(
             "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05"
             "fbf35e084a6632f6072da9ad13"),
         "message digest",
         unhex(
             "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd"
             "1f7f42d4840b69c485bbc1aa")},
    };
}

bool verifies(const Vector& v) {
    return verify_signature(v.suite, v.public_key, v.message, v.signature);
}

TEST_CASE("published signatures verify") {
    for (const Vector& v : vectors()) CHECK(verifies(v));
}

TEST_CASE("a signature with any byte changed is refused, and so is a changed key, message or suite") {
    for (const Vector& v : vectors()) {
        for (std::size_t i = 0; i < v.signature.size(); ++i) {
            Vector changed = v;
            changed.signature[i] = static_cast<char>(changed.signature[i] ^ 1);
            CHECK_FALSE(verifies(changed));
        }
        for (std::size_t i = 0; i < v.public_key.size(); ++i) {
            Vector changed = v;
            changed.public_key[i] = static_cast<char>(changed.public_key[i] ^ 1);
            CHECK_FALSE(verifies(changed));
        }
        Vector longer = v;
        longer.message += '\0';
        CHECK_FALSE(verifies(longer));
        Vector other = v;
        other.suite = v.suite == Suite::sm2_sm3 ? Suite::ed25519_sha256 : Suite::sm2_sm3;
        CHECK_FALSE(verifies(other));
    }
}

TEST_CASE("malformed keys and signatures are refused, not fatal") {
    for (const Vector& v : vectors()) {
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{1}, v.public_key.size() - 1, v.public_key.size() + 1}) {
            Vector changed = v;
            changed.public_key.resize(size, '\x04');
            CHECK_FALSE(verifies(changed));
        }
        for (const std::size_t size : {0u, 1u, 63u, 65u, 70u}) {
            Vector changed = v;
            changed.signature.resize(size);
            CHECK_FALSE(verifies(changed));
        }
        for (const char filler : {'\0', '\xff'}) {
            Vector changed = v;
            changed.signature.assign(64, filler);
            CHECK_FALSE(verifies(changed));
            changed = v;
            changed.public_key.assign(v.public_key.size(), filler);
            CHECK_FALSE(verifies(changed));
        }
    }
}

TEST_CASE("the SM2 key of the standard's example, from a file, signs what its public key verifies") {
    // Private key 3945208f… of GB/T 32918.5-2017 annex A.2 in PKCS#8.
    const std::string der = unhex(
        "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b02010104203945208f7b2144b13f36e38ac6d39f95889393"
        "69"
        "2860b51a42fb81ef4df7c5b8a1440342000409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce2"
        "67"
        "75a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13");
    const auto key =
        signing_key_of_pem("-----BEGIN PRIVATE KEY-----\n" + to_base64(der) + "\n-----END PRIVATE KEY-----\n");
    REQUIRE(key.has_value());
    CHECK((*key)->suite() == Suite::sm2_sm3);
    CHECK((*key)->public_key() == vectors()[2].public_key);
    CHECK(verify_signature(Suite::sm2_sm3, vectors()[2].public_key, "名录", (*key)->sign("名录")));
}

TEST_CASE("what a generated key signs verifies with its public key only") {
    for (const Suite suite : {Suite::ed25519_sha256, Suite::sm2_sm3}) {
        const auto mine = generate_signing_key(suite);
        const auto theirs = generate_signing_key(suite);
        CHECK(mine->public_key() != theirs->public_key());
        for (const std::string& message : {std::string(), std::string("名录"), std::string(100'000, 'x')}) {
            // Often enough that a short r or s of SM2 (1 in 128) must have been padded.
            for (int i = 0; i < 400; ++i) {
                const std::string signature = mine->sign(message);
                REQUIRE(signature.size() == 64);
                REQUIRE(verify_signature(suite, mine->public_key(), message, signature));
                if (message.size() > 100) break;
            }
            CHECK_FALSE(verify_signature(suite, theirs->public_key(), message, mine->sign(message)));
        }
    }
}

}  // namespace
