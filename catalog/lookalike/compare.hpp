#pragma once
/// Could a sign be meant to imitate a mark? Unit by unit, with the reason for each, and the rules that say so.
///
/// Score: what both signs share, as a part of all that they have, in hundredths: 100 = the same to the eye. Each pair
/// of units counts by its weight and likeness; units without a counterpart count nothing, weak ones (牌, 新) hardly
/// against.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/lookalike/likeness.hpp"
#include "catalog/lookalike/sign.hpp"

namespace minglu {

/// From this score on a mark is worth an officer's look.
constexpr int lookalike_score_default = 75;

/// What the Trademark Examination and Review Guidelines (商标审查审理指南, 2021, on similar word marks) call similar.
enum class SimilarityRule : std::uint8_t {
    same_units,      ///< the same characters or letters, other type or script form
    reordered,       ///< the same characters in another order
    notation,        ///< the same characters, written in pinyin
    one_differs,     ///< three or more characters, one differs, and the first not clearly
    letters_differ,  ///< four or more letters, one differs, is added or left out, and the first not clearly
    shape,           ///< characters of like shape
    sound,           ///< read alike as a whole
    repeated,        ///< characters, or the whole mark, said again where they stand
    weak_addition,   ///< the mark with words of place, praise or kind
    contains,        ///< the whole mark, unbroken, and something else
    goods_addition,  ///< stands in front of the name of goods; beside what it is like there
};
[[nodiscard]] std::string_view name(SimilarityRule rule);
[[nodiscard]] std::string_view text_zh(SimilarityRule rule);

/// What stands for what; one side is empty for what is added or omitted.
struct Correspondence {
    std::string sign;
    std::string mark;
    Likeness likeness;
};

struct Comparison {
    int score = 0;
    std::vector<Correspondence> units;  ///< in the order of the sign, what it omits where the mark has it
    std::vector<SimilarityRule> rules;
};

/// A sign that is compared with many marks: what can be taken for each of its units is looked up once.
class SignComparer {
public:
    explicit SignComparer(Sign sign);

    [[nodiscard]] const Sign& sign() const { return sign_; }
    [[nodiscard]] std::span<const LikeUnit> like(std::size_t unit) const { return like_[unit]; }

    [[nodiscard]] int score(std::u32string_view mark) const;
    [[nodiscard]] Comparison compare(const Sign& mark) const;

private:
    friend class Alignment;
    [[nodiscard]] Likeness likeness(std::size_t unit, char32_t other) const;

    Sign sign_;
    std::vector<std::vector<LikeUnit>> like_;
};

/// The same for one pair.
[[nodiscard]] Comparison compare_signs(std::string_view sign, std::string_view mark);

}  // namespace minglu
