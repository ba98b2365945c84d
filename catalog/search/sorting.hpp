#pragma once
/// Putting found entries in an order other than that of relevance.
#include <string>
#include <vector>

#include "catalog/search/search.hpp"

namespace minglu {

/// Where an entry stands in a sorted list, whatever else is in it.
struct SortPlace {
    std::string key;  ///< bytes that compare; empty of an entry without a value
    EntryNo no;
};
/// By the sorting's order, which is neither relevance nor arrival; equal ones by entry number, those without a value
/// last.
[[nodiscard]] bool comes_before(const SortPlace& a, const SortPlace& b, Sorting sorting);

struct SortedEntry {
    SortPlace place;
    FoundEntry entry;
};
[[nodiscard]] std::vector<SortedEntry> sorted_entries(std::vector<FoundEntry> found, Sorting sorting);

}  // namespace minglu
