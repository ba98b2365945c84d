#pragma once
/// GET /v1/changes: what arrived here, in order, for programs that follow the catalogue.
#include "src/http/api/router.hpp"

namespace minglu {

void add_change_routes(Router& router);

}  // namespace minglu
