#pragma once
/// GET /v1/entries, /v1/entries/{key...} and its history.
#include "src/http/api/router.hpp"

namespace minglu {

void add_entry_routes(Router& router);

}  // namespace minglu
