#include "src/http/api/write_routes.hpp"

#include "src/http/api/carried_records.hpp"
#include "src/http/api/routes.hpp"

namespace minglu {

void add_write_routes(Router& router) {
    const auto in_use = std::make_shared<KeysInUse>();
    add_entry_write_routes(router, in_use);
    add_conflict_write_routes(router, in_use);
    add_import_routes(router, in_use);
    add_peer_routes(router, in_use);
    add_revocation_routes(router);
    add_token_routes(router, in_use);
    add_maintenance_routes(router);
    add_carried_record_routes(router);
    add_incident_routes(router, in_use);
    add_fork_routes(router);
    add_fork_adoption_route(router);
    add_audit_routes(router);
    add_check_routes(router);
}

}  // namespace minglu
