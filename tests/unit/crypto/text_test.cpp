#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "minglu/hash.hpp"

namespace {
using namespace minglu;

TEST_CASE("base64 gives the vectors of RFC 4648 §10, both ways") {
    const std::pair<std::string, std::string> cases[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff\xfe", "+//+"},
    };
    for (const auto& [bytes, text] : cases) {
        CHECK(to_base64(bytes) == text);
        CHECK(from_base64(text).value() == bytes);
    }
}

TEST_CASE("base64 has one spelling: anything else is refused") {
    for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "====", "=", "==", "Z===", "Zh==", "Zm9=", "Zm 8", "Zm8=\n",
                             "Zm-_", "Zg==Zg==", "Zm=v", " Zg=", "Zm8=Zm9v", "Zm9v=", "\xffm9v"}) {
        CAPTURE(text);
        CHECK_FALSE(from_base64(text).has_value());
    }
}

TEST_CASE("hexadecimal is written in lower case and read in either") {
    CHECK(to_hex(std::string("\x00\x0f\xa5\xff", 4)) == "000fa5ff");
    CHECK(from_hex("000fA5Ff").value() == std::string("\x00\x0f\xa5\xff", 4));
    CHECK(from_hex("").value().empty());
    for (const char* text : {"0", "0g", "g0", "0x", " 0", "00 ", "0\n", "@0", "`0", "G0", ":0", "/0"}) {
        CAPTURE(text);
        CHECK_FALSE(from_hex(text).has_value());
    }
}

TEST_CASE("bytes survive both text forms, and base64 accepts nothing that it would not write") {
    CHECK(rc::check("round trip", [](const std::string& bytes) {
        RC_ASSERT(from_hex(to_hex(bytes)).value() == bytes);
        RC_ASSERT(from_base64(to_base64(bytes)).value() == bytes);
    }));
    CHECK(rc::check("one spelling", [] {
        const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ABQgwZz09+/=")));
        const auto bytes = from_base64(text);
        if (bytes) RC_ASSERT(to_base64(*bytes) == text);
    }));
}

TEST_CASE("a hash has exactly 32 bytes") {
    CHECK(to_hash(std::string(32, 'x')).value()[31] == 'x');
    CHECK_FALSE(to_hash(std::string(31, 'x')).has_value());
    CHECK_FALSE(to_hash(std::string(33, 'x')).has_value());
    CHECK(bytes_of(to_hash(std::string(32, '\xff')).value()) == std::string(32, '\xff'));
}

}  // namespace
