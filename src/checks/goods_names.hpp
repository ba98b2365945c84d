#pragma once
/// How names of goods are compared with those of entries.
#include <string>
#include <string_view>
#include <vector>

namespace minglu {

/// Searchable text without spaces, which people set as they like: equal for names that are the same.
[[nodiscard]] std::string same_name(std::string_view name);
/// What a name may be filed under: as it is spaced, and as one word. The first 300 bytes.
[[nodiscard]] std::vector<std::string> spellings_of(std::string_view name);
/// Of the fields of an entry (canonical JSON): the names of its holders.
[[nodiscard]] std::string holders_of(std::string_view view);

}  // namespace minglu
