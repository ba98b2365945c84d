#pragma once
/// Putting found entries in an order other than that of relevance.
#include <vector>

#include "catalog/search/search.hpp"

namespace minglu {

/// By the sorting's order, which is neither relevance nor arrival; equal ones by entry number, those without a value
/// last.
void sort_entries(std::vector<FoundEntry>& found, Sorting sorting);

}  // namespace minglu
