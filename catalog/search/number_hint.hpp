#pragma once
/// What a number may have been meant to be that was typed otherwise than it stands in the catalogue.
#include <string>
#include <string_view>

#include "catalog/search/search.hpp"

namespace minglu {

/// One sentence in Chinese: that a credit code was read with 0 and 1 for its O and I, that a mark stands in other
/// classes than the one that was typed, or that an international mark has the number with a G in front. Empty where
/// there is nothing to say.
[[nodiscard]] std::string number_hint(std::string_view typed, const EntrySource& entries, Day as_of);

}  // namespace minglu
