#pragma once
/// Field values as people type them on a command line.
#include <string>
#include <string_view>
#include <vector>

#include "src/cli/session.hpp"

namespace minglu::cli {

/// A typed value as JSON: labels of closed lists become codes ("授权" → "granted"), holders and related keys are split
/// at ";" or "；" (a holder may carry its credit code after a space), or given as JSON starting with "[".
/// Errors: bad_value for broken JSON.
[[nodiscard]] Result<Json> field_value(std::string_view key, std::string_view field, std::string_view typed);

/// The `fields` object of a write from "field=value" and names to clear. Errors: bad_request (no "=", a field twice,
/// nothing at all), bad_value.
[[nodiscard]] Result<Json> fields_of(std::string_view key, const std::vector<std::string>& set,
                                     const std::vector<std::string>& unset);

}  // namespace minglu::cli
