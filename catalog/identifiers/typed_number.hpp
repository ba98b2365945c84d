#pragma once
/// Numbers as people copy them from a certificate, a packet or a list: with what they are called in front, with 第 and
/// 号, and of a trademark with its class.
#include <string>
#include <string_view>
#include <vector>

namespace minglu {

/// Every normalised number that a person could have meant, most specific first; of a trademark with its class behind a
/// slash, where that stands there: "商标注册号：10325554", "第10325554号第33类" → "10325554/33". No duplicates. Empty
/// when `text` is not like a number.
[[nodiscard]] std::vector<std::string> typed_numbers(std::string_view text);

/// The text, as `fold_number` leaves it, without what a number is called, in any words that such names are made of:
/// "统一社会信用代码：91…" → "91…", "申请/注册号：30111222" → "30111222", "文号：渝知发〔2012〕47号" →
/// "渝知发〔2012〕47号".
[[nodiscard]] std::string without_number_label(std::string_view text);

}  // namespace minglu
