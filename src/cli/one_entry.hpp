#pragma once
/// Asking about one entry.
#include "src/cli/session.hpp"

namespace minglu::cli {

/// The answer to GET of an entry, or of `part` of it, e.g. "/history". Where there is no such entry it ends, and names
/// the command that finds others.
[[nodiscard]] HttpResponse get_entry(Session& session, const std::string& key, const std::string& part = "");

/// Ends as above; `answer` is of any status but 200.
[[noreturn]] void end_without_entry(Session& session, const HttpResponse& answer, const std::string& key);

}  // namespace minglu::cli
