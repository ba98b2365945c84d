#pragma once
/// A comparison as people read it: what stands for what, and why.
#include <span>
#include <string>

#include "catalog/lookalike/compare.hpp"

namespace minglu {

/// "康 帅≈师(形近) 傅": of the sign, what it stands for in the mark, and why where they are not the same. "+新" is
/// added, "−州" left out.
[[nodiscard]] std::string wording_of(std::span<const Correspondence> units);
/// What the guidelines say of it, joined by "；".
[[nodiscard]] std::string wording_of(std::span<const SimilarityRule> rules);

}  // namespace minglu
