#include "src/http/api/day_parameter.hpp"

namespace minglu {

Result<Day> day_parameter(const Call& call) {
    const auto text = text_parameter(call.request, "as_of");
    if (!text) return fail(text.error());
    if (text->empty()) return day_of(call.services.clock.now());
    const auto day = parse_day(*text);
    if (!day)
        return fail({ErrorCode::bad_request, day.error().what, "query parameter as_of", "give a date as YYYY-MM-DD"});
    return *day;
}

}  // namespace minglu
