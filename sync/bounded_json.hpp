#pragma once
/// JSON from other nodes, read into memory only once it is known how much that takes.
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

namespace minglu {

constexpr std::size_t json_values_max = 1'000'000;  ///< above what every log of twelve nodes needs in one answer

/// The value, or one that is_discarded(): no JSON, deeper than `json_depth_max` or of more than `json_values_max`
/// values. A value costs up to eighty times the octets of its text: what is too much is refused before it is kept.
[[nodiscard]] nlohmann::json bounded_json(std::string_view text);

}  // namespace minglu
