#pragma once
/// GET /healthz and /readyz, for supervisors and load balancers.
#include "src/http/api/router.hpp"

namespace minglu {

void add_health_routes(Router& router);

}  // namespace minglu
