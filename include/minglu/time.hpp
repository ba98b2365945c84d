#pragma once
/// Points in time as they stand in records. None of these reads a clock; see `Clock` in ports.hpp.
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "minglu/error.hpp"
#include "minglu/strong.hpp"

namespace minglu {

/// Milliseconds since 1970-01-01T00:00:00Z.
using UnixMs = Strong<std::int64_t, struct UnixMsTag>;

/// Hybrid logical clock value; orders ties of the merge rule, never decides causality.
struct HybridTime {
    std::int64_t ms = 0;
    std::uint32_t counter = 0;
    friend auto operator<=>(const HybridTime&, const HybridTime&) = default;
};

/// The HLC's send rule: later than `last`, and not before `now`.
[[nodiscard]] HybridTime tick(HybridTime last, UnixMs now);

/// A civil date in UTC+8 (China has one time zone and no daylight saving), as days since 1970-01-01.
using Day = Strong<std::int32_t, struct DayTag>;

/// "YYYY-MM-DD", years 1900–2999, real dates only.
[[nodiscard]] Result<Day> parse_day(std::string_view text);
[[nodiscard]] std::string to_string(Day day);
/// The date in UTC+8 at that moment.
[[nodiscard]] Day day_of(UnixMs moment);
/// The moment at which that day begins in UTC+8.
[[nodiscard]] UnixMs start_of(Day day);
/// RFC 3339 in UTC+8 with milliseconds, e.g. 2025-12-19T10:00:00.000+08:00.
[[nodiscard]] std::string to_string(UnixMs moment);

}  // namespace minglu
