#pragma once
/// What a reader of evidence must be told beside its answer, in Chinese.
#include <string>
#include <string_view>
#include <vector>

#include "sync/evidence.hpp"

namespace minglu {

/// The label of a verdict. "Never listed" is said of what was known then, where that was asked for.
[[nodiscard]] std::string verdict_text(const Evidence& evidence, std::string_view verdict);

/// One sentence each: that values are still contested, that the day lies ahead, that no other node has signed the state
/// yet. `evidence` is read, not checked.
[[nodiscard]] std::vector<std::string> remarks_on(const Evidence& evidence);

}  // namespace minglu
