#pragma once
/// Wall time and processor time: other programs on the machine distort the latter less.
#include <chrono>
#include <ctime>

namespace minglu::bench {

using Clock = std::chrono::steady_clock;

[[nodiscard]] inline double us_since(Clock::time_point start) {
    return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

[[nodiscard]] inline double seconds_of(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}
[[nodiscard]] inline double processor_s() {
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}
[[nodiscard]] inline double thread_processor_s() {
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

}  // namespace minglu::bench
