#pragma once
/// Why an entry was found: which fields hold what was typed, and where in them.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/search/search.hpp"

namespace minglu {

struct Highlight {
    std::string field;                ///< name of the field; "key" of the entry's own number
    std::optional<std::size_t> item;  ///< of holders: which of them
    std::string text;                 ///< what was looked into: the value as it is shown
    /// First character and the one behind the last, counted in Unicode code points; ascending, apart.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
};

struct Reason {
    Match match = Match::any;
    std::vector<Highlight> highlights;  ///< in the order of the entry's fields; where a name matched, names first
};

[[nodiscard]] Reason explain(const SearchPlan& plan, const FoundEntry& found);

}  // namespace minglu
