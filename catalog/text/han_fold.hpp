#pragma once
/// Chinese characters that search takes for one: traditional, variant and moved ones as the standard character.
#include <string_view>

namespace minglu {

/// 醬 → 酱, 瀘 → 泸, 峯 → 峰, 產 and 産 → 产, 〇 → 零; every other character as it is. Applying it twice changes
/// nothing. The table is made by cmake/han_fold.py, which says from what and by which rule.
[[nodiscard]] char32_t standard_character(char32_t code);

/// The table as it was generated: tells whether an index was made with another one.
[[nodiscard]] std::string_view han_fold_table();

}  // namespace minglu
