#pragma once
/// The facts of an answer as canonical JSON, for programs and for evidence.
#include <string>

#include "catalog/protection.hpp"

namespace minglu {

/// {"coming"?,"ground"?,"listed_on"?,"removed_on"?,"since"?,"state"}
[[nodiscard]] std::string listing_json(const ListingFacts& listing);
/// {"basis","expires_on"?,"grace_until"?,"granted_on"?,"since"?,"source"?,"state","status"?}
[[nodiscard]] std::string right_json(const RightFacts& right);

}  // namespace minglu
