#pragma once
/// What people decided at once, not knowing of each other: counted, so that a run can tell that it met it.
#include "tests/simulation/accounts.hpp"

namespace minglu::simulation {

struct DecidedAtOnce {
    std::uint64_t resolutions = 0;           ///< pairs of decisions about one conflict
    std::uint64_t approvals_and_closes = 0;  ///< pairs about one proposal
};

[[nodiscard]] DecidedAtOnce decided_at_once(const ReadTx& tx, const Accounts& accounts, std::uint32_t reads);

}  // namespace minglu::simulation
