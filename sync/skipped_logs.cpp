#include "sync/skipped_logs.hpp"

#include <algorithm>

namespace minglu {

void SkippedLogs::skip(const LogId& log, Seq held, std::int64_t now_ms) {
    const auto [found, is_new] = logs_.try_emplace(log, Skipped{held, waits_.first_ms, 0});
    Skipped& skipped = found->second;
    if (!is_new) skipped.wait_ms = held > skipped.held ? waits_.first_ms : std::min(2 * skipped.wait_ms, waits_.max_ms);
    skipped.held = held;
    skipped.until_ms = now_ms + skipped.wait_ms;
}

std::set<LogId> SkippedLogs::at(std::int64_t now_ms) const {
    std::set<LogId> skipped;
    for (const auto& [log, one] : logs_)
        if (now_ms < one.until_ms) skipped.insert(log);
    return skipped;
}

}  // namespace minglu
