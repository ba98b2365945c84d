#pragma once
/// What was done to the nodes of a run.
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "minglu/ids.hpp"
#include "minglu/time.hpp"

namespace minglu::simulation {

struct Faults {
    std::map<std::string, std::uint64_t, std::less<>> counts;  ///< by kind
    std::set<std::pair<NodeId, UnixMs>> tampered_at;           ///< nodes that were sent damaged bytes, and when
    std::set<std::pair<NodeId, UnixMs>> late_at;               ///< the same for bundles of before
};

}  // namespace minglu::simulation
