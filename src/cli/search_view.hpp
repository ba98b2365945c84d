#pragma once
/// What a search tells besides the entries, for people.
#include <string>

#include "src/cli/session.hpp"
#include "src/cli/table.hpp"

namespace minglu::cli {

/// Why the entry was found: "名称：…【涪陵】榨菜"; empty where nothing was typed.
[[nodiscard]] Cell reason_cell(const Json& entry);

/// The counts of an answer as a table; nothing when it has none.
void print_counts(Session& session, const Json& page);

}  // namespace minglu::cli
