#pragma once
/// Every route of the programming interface in one place; docs/PROTOCOL.md and openapi.json describe them.
#include "src/http/api/router.hpp"
#include "src/http/server.hpp"

namespace minglu {

class EvidenceOffice;

void add_read_routes(Router& router);
void add_write_routes(Router& router);

/// Of the officer listener, of the admin socket and of calls in process: the handler, and what it would refuse by the
/// head of a request alone.
struct OfficerApi {
    HttpHandler handle;
    HttpGate turn_away;
};
/// `services` and `evidence` outlive it.
[[nodiscard]] OfficerApi make_api(Services& services, EvidenceOffice& evidence);

}  // namespace minglu
