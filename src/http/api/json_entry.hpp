#pragma once
/// The JSON form of an entry:
/// {"key","kind","number","class"?,"listed","verdict","right","as_known_then"?,"fields","from"?,"until"?,"etag",
/// "open_conflicts"}, and of a single entry also {"listing","scheduled"?}.
#include <string>

#include "sync/catalogue_at.hpp"

namespace minglu {

/// Before its first period an entry is not listed and has no fields.
[[nodiscard]] std::string entry_json(const ReadTx& tx, const EntryAt& entry, const Asked& asked);
/// Of a search hit.
[[nodiscard]] std::string entry_json(const EntryHit& hit, const HitAnswer& answer);

}  // namespace minglu
