#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "catalog/text/readings.hpp"

using namespace minglu;

namespace {

std::vector<std::string_view> readings(char32_t character) {
    std::vector<std::string_view> out;
    for (const Syllable syllable : readings_of(character)) out.push_back(name(syllable));
    return out;
}

}  // namespace

TEST_CASE("readings of a character, the commonest first") {
    struct Case {
        char32_t character;
        std::vector<std::string_view> readings;
    };
    const Case cases[] = {
        {U'老', {"lao"}},
        {U'绿', {"lv", "lu"}},
        {U'乐', {"le", "yue"}},
        {U'重', {"zhong", "chong"}},
        {U'師', {"shi"}},
        {U'䶮', {"yan"}},
        {U'𬭎', {"hong"}},  // extension E, one of the 8105 characters of 2013
        {U'𠅤', {"xi"}},
        {U'𠀀', {"he"}},
        {U'𰻞', {"biang"}},  // extension G
        {U'A', {}},
        {U'○', {}},
        {U'\U0003FFFF', {}},
        {U'\uFFFF', {}},
    };
    for (const Case& c : cases) CHECK(readings(c.character) == c.readings);
}

TEST_CASE("syllables") {
    CHECK(syllable_count() > 400);
    CHECK(syllable_count() < 430);
    for (std::size_t i = 0; i < syllable_count(); ++i) {
        const Syllable syllable{static_cast<std::uint16_t>(i)};
        CHECK(find_syllable(name(syllable)) == syllable);
    }
    CHECK(find_syllable("lü") == find_syllable("lv"));
    for (const std::string_view wrong : {"", "l", "Lao", "laogan", "lǎo", "ü"}) CHECK_FALSE(find_syllable(wrong));
}

TEST_CASE("a character is among those that are read as it is, and only there") {
    std::size_t pairs = 0;
    for (std::size_t i = 0; i < syllable_count(); ++i) {
        const Syllable syllable{static_cast<std::uint16_t>(i)};
        const auto characters = characters_read(syllable);
        CHECK(std::is_sorted(characters.begin(), characters.end()));
        for (const char32_t character : characters) {
            const auto read = readings_of(character);
            CHECK(std::count(read.begin(), read.end(), syllable) == 1);
        }
        pairs += characters.size();
    }
    std::size_t mirrored = 0;
    for (char32_t code = 0; code < 0x40000; ++code) mirrored += readings_of(code).size();
    CHECK(pairs == mirrored);
}
