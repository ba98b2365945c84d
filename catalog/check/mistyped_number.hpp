#pragma once
/// Numbers that are wrong in their last digit or in one before it: what their check digit should be.
#include <optional>
#include <string>
#include <string_view>

namespace minglu {

struct MistypedPatent {
    std::string
        should_be;  ///< "201710601862.3", if the digits in front are right; empty where that is no number either
};
/// None where `typed`, with whatever label in front, is not a patent number that fails its check digit alone.
[[nodiscard]] std::optional<MistypedPatent> mistyped_patent(std::string_view typed);

}  // namespace minglu
