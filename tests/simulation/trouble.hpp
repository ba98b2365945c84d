#pragma once
/// What happens to any node of a run: its lines and its clock.
#include "tests/simulation/invariants.hpp"

namespace minglu::simulation {

/// Other weather on each of its lines; some of them are cut for up to ten minutes.
void change_weather(SimNode& node, test::SeededRandom& random);
/// A wall clock that somebody sets: minutes or years off, back to 1970 as after an empty battery, or right again.
void set_clock(test::ManualClock& clock, test::SeededRandom& random, Ledger& ledger);
/// Perfect lines again.
void mend_lines(SimNode& node);

}  // namespace minglu::simulation
