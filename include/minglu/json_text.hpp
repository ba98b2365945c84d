#pragma once
/// Canonical JSON text: the one spelling of a JSON value, so that equal values are equal bytes.
///
/// Objects have their keys sorted bytewise, no white space, strings escape only `"`, `\` and control characters
/// (\b \f \n \r \t, else \u00xx), integers without sign tricks. Everything else is refused: floats, true/false,
/// duplicate keys, invalid UTF-8, integers beyond ±(2^53−1), too great a depth. (The form is RFC 8785 restricted to
/// that subset.)
#include <functional>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

constexpr std::size_t json_depth_max = 64;

/// Errors: malformed, naming the position.
[[nodiscard]] Result<std::string> canonical_json(std::string_view text, std::size_t depth_max = json_depth_max);
/// A string as canonical JSON, quotes included. `text` must be valid UTF-8.
[[nodiscard]] std::string json_string(std::string_view text);
/// Appends `json_string(text)`.
void append_json_string(std::string& out, std::string_view text);
/// The value of one member of a canonical JSON object, as canonical text; empty when there is none. No parsing.
[[nodiscard]] std::string_view member_of(std::string_view object, std::string_view member);
/// Calls `visit(name, value)` for each member of a canonical JSON object; `name` still carries its escapes.
void visit_members(std::string_view object, const std::function<void(std::string_view, std::string_view)>& visit);
/// The text of a canonical JSON string; empty when `json` is not a string.
[[nodiscard]] std::string text_of(std::string_view json);

}  // namespace minglu
