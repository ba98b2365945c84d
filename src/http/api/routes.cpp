#include "src/http/api/routes.hpp"

#include <memory>

#include "src/http/api/entry_evidence.hpp"

namespace minglu {

OfficerApi make_api(Services& services, EvidenceOffice& evidence) {
    const auto router = std::make_shared<Router>(services);
    add_read_routes(*router);
    add_write_routes(*router);
    add_evidence_routes(*router, evidence);
    return {[router](const HttpRequest& request) { return router->handle(request); },
            [router](const HttpRequest& head) { return router->turn_away(head); }};
}

}  // namespace minglu
