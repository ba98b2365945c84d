#pragma once
/// GET /v1/conflicts and /v1/conflicts/{id}.
#include "src/http/api/router.hpp"

namespace minglu {

void add_conflict_routes(Router& router);

}  // namespace minglu
