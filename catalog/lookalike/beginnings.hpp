#pragma once
/// Lists of goods write a mark together with what the thing is: "康帅傅方便面", "雷碧 汽水 500ml". What such a sign
/// begins with could imitate a mark where the whole of it is like none.
#include <string>
#include <string_view>
#include <vector>

#include "catalog/lookalike/compare.hpp"

namespace minglu {

struct Beginning {
    Sign sign;
    std::string rest;           ///< what stands behind it
    bool is_set_apart = false;  ///< by the writer; else it ends where a word does

    /// The least score of it that is enough for `score` with its rest.
    [[nodiscard]] int score_min(int score) const;
};

/// Beginnings of a sign, the shortest first. Chinese characters stand in a row without a gap, so each three to five in
/// front at which a word ends could be the mark, if two units or more are behind them. Where the writer sets a space,
/// or where characters and letters meet, two characters or four letters will do.
[[nodiscard]] std::vector<Beginning> beginnings_of(std::string_view text);

/// What the score of a beginning is worth with the rest behind it, which weighs like one weak character whatever its
/// length: people take it for the name of the goods.
[[nodiscard]] int score_with_rest(int score);
/// The same comparison with the rest as one addition, and the rule that names it.
[[nodiscard]] Comparison with_rest(Comparison comparison, const std::string& rest);
/// Whether the sign has the mark itself in front, and then a rest.
[[nodiscard]] bool begins_with_mark(const Comparison& comparison);

}  // namespace minglu
