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
#include "catalog/lookalike/similarity_rule.hpp"

namespace minglu {

/// From this score on a mark is worth an officer's look.
constexpr int lookalike_score_default = 75;

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
