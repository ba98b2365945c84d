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

/// kind, class, category, subtype, listing, status, home; region at each level ("50", "5001", "500102"); batch: the
/// records that an entry's ETag names, the last of each log that wrote it. Entries without a value are counted under
/// none.
[[nodiscard]] Facets count_facets(const RankedSearch& search, const EntrySource& entries);

}  // namespace minglu
