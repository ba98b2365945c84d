#pragma once
/// What a search tells besides the entries: why each was found, and how many have which value of a filter.
#include "catalog/search/explain.hpp"
#include "catalog/search/facets.hpp"
#include "src/http/api/json_answer.hpp"

namespace minglu {

/// {"match","highlights":[{"field","item"?,"text","ranges":[[first,end],…]}]}
[[nodiscard]] std::string reason_json(const Reason& reason);

/// {"entries","bounded","by":{"kind":[{"value","count","label"?},…],…}}: the most frequent values first, at most 400 of
/// each filter. Regions have the name of their area on that day as label, batches their title, codes what people say.
[[nodiscard]] std::string facets_json(const Facets& facets, const ReadTx& tx, Day on);

}  // namespace minglu
