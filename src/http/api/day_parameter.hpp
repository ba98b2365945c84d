#pragma once
/// The day that a read looks at.
#include "src/http/api/context.hpp"

namespace minglu {

/// The parameter `as_of`; today in UTC+8 when it is not given. Errors: bad_request.
[[nodiscard]] Result<Day> day_parameter(const Call& call);

}  // namespace minglu
