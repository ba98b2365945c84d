#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <string>

#include "catalog/identifiers/patent.hpp"

using namespace minglu;

namespace {

std::string number_of(std::string_view text) {
    const auto parsed = parse_patent_number(text);
    return parsed ? parsed->number : std::string(name(parsed.error().code));
}

/// Digits of a random application number, old form or new.
std::string random_application() {
    const bool old_form = *rc::gen::arbitrary<bool>();
    const char kind = *rc::gen::element('1', '2', '3', '8', '9');
    const int year = old_form ? *rc::gen::inRange(85, 104) % 100 : *rc::gen::inRange(2003, 2100);
    std::string digits = std::to_string(year);
    if (old_form && digits.size() == 1) digits.insert(0, "0");
    digits += kind;
    while (digits.size() < (old_form ? 8u : 12u)) digits += static_cast<char>('0' + *rc::gen::inRange(0, 10));
    return digits;
}

}  // namespace

TEST_CASE("verified application numbers, as printed and without what may be missing") {
    const std::array<std::string, 8> numbers{"201710601862.3", "201310699744.2", "200510113767.6", "95115608.X",
                                             "97101765.4",     "90101673.X",     "00814037.5",     "01800565.9"};
    for (const auto& number : numbers) {
        CAPTURE(number);
        const auto dot = number.find('.');
        CHECK(number_of(number) == number);
        CHECK(number_of("ZL" + number) == number);
        CHECK(number_of("CN" + number) == number);
        CHECK(number_of(number.substr(0, dot)) == number);
        CHECK(number_of(number.substr(0, dot) + number.substr(dot + 1)) == number);
        CHECK(display_patent_number(number) == "ZL" + number);
        CHECK_FALSE(parse_patent_number(number)->is_publication);
    }
}

TEST_CASE("spellings of application numbers") {
    struct Case {
        const char* text;
        const char* number;
    };
    const std::array<Case, 16> cases{{
        {"ZL202410204171。X", "202410204171.X"},
        {"ZL202410204171·X", "202410204171.X"},
        {"“ZL202410204171.X”。", "202410204171.X"},
        {"ZL-2017-1-0601862.3", "201710601862.3"},
        {"ZL 2017 1 0601862.3", "201710601862.3"},
        {"ＺＬ２０１７１０６０１８６２．３", "201710601862.3"},
        {"zl201710601862.3", "201710601862.3"},
        {"\u00a0201710601862.3\u200b", "201710601862.3"},
        {"95115608.x", "95115608.X"},
        {"CN202410204171.X", "202410204171.X"},
        {"201710601862.8", "bad_check_digit"},
        {"201740601862", "bad_number"},   // no kind 4
        {"200210601862", "bad_number"},   // the long form begins in 2003
        {"04115608", "bad_number"},       // the short form ends in 2003
        {"201710601862.", "bad_number"},  // nothing after the dot
        {"201710601862.33", "bad_number"},
    }};
    for (const auto& c : cases) {
        CAPTURE(c.text);
        CHECK(number_of(c.text) == c.number);
    }
}

TEST_CASE("the year and kind of an application number") {
    CHECK(parse_patent_number("95115608.X")->year == 1995);
    CHECK(parse_patent_number("00814037.5")->year == 2000);
    CHECK(parse_patent_number("00814037.5")->kind_digit == '8');
    CHECK(parse_patent_number("201710601862.3")->year == 2017);
    CHECK(parse_patent_number("201710601862.3")->kind_digit == '1');
    CHECK(parse_patent_number("CN112734678B")->year == 0);
}

TEST_CASE("a wrong check digit is named with the right one") {
    const auto parsed = parse_patent_number("201710601862.8");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().what == "check digit of 201710601862.8 should be 3");
}

TEST_CASE("publications of one application have a number in common since it has nine digits") {
    CHECK(publication_stem("CN112734678A") == "CN112734678");
    CHECK(publication_stem("CN112734678B9") == "CN112734678");
    CHECK(publication_stem("CN112734678") == "CN112734678");
    for (const char* other : {"CN1365983A", "CN1365983", "CN1127346789", "201710601862.3", "112734678", "CN", ""})
        CHECK_MESSAGE(publication_stem(other).empty(), other);
}

TEST_CASE("publication numbers") {
    struct Case {
        const char* text;
        const char* number;
    };
    const std::array<Case, 24> cases{{
        {"CN112734678B", "CN112734678B"},   {"cn 112734678 b", "CN112734678B"}, {"112734678B", "CN112734678B"},
        {"CN112734678A8", "CN112734678A8"}, {"CN112734678B9", "CN112734678B9"}, {"CN100590614C", "CN100590614C"},
        {"CN112734678C7", "CN112734678C7"}, {"CN212734678U", "CN212734678U"},   {"CN212734678Y3", "CN212734678Y3"},
        {"CN312734678S", "CN312734678S"},   {"CN312734678S1", "CN312734678S1"}, {"CN312734678S9", "CN312734678S9"},
        {"CN1365983", "CN1365983"},         {"CN2829743Y", "CN2829743Y"},       {"CN1365983A", "CN1365983A"},
        {"CN112734678", "CN112734678"},     {"1365983", "bad_number"},  // seven bare digits are more often a trademark
        {"ZL112734678B", "bad_number"},                                 // ZL belongs to application numbers
        {"CN112734678U", "bad_number"},                                 // an invention has no U
        {"CN212734678B", "bad_number"},     {"CN312734678C1", "bad_number"},    {"CN112734678C8", "bad_number"},
        {"CN412734678B", "bad_number"},     {"CN1365983A8", "bad_number"},  // two-character codes came with nine digits
    }};
    for (const auto& c : cases) {
        CAPTURE(c.text);
        CHECK(number_of(c.text) == c.number);
    }
    CHECK(parse_patent_number("CN112734678B")->is_publication);
    CHECK(display_patent_number("CN112734678B") == "CN112734678B");
    CHECK(kind_code_of("CN112734678A8") == "A8");
    CHECK(kind_code_of("CN1365983") == "");
    CHECK(kind_code_of("201710601862.3") == "");
}

TEST_CASE("normalisation is idempotent, and the display form reads back") {
    CHECK(rc::check([] {
        const auto once = number_of(random_application());
        RC_ASSERT(number_of(once) == once);
        RC_ASSERT(number_of(display_patent_number(once)) == once);
    }));
}

TEST_CASE("each single wrong digit is found") {
    CHECK(rc::check([] {
        auto number = number_of(random_application());
        const auto dot = number.find('.');
        const auto at = *rc::gen::inRange<std::size_t>(0, dot);
        const char other = static_cast<char>('0' + *rc::gen::inRange(0, 10));
        RC_PRE(number[at] != other);
        number[at] = other;
        RC_ASSERT_FALSE(parse_patent_number(number).has_value());
    }));
}

TEST_CASE("any bytes are either refused or normalised for good") {
    CHECK(rc::check([](const std::string& noise) {
        const auto parsed = parse_patent_number(noise);
        if (parsed) RC_ASSERT(number_of(parsed->number) == parsed->number);
    }));
}
