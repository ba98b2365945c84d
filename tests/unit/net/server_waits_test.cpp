// Who waits for a slow client, and for how long, while others want the worker.
#include "src/http/server_waits.hpp"

#include <doctest/doctest.h>

using namespace minglu;

namespace {

TEST_CASE("a crowd is given a moment each, a few slow clients their time") {
    constexpr std::int64_t start_ms = 1'000'000;
    Grace grace;
    const std::int64_t usual_ms = grace.at_ms(start_ms);
    CHECK(usual_ms >= 20);
    for (int i = 0; i < 20; ++i) {  // a few a second, for long
        grace.ended(start_ms + 100 * i);
        grace.ended(start_ms + 100 * i + 50);
        CHECK(grace.at_ms(start_ms + 100 * i + 60) == usual_ms);
    }
    const std::int64_t later_ms = start_ms + 60'000;
    for (int i = 0; i < 40; ++i) grace.ended(later_ms + 2 * i + 60);  // on both sides of a border
    for (const std::int64_t after_ms : {0, 50}) CHECK(grace.at_ms(later_ms + 140 + after_ms) <= 2);
    CHECK(grace.at_ms(later_ms + 400) == usual_ms);
    grace.ended(later_ms + 400);
    CHECK(grace.at_ms(later_ms + 400) == usual_ms);
}

}  // namespace
