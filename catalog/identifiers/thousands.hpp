#pragma once
/// Numbers that are written with commas between thousands.
#include <string>
#include <string_view>

namespace minglu {

/// "第1,094,857号" → "第1094857号". Commas between other groups of digits part numbers, and stay.
[[nodiscard]] std::string without_thousands(std::string_view text);

}  // namespace minglu
