#pragma once
/// What was done to the nodes of a run.
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "minglu/ids.hpp"

namespace minglu::simulation {

struct Faults {
    std::map<std::string, std::uint64_t, std::less<>> counts;  ///< by kind
    std::set<NodeId> tampered_at;                              ///< nodes that were sent damaged bytes
};

}  // namespace minglu::simulation
