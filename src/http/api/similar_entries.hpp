#pragma once
/// Entries that somebody may have meant who asks for a key that is not listed.
#include <string>
#include <vector>

#include "sync/catalogue_at.hpp"

namespace minglu {

/// Their keys, in the header of an answer: percent-encoded and parted by commas.
constexpr const char* similar_header = "Minglu-Similar";

/// Those on the day asked about whose name or number is the same in another spelling, that bear the number in another
/// class, or are another publication of the application; at most 5, never `key` itself.
[[nodiscard]] std::vector<EntryKey> similar_entries(const CatalogueAt& catalogue, const EntryKey& key);

}  // namespace minglu
