#pragma once
/// A sign as the eye takes it: one unit for each Chinese character, letter and digit, whatever its width, case, or
/// alphabet it was borrowed from. Punctuation, spaces and signs of registration (™, ®) are no part of a sign.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace minglu {

/// Signs are compared by their first units; longer ones are slogans rather than marks.
constexpr std::size_t sign_units_max = 32;

/// Chinese characters weigh as much as the three letters that spell a syllable, more or less.
constexpr int weight_of_character = 3;
constexpr int weight_of_letter = 1;
[[nodiscard]] int weight_of(char32_t unit);
/// What characters that say little by themselves weigh where only one of two signs has them: 牌, 新, 店, 正宗 …
/// (Trademark Examination Guidelines: words of place, praise or kind added to somebody's mark).
[[nodiscard]] bool is_weak(char32_t unit);

struct Sign {
    /// Characters as the standard ones (han_fold.hpp), 〇 as 零. Letters folded (see fold_text), freed of strokes and
    /// dots (É is e), of small capitals (ʟ is l), and of foreign look-alikes: "АPPLE" with a Cyrillic А is "apple"
    /// (Unicode confusables, UTS #39). $ and @ beside letters are s and a. What is round is what it is taken for where
    /// it stands: 〇 and 口 among letters o, O behind a numeral (二OO八) 零.
    std::u32string units;
    std::vector<std::string> written;  ///< each unit as it stands in the text

    [[nodiscard]] bool empty() const { return units.empty(); }
};
/// Where a mark of letters and characters falls into two parts of which each could be a mark alone (7-Up|七喜): how
/// many units stand before; 0 = nowhere.
[[nodiscard]] std::size_t parts_meet(std::u32string_view units);

/// How many units at the end stand for the picture of a mark (及图, 图形): all of them where it is a picture alone.
[[nodiscard]] std::size_t picture_words_size(std::u32string_view units);

/// Words that stand for the picture are left out.
[[nodiscard]] Sign sign_of(std::string_view text);

}  // namespace minglu
