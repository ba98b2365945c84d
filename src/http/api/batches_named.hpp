#pragma once
/// Batches that a text in the search box names.
#include <string>
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

/// By their dot, or by their document number (文号) in any spelling; where its issuer was left out, those of all
/// issuers, unless an entry that exists on the day has what was typed as its own number. Newest first; of the newest
/// 5,000 batches.
[[nodiscard]] std::vector<Dot> batches_named(const std::string& text, const ReadTx& tx, Day as_of);

}  // namespace minglu
