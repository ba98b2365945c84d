#include "src/http/api/asked.hpp"

#include "catalog/protection_json.hpp"
#include "minglu/moment.hpp"

namespace minglu {

Result<Asked> asked_from(const HttpRequest& request, UnixMs now) {
    const Day today = day_of(now);
    Asked asked{today, std::nullopt, today};
    const auto as_of = text_parameter(request, "as_of");
    if (!as_of) return fail(as_of.error());
    if (!as_of->empty()) {
        const auto day = parse_day(*as_of);
        if (!day) return fail({ErrorCode::bad_request, day.error().what, "query parameter as_of", day.error().cure});
        asked.as_of = *day;
    }
    const auto known_at = text_parameter(request, "known_at");
    if (!known_at) return fail(known_at.error());
    if (!known_at->empty()) {
        const auto moment = parse_moment(*known_at);
        if (!moment)
            return fail({ErrorCode::bad_request, moment.error().what, "query parameter known_at", moment.error().cure});
        const bool is_today = *moment == end_of(today) && *known_at == to_string(today);
        if (*moment > now && !is_today)
            return fail({ErrorCode::bad_request, *known_at + " is still to come", "query parameter known_at",
                         "give a moment of the past, or leave it out for what is known now"});
        if (!is_today) asked.known_at = *moment;
    }
    return asked;
}

void write_asked(JsonWriter& json, const Asked& asked) {
    json.member("as_of", to_string(asked.as_of));
    if (asked.known_at) json.member("known_at", to_string(*asked.known_at));
}

void write_protection(JsonWriter& json, const Protection& protection) {
    json.member("verdict", name(protection.verdict));
    json.member_raw("listing", listing_json(protection.listing)).member_raw("right", right_json(protection.right));
}

}  // namespace minglu
