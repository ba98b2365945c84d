#include "tests/simulation/trouble.hpp"

#include <array>

namespace minglu::simulation {

void change_weather(SimNode& node, test::SeededRandom& random) {
    for (auto& [neighbour, link] : node.links()) {
        Weather& weather = link.line->weather;
        weather = {};
        if (random.one_in(3)) weather = {15, 5, 5, 15, 5};
        if (random.one_in(6)) weather = {5, 20, 20, 40, 0};
        if (random.one_in(5))
            link.line->cut_until(node.clock().steady_ms() + static_cast<std::int64_t>(random.below(600'000)));
    }
}

void set_clock(test::ManualClock& clock, test::SeededRandom& random, Ledger& ledger) {
    constexpr std::int64_t hour_ms = 3'600'000;
    constexpr std::int64_t year_ms = 365 * 24 * hour_ms;
    const std::uint64_t dice = random.below(5);
    if (dice == 0) clock.skew_ms = 0;
    if (dice == 1) clock.skew_ms = static_cast<std::int64_t>(random.below(1'200'000)) - 600'000;
    if (dice == 2) clock.skew_ms = static_cast<std::int64_t>(random.below(20 * year_ms)) - 10 * year_ms;
    if (dice == 3) clock.skew_ms = -clock.steady_ms();
    if (dice == 4) clock.skew_ms += static_cast<std::int64_t>(random.below(4 * hour_ms)) - 2 * hour_ms;
    ledger.clocks_differ = true;
    ++ledger.faults.counts["clock set"];
}

void mend(SimNode& node) {
    if (node.disk() != nullptr) node.disk()->calm();
    for (auto& [neighbour, link] : node.links()) {
        link.line->mend();
        link.line->weather = {};
    }
}

bool is_disk_troubled(SimNode& node) {
    return node.disk() != nullptr && (node.disk()->crashed() || node.disk()->full());
}

bool start_crashed(SimNode& node, test::SeededRandom& random) {
    if (node.disk() == nullptr || !node.disk()->crashed()) return false;
    static constexpr std::array<Loss, 4> losses{Loss::none, Loss::all, Loss::some, Loss::some};
    node.crash(random.pick(losses));
    return true;
}

}  // namespace minglu::simulation
