#pragma once
/// The JSON form of an entry:
/// {"key","kind","number","class"?,"listed","fields","from"?,"until"?,"etag","open_conflicts", "scheduled"?}.
#include <string>

#include "minglu/store.hpp"

namespace minglu {

/// As of that day. Before its first period an entry is not listed and has no fields.
[[nodiscard]] std::string entry_json(const ReadTx& tx, const EntryRow& entry, Day as_of);
/// Of a search hit: without "scheduled".
[[nodiscard]] std::string entry_json(const EntryHit& hit);

}  // namespace minglu
