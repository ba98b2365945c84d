#pragma once
/// Which province belongs to which node.
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "minglu/ids.hpp"

namespace minglu {

/// For each of `nodes` that is called by the letters of its province in ISO 3166-2:CN (cq, sc, …): the first two digits
/// of the province's code in GB/T 2260, and the node.
[[nodiscard]] std::vector<std::pair<std::string, NodeId>> provinces_of(std::span<const NodeId> nodes);

}  // namespace minglu
