#pragma once
/// Everything that was ever written about an entry, as it arrived here.
#include <string>

#include "minglu/store.hpp"

namespace minglu {

/// Array in order of arrival:
/// {"dot","author","actor","reason","time","leaf","label"?,"kind","batch"?,"needs"?,"arrived",
/// "effective_on","effective","set","seen","lacks"?}. "lacks": positions that the author had seen and this node does
/// not hold yet.
[[nodiscard]] std::string history_json(const ReadTx& tx, const EntryKey& key);

}  // namespace minglu
