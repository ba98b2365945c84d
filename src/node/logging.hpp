#pragma once
/// Log lines on standard error, as text or as one JSON object each.
#include "src/node/config.hpp"

namespace minglu {

void set_up_logging(const LogConfig& config, const NodeId& node);

}  // namespace minglu
