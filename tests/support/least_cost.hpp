#pragma once
/// What work costs, for comparing small work with large: growth, never speed.
#include <algorithm>
#include <ctime>
#include <functional>

namespace minglu::test {

/// The processor's time of this process, the least of three runs, and not less than what the clock tells well.
inline std::clock_t least_cost(const std::function<void()>& work) {
    constexpr std::clock_t told_well = CLOCKS_PER_SEC / 1'000;
    std::clock_t least = 0;
    for (int run = 0; run < 3; ++run) {
        const std::clock_t start = std::clock();
        work();
        const std::clock_t took = std::clock() - start;
        least = run == 0 ? took : std::min(least, took);
    }
    return std::max(least, told_well);
}

}  // namespace minglu::test
