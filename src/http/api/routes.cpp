#include "src/http/api/routes.hpp"

#include <memory>

namespace minglu {

OfficerApi make_api(Services& services) {
    const auto router = std::make_shared<Router>(services);
    add_read_routes(*router);
    add_write_routes(*router);
    return {[router](const HttpRequest& request) { return router->handle(request); },
            [router](const HttpRequest& head) { return router->turn_away(head); }};
}

}  // namespace minglu
