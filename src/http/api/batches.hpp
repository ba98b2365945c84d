#pragma once
/// GET /v1/batches and /v1/batches/{dot}.
#include "src/http/api/router.hpp"

namespace minglu {

void add_batch_routes(Router& router);

}  // namespace minglu
