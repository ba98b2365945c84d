#include "sync/skipped_logs.hpp"

#include <doctest/doctest.h>

using namespace minglu;

TEST_CASE("each refusal in a row doubles the wait, up to a limit; what was taken meanwhile begins anew") {
    const LogId log{"sc-0000000000000001"};
    const std::set<LogId> skipped{log};
    SkippedLogs logs({100, 400});
    CHECK(logs.at(0).empty());
    std::int64_t now_ms = 0;
    for (const std::int64_t wait_ms : {100, 200, 400, 400}) {
        CAPTURE(wait_ms);
        logs.skip(log, Seq{3}, now_ms);
        CHECK(logs.at(now_ms + wait_ms - 1) == skipped);
        now_ms += wait_ms;
        CHECK(logs.at(now_ms).empty());
    }
    logs.skip(log, Seq{4}, now_ms);
    CHECK(logs.at(now_ms + 99) == skipped);
    CHECK(logs.at(now_ms + 100).empty());
}

TEST_CASE("logs are skipped each for itself") {
    const LogId first{"gz-0000000000000001"};
    const LogId second{"sc-0000000000000001"};
    SkippedLogs logs({100, 400});
    logs.skip(first, Seq{}, 0);
    logs.skip(second, Seq{}, 60);
    CHECK(logs.at(99) == std::set<LogId>{first, second});
    CHECK(logs.at(100) == std::set<LogId>{second});
}
