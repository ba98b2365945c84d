#pragma once
/// Unified social credit codes, GB 32100-2015 with amendment 1 (2016).
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

/// 18 upper-case characters. Verifies the check character, where a sum divisible by 31 gives '0', and the inner one of
/// the organisation code (GB 11714). The region part is the place of first registration and may be an abolished code.
/// Errors: bad_number, bad_check_digit.
[[nodiscard]] Result<std::string> parse_uscc(std::string_view text);

/// A code as people type it: with dashes in it, and with O and I, which no code has, for 0 and 1. The rest as above.
[[nodiscard]] Result<std::string> read_uscc(std::string_view text);

/// The check character for the first 17; '\0' where one of them is outside the alphabet.
[[nodiscard]] char uscc_check_character(std::string_view first17);
/// The check character (0–9, X) for the first 8 of an organisation code; '\0' likewise.
[[nodiscard]] char organisation_check_character(std::string_view first8);

}  // namespace minglu
