#pragma once
/// What a mistyped command was meant to be.
#include <string>
#include <string_view>
#include <vector>

namespace minglu::cli {

/// Those of `names` that `word` could have been meant to be: that begin with it, else those that fewest changes of one
/// letter make of it, two at most and fewer than it has letters. None when nothing is near.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view word, const std::vector<std::string>& names);

}  // namespace minglu::cli
