#pragma once
/// How the parsers of this folder see what was typed.
#include <optional>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

/// NFKC without white space and invisible characters (zero width, direction marks). What is not UTF-8 becomes U+FFFD.
/// Idempotent.
[[nodiscard]] std::string fold_name(std::string_view text);
/// Whether `fold_name` leaves nothing, told without folding where a glance suffices.
[[nodiscard]] bool is_blank(std::string_view text);
/// One spelling of a number, however it is typed: `fold_name` with ASCII letters in upper case, Chinese characters as
/// the standard ones (號 → 号), what stands for a dot between two letters or digits (。 ·) as a dot; without signs of
/// registration (®, TM in brackets), without stops and quotes at either end, and without brackets there that enclose
/// all of it or nothing. Idempotent.
[[nodiscard]] std::string fold_number(std::string_view text);

[[nodiscard]] bool is_digits(std::string_view text);  ///< one or more of 0–9 and nothing else
[[nodiscard]] std::string_view without_leading_zeros(std::string_view digits);  ///< leaves one digit
/// Cuts `prefix` from the front of `text`; says whether it was there.
bool take_prefix(std::string_view& text, std::string_view prefix);
bool take_suffix(std::string_view& text, std::string_view suffix);

/// 0–9999 in digits, in Chinese with units (三百五十四) or digit by digit (三五四, 二〇一〇); none for anything else.
[[nodiscard]] std::optional<int> parse_chinese_integer(std::string_view text);

/// "'text' is not what": text is shortened so that a message stays one line.
[[nodiscard]] Error bad_number(std::string_view text, std::string_view what, std::string_view cure);

}  // namespace minglu
