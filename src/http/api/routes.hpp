#pragma once
/// Every route of the programming interface in one place; docs/PROTOCOL.md and openapi.json describe them.
#include "src/http/api/router.hpp"

namespace minglu {

void add_read_routes(Router& router);
void add_write_routes(Router& router);

/// The handler of the officer listener, of the admin socket and of calls in process. `services` outlives it.
[[nodiscard]] HttpHandler make_api(Services& services);

}  // namespace minglu
