#pragma once
/// What happens to any node of a run: its lines and its clock.
#include "tests/simulation/invariants.hpp"

namespace minglu::simulation {

/// Other weather on each of its lines; some of them are cut for up to ten minutes.
void change_weather(SimNode& node, test::SeededRandom& random);
/// A wall clock that somebody sets: minutes or years off, back to 1970 as after an empty battery, or right again.
void set_clock(test::ManualClock& clock, test::SeededRandom& random, Ledger& ledger);
/// Lines and disk are perfect again.
void mend(SimNode& node);
/// Whether what the node's store throws has its cause in its disk; false for a store in memory.
[[nodiscard]] bool is_disk_troubled(SimNode& node);
/// When everything stopped: starts again over what the disk kept. Returns whether it had.
bool start_crashed(SimNode& node, test::SeededRandom& random);

}  // namespace minglu::simulation
