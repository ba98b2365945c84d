#pragma once
/// Trademark registration numbers of CNIPA and international ones extended to China, and Nice classes.
#include <optional>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

/// 5–8 digits with an optional letter for a divisional registration (`37721502A`), or G + 5–7 digits for a Madrid
/// registration extended to China, with a letter, or H and up to two digits for a later designation (`G1630145A`).
/// Upper case, no spaces, no leading zeros. Errors: bad_number; the 9-digit Hong Kong form is told apart.
[[nodiscard]] Result<std::string> parse_trademark_number(std::string_view text);

/// The international number that is meant where its G was left out, "1630145A" → "G1630145A"; of "1630145A/9" with the
/// class. None where no such number looks so.
[[nodiscard]] std::optional<std::string> with_left_out_g(std::string_view number);

/// "G1630145" of an international number, with or without its G, that may lack the letter at its end; none of any
/// other, and of one with its class.
[[nodiscard]] std::optional<std::string> international_stem(std::string_view number);

/// Class of the Nice agreement, 1–45, without leading zeros: "33", "第33类", "第三十三类", "０９" -> "9".
/// Errors: bad_value.
[[nodiscard]] Result<std::string> parse_nice_class(std::string_view text);

}  // namespace minglu
