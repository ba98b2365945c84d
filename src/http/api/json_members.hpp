#pragma once
/// A JSON object (RFC 8259) taken apart into its members, in one pass and without a tree of it in memory.
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

/// Deeper bodies are refused.
constexpr int body_depth_max = 64;
/// Values and names in one body: each costs more than its bytes while it is looked at.
constexpr std::size_t body_values_max = 100'000;

/// The members of the object as JSON text, by name. Errors: bad_request at `where` (no JSON object in UTF-8, a name
/// twice at any depth, too deep, too many values).
[[nodiscard]] Result<std::map<std::string, std::string>> json_members(std::string_view text, const std::string& where);

}  // namespace minglu
