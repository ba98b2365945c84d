#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "minglu/hash.hpp"

namespace {
using namespace minglu;

std::string hex(HashAlgorithm algorithm, std::initializer_list<std::string_view> parts) {
    return to_hex(bytes_of(hash(algorithm, parts)));
}

TEST_CASE("the digests of FIPS 180-4 and GB/T 32905-2016") {
    struct Case {
        HashAlgorithm algorithm;
        std::string message;
        const char* digest;
    };
    std::string abcd16;
    for (int i = 0; i < 16; ++i) abcd16 += "abcd";
    const Case cases[] = {
        {HashAlgorithm::sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {HashAlgorithm::sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {HashAlgorithm::sm3, "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
        {HashAlgorithm::sm3, abcd16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
    };
    for (const Case& c : cases) CHECK(hex(c.algorithm, {c.message}) == c.digest);
}

TEST_CASE("parts are hashed as if they were one, and calls do not disturb each other") {
    CHECK(rc::check("concatenation", [](const std::string& a, const std::string& b, const std::string& c) {
        for (const HashAlgorithm algorithm : {HashAlgorithm::sha256, HashAlgorithm::sm3}) {
            RC_ASSERT(hash(algorithm, {a, b, c}) == hash(algorithm, {a + b + c}));
            RC_ASSERT((hash(algorithm, {a, b}) == hash(algorithm, {b, a})) == (a + b == b + a));
        }
        RC_ASSERT(sha256({a}) != hash(HashAlgorithm::sm3, {a}));
    }));
}

TEST_CASE("suites have names, and each its hash") {
    for (const Suite suite : {Suite::ed25519_sha256, Suite::sm2_sm3}) CHECK(parse_suite(name(suite)).value() == suite);
    CHECK(name(Suite::sm2_sm3) == "sm2-sm3");
    CHECK(hash_of(Suite::sm2_sm3) == HashAlgorithm::sm3);
    CHECK(hash_of(Suite::ed25519_sha256) == HashAlgorithm::sha256);
    for (const char* text : {"", "sm2", "SM2-SM3", "ed25519-sha256 ", "ed25519"}) {
        CHECK(parse_suite(text).error().code == ErrorCode::bad_value);
    }
}

}  // namespace
