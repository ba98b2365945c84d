#pragma once
/// GET /v1/export: everything that a search finds, streamed.
#include "src/http/api/router.hpp"

namespace minglu {

void add_export_routes(Router& router);

}  // namespace minglu
