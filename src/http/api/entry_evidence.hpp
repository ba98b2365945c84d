#pragma once
/// GET /v1/entries/{key}/evidence.
#include "src/http/api/router.hpp"

namespace minglu {

class EvidenceOffice;

/// `office` outlives the router.
void add_evidence_routes(Router& router, EvidenceOffice& office);

}  // namespace minglu
