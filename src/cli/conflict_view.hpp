#pragma once
/// One conflict as a person reads it before deciding.
#include "src/cli/session.hpp"

namespace minglu::cli {

/// Who wrote each side, when and why; per contested group the base and both sides next to each other with the side that
/// holds for the time being and the rule that chose it; then the journal.
void print_conflict(Session& session, const Json& conflict);

/// "ours"/"theirs" as people read them.
[[nodiscard]] std::string side_label(std::string_view side);

}  // namespace minglu::cli
