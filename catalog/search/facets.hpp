#pragma once
/// How many of the entries that a search finds have which value of each filter.
#include <map>
#include <string>

#include "catalog/search/search.hpp"

namespace minglu {

struct Facets {
    using Counts = std::map<std::string, std::uint32_t>;  ///< value → entries
    std::map<std::string, Counts> by;                     ///< name of the filter → its values
    std::uint32_t entries = 0;                            ///< counted
    bool bounded = false;                                 ///< there are more entries than were counted
};

/// kind, class, category, subtype, listing, status, verdict, home; region: every area that an entry is found under
/// ("50", "5001", "500102", see catalog/area_filter.hpp); batch: every batch that has written it. So each count is that
/// of the filter. Entries without a value are counted under none.
[[nodiscard]] Facets count_facets(const RankedSearch& search, const EntrySource& entries);

}  // namespace minglu
