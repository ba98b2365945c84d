#pragma once
/// Why one unit of a sign can be taken for another, and how well.
#include <cstdint>
#include <string_view>
#include <vector>

namespace minglu {

/// A set of reasons.
enum class Reason : std::uint16_t {
    same = 1,         ///< the same character or letter
    variant = 2,      ///< the same character written otherwise: traditional and simplified, variant forms
    homoglyph = 4,    ///< letters and digits that look alike: Latin and Cyrillic, É and E, 0 and O, 5 and S, 〇 and O
    shape = 8,        ///< characters that look alike
    sound = 16,       ///< read alike, tones aside; a digit and its numeral, in either form
    near_sound = 32,  ///< read nearly alike: z and zh, n and l, in and ing
    pinyin = 64,      ///< letters that spell the character
    moved = 128,      ///< stands at another place
    different = 256,  ///< one stands where the other has something else
    added = 512,      ///< only the sign has it
    omitted = 1024,   ///< only the mark has it
};
using Reasons = std::uint16_t;
[[nodiscard]] constexpr Reasons operator|(Reason a, Reason b) {
    return static_cast<Reasons>(static_cast<Reasons>(a) | static_cast<Reasons>(b));
}
[[nodiscard]] constexpr Reasons operator|(Reasons a, Reason b) {
    return static_cast<Reasons>(a | static_cast<Reasons>(b));
}
[[nodiscard]] constexpr bool has(Reasons reasons, Reason reason) {
    return (reasons & static_cast<Reasons>(reason)) != 0;
}
/// "same", "shape", "near_sound", …, in the order above.
[[nodiscard]] std::vector<std::string_view> names(Reasons reasons);

/// How likely people take one for the other, in hundredths.
struct Likeness {
    std::uint8_t hundredths = 0;
    Reasons reasons = 0;
};
constexpr std::uint8_t likeness_of_numeral = 95;
constexpr std::uint8_t likeness_of_sound = 80;
constexpr std::uint8_t likeness_of_near_sound = 60;
constexpr std::uint8_t likeness_of_pinyin = 88;

struct LikeUnit {
    char32_t unit = 0;
    Likeness likeness;
};
/// Letters and digits that are like each other in shape (see units_like) have one form in common.
[[nodiscard]] char32_t common_form(char32_t letter);

/// Every unit that can be taken for this one, itself among them (100, same), by code. Shape and sound together are
/// more than either.
[[nodiscard]] std::vector<LikeUnit> units_like(char32_t unit);
/// The same of a unit that is written as another character, which has a shape and readings of its own: 傳 for 传, 乾
/// (qian) for 干.
[[nodiscard]] std::vector<LikeUnit> units_like(char32_t unit, char32_t written);

/// Digits are read as their numerals (5: 五); other units than Chinese characters have no reading.
[[nodiscard]] constexpr bool is_digit(char32_t unit) {
    return unit >= U'0' && unit <= U'9';
}

/// Every character that a syllable in letters can stand for, by code; empty for what is no syllable.
[[nodiscard]] std::vector<LikeUnit> characters_spelled(std::string_view letters);
[[nodiscard]] bool spells(std::u32string_view letters, char32_t character);

}  // namespace minglu
