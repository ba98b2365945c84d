#pragma once
/// GET /openapi.json: the description of this interface, as it was compiled in.
#include "src/http/api/router.hpp"

namespace minglu {

void add_openapi_route(Router& router);

}  // namespace minglu
