#include "minglu/moment.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace minglu {
namespace {

TEST_CASE("Moments as they are written") {
    struct Case {
        const char* text;
        const char* moment;
    };
    for (const Case& c : std::vector<Case>{
             {"2025-12-19T10:00:00+08:00", "2025-12-19T10:00:00.000+08:00"},
             {"2025-12-19T02:00:00Z", "2025-12-19T10:00:00.000+08:00"},
             {"2025-12-18T21:00:00.5-05:00", "2025-12-19T10:00:00.500+08:00"},
             {"2025-12-19T02:00:00.123999Z", "2025-12-19T10:00:00.123+08:00"},
             {"2025-12-19", "2025-12-19T23:59:59.999+08:00"},
             {"1969-12-31", "1969-12-31T23:59:59.999+08:00"},
         }) {
        CAPTURE(c.text);
        const auto moment = parse_moment(c.text);
        REQUIRE(moment);
        CHECK(to_string(*moment) == c.moment);
        CHECK(parse_moment(to_string(*moment)) == *moment);
    }
}

TEST_CASE("What is no moment") {
    for (const std::string text :
         {"", "2025-12", "2025-02-30", "2025-12-19T", "2025-12-19T10", "2025-12-19T10:00:00", "2025-12-19 10:00:00Z",
          "2025-12-19T24:00:00Z", "2025-12-19T10:60:00Z", "2025-12-19T10:00:60Z", "2025-12-19T10:00:00.Z",
          "2025-12-19T10:00:00+0800", "2025-12-19T10:00:00+08:00x", "2025-12-19T10:00:00+24:00", "now"}) {
        CAPTURE(text);
        const auto moment = parse_moment(text);
        REQUIRE_FALSE(moment);
        CHECK(moment.error().code == ErrorCode::bad_value);
        CHECK_FALSE(moment.error().cure.empty());
    }
}

TEST_CASE("A day ends a millisecond before the next one") {
    const Day day = *parse_day("2025-12-19");
    CHECK(day_of(end_of(day)) == day);
    CHECK(day_of(UnixMs{end_of(day).value() + 1}) == Day{day.value() + 1});
}

}  // namespace
}  // namespace minglu
