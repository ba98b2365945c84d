#pragma once
/// GET /v1/lookalikes: protected marks that a sign could be meant to imitate.
#include "src/http/api/router.hpp"

namespace minglu {

void add_lookalike_route(Router& router);

}  // namespace minglu
