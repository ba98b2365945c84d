#pragma once
/// Moments as people and programs write them.
#include <string_view>

#include "minglu/error.hpp"
#include "minglu/time.hpp"

namespace minglu {

/// RFC 3339 with an offset, to the millisecond ("2025-12-19T10:00:00+08:00", "2025-12-19T02:00:00.5Z"; further digits
/// are cut off), or a date: the last millisecond of that day in UTC+8. Errors: bad_value.
[[nodiscard]] Result<UnixMs> parse_moment(std::string_view text);

/// The last millisecond of a day in UTC+8.
[[nodiscard]] UnixMs end_of(Day day);

}  // namespace minglu
