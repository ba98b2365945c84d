#pragma once
/// Circles (○ U+25CB, ◯ U+25EF) that are typed for the zero among Chinese numerals.
#include <string>
#include <string_view>

namespace minglu {

/// False for nearly every text, told fast.
[[nodiscard]] bool may_have_circle(std::string_view text);
/// "二○○八" → "二〇〇八", byte for byte as long; circles that stand beside no numeral stay.
[[nodiscard]] std::string with_zeros(std::string_view text);

}  // namespace minglu
