#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

#include "catalog/identifiers/uscc.hpp"

using namespace minglu;

namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

std::string random_from(std::string_view characters, std::size_t length) {
    std::string out;
    while (out.size() < length) out += characters[*rc::gen::inRange<std::size_t>(0, characters.size())];
    return out;
}

/// A code with both check characters right.
std::string random_code() {
    const auto organisation = random_from(alphabet, 8);
    auto code = "91" + random_from("0123456789", 6) + organisation + organisation_check_character(organisation);
    return code + uscc_check_character(code);
}

}  // namespace

TEST_CASE("codes as people type them") {
    for (const char* typed :
         {"91110108551385082Q", "91110108-551385082Q", "911101085513-85082-Q", "9I1IOI08551385O82Q"})
        CHECK(read_uscc(typed) == std::string("91110108551385082Q"));
    CHECK(read_uscc("9I1IOI08551385O82P").error().code == ErrorCode::bad_check_digit);
    CHECK(parse_uscc("9I1IOI08551385O82Q").error().code == ErrorCode::bad_number);
    CHECK(read_uscc("OIOIOI").error().code == ErrorCode::bad_number);
}

TEST_CASE("verified codes") {
    for (const std::string code : {"91110108551385082Q", "91350100M000100Y43", "91350200MA2YJ1XR9G",
                                   "91350200776049653A", "91350500798359476R", "11500111009347908D"}) {
        CAPTURE(code);
        CHECK(parse_uscc(code) == code);
    }
    CHECK(parse_uscc("11500111009347908d") == std::string("11500111009347908D"));  // as its own site prints it
    CHECK(parse_uscc(" 9111 0108 5513 8508 2Ｑ ") == std::string("91110108551385082Q"));
}

TEST_CASE("a sum divisible by 31 gives 0, not a character past the end") {
    CHECK(uscc_check_character("91500000MA5100002") == '0');
    // The same with a right organisation code inside.
    int seen = 0;
    for (int i = 0; i < 2000 && seen == 0; ++i) {
        auto organisation = std::to_string(10000000 + i);
        auto code = "91500000" + organisation + organisation_check_character(organisation);
        if (uscc_check_character(code) != '0') continue;
        ++seen;
        CHECK(parse_uscc(code + "0") == code + "0");
    }
    CHECK(seen == 1);
}

TEST_CASE("codes that are refused") {
    struct Case {
        const char* text;
        ErrorCode code;
    };
    for (const Case& c :
         {Case{"91110108551385082R", ErrorCode::bad_check_digit},
          Case{"91500000MA51000020", ErrorCode::bad_check_digit},  // inner check should not be 2
          Case{"91110108551385082", ErrorCode::bad_number}, Case{"91110108551385082QQ", ErrorCode::bad_number},
          Case{"9111010855138508IQ", ErrorCode::bad_number}, Case{"", ErrorCode::bad_number},
          Case{"91A10108551385082Q", ErrorCode::bad_number}}) {
        CAPTURE(c.text);
        const auto parsed = parse_uscc(c.text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == c.code);
    }
}

TEST_CASE("every code with both checks right is taken, in either case") {
    CHECK(rc::check([] {
        const auto code = random_code();
        RC_ASSERT(parse_uscc(code) == code);
        auto lower = code;
        for (char& c : lower)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        RC_ASSERT(parse_uscc(lower) == code);
    }));
}

TEST_CASE("each single wrong character is found") {
    CHECK(rc::check([] {
        auto code = random_code();
        const auto at = *rc::gen::inRange<std::size_t>(0, code.size());
        const char other = alphabet[*rc::gen::inRange<std::size_t>(0, alphabet.size())];
        RC_PRE(code[at] != other);
        code[at] = other;
        RC_ASSERT_FALSE(parse_uscc(code).has_value());
    }));
}
