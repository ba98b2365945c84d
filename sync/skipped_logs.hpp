#pragma once
/// The logs that a link leaves out for a while because the receiving side could not take them.
#include <cstdint>
#include <map>
#include <set>

#include "minglu/ids.hpp"

namespace minglu {

/// How long a log is left out, in milliseconds: doubles with each refusal in a row, so that what is refused for weeks
/// is not sent every minute. The limit is what people wait for at most after they have put something right.
struct SkipWaits {
    std::int64_t first_ms = 60'000;
    std::int64_t max_ms = 300'000;
};

class SkippedLogs {
public:
    explicit SkippedLogs(SkipWaits waits) : waits_(waits) {}

    /// `held`: how much of it the receiving side has; more than at the refusal before, and the first wait counts again.
    void skip(const LogId& log, Seq held, std::int64_t now_ms);
    /// Those whose wait is not over.
    [[nodiscard]] std::set<LogId> at(std::int64_t now_ms) const;

private:
    struct Skipped {
        Seq held;
        std::int64_t wait_ms;
        std::int64_t until_ms;
    };
    SkipWaits waits_;
    std::map<LogId, Skipped> logs_;
};

}  // namespace minglu
