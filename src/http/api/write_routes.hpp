#pragma once
/// The writing half of /v1, by concern.
#include <memory>

#include "src/http/api/idempotency.hpp"
#include "src/http/api/router.hpp"

namespace minglu {

/// PUT /v1/entries/{key}, POST …/removal and …/restoration.
void add_entry_write_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use);
/// POST /v1/conflicts/{id}/claim and …/resolution.
void add_conflict_write_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use);
/// /v1/imports.
void add_import_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use);
/// /v1/peers and GET /v1/card.
void add_peer_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use);
/// /v1/revocations.
void add_revocation_routes(Router& router);
/// /v1/tokens.
void add_token_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use);
/// POST /v1/maintenance/….
void add_maintenance_routes(Router& router);
/// GET /v1/incidents, POST …/{no}/acknowledgement and /v1/peers/{node}/incidents/{kind}/acknowledgement.
void add_incident_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use);
/// POST /v1/checks.
void add_check_routes(Router& router);
/// /v1/audit.
void add_audit_routes(Router& router);
/// GET /v1/forks and /v1/forks/records.
void add_fork_routes(Router& router);
/// POST /v1/forks/adoption.
void add_fork_adoption_route(Router& router);

}  // namespace minglu
