#pragma once
/// What the audit trail calls a request, so that people find it.
#include <string_view>

#include "src/http/api/auth.hpp"

namespace minglu {

/// search, entry, history, export, evidence, lookalike, check, conflict, batch, change, audit for what is asked; write
/// for what changes something; read for the rest. "poll": asked again and again by programs, says nothing of the
/// catalogue, and is written down only with a case number. Empty: open to everybody, never written down.
[[nodiscard]] std::string_view audit_kind(std::string_view method, std::string_view pattern, Access access);

}  // namespace minglu
