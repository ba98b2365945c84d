#pragma once
/// GET /v1/sync/comparison: the entries at which this node and a peer differ though they hold the same records.
#include "src/http/api/router.hpp"

namespace minglu {

void add_comparison_routes(Router& router);

}  // namespace minglu
