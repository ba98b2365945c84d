#pragma once
/// Document numbers (文号) of Chinese official papers, GB/T 9704-2012: issuer, year, number.
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

/// "渝知发〔2012〕47号", the year in 〔〕 (U+3014, U+3015) whatever was typed around it: other brackets, or 年, 第 or a
/// dash behind it; no leading zeros, no 第; 号 where it was left out; digits for Chinese numerals in brackets and
/// behind them. Errors: bad_number.
[[nodiscard]] Result<std::string> parse_document_number(std::string_view text);

/// "〔2012〕47号" of a number whose issuer was left out, where brackets, or 年 and 号, tell that it is one. Errors:
/// bad_number.
[[nodiscard]] Result<std::string> parse_document_serial(std::string_view text);

}  // namespace minglu
