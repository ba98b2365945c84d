#pragma once
/// By which rules of the examiners a sign is similar to a mark.
#include <cstdint>
#include <string_view>

namespace minglu {

/// What the Trademark Examination and Review Guidelines (商标审查审理指南, 2021, on similar word marks) call similar.
enum class SimilarityRule : std::uint8_t {
    identical,         ///< the same characters or letters, written the same
    same_units,        ///< the same characters or letters, other type or script form
    reordered,         ///< the same characters in another order
    notation,          ///< the same characters, written in pinyin
    one_differs,       ///< three or more characters, one differs, and the first not clearly
    letters_differ,    ///< four or more letters, one differs, is added or left out, and the first not clearly
    shape,             ///< characters of like shape
    sound,             ///< read alike as a whole
    repeated,          ///< characters, or the whole mark, said again where they stand
    weak_addition,     ///< the mark with words of place, praise or kind
    contains,          ///< the whole mark, unbroken, and something else
    independent_part,  ///< like one of two parts of the mark that could each be a mark: its letters, or its characters
    goods_addition,    ///< stands in front of the name of goods; beside what it is like there
};
[[nodiscard]] std::string_view name(SimilarityRule rule);
[[nodiscard]] std::string_view text_zh(SimilarityRule rule);

}  // namespace minglu
