#pragma once
/// What people read instead of stored values.
#include <optional>
#include <string>
#include <string_view>

#include "minglu/ids.hpp"

namespace minglu {

/// A value of a field as one line: labels of closed lists, holders with their roles, members of lists parted by "；".
/// `json_text`: any. Null and the empty list are "—".
[[nodiscard]] std::string readable_value(std::optional<Kind> kind, std::string_view field, std::string_view json_text);

/// What an answer says of the listing (its member `listing`), as one line: the state and from when, the dates, the
/// ground of a removal. `never`: what is said of one that is not listed.
[[nodiscard]] std::string readable_listing(std::string_view json_text, std::string_view never);

/// What an answer says of the right itself (its member `right`), as one line: the state and from when, what it was told
/// from, the dates. A right that never existed has no beginning: the day is that of the decision.
[[nodiscard]] std::string readable_right(std::optional<Kind> kind, std::string_view json_text);

}  // namespace minglu
