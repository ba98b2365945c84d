#pragma once
/// /v1/sync/records: bundles that people carry between nodes, one a request. Files are made of them.
#include "src/http/api/router.hpp"

namespace minglu {

/// GET gives the records after `have`; POST takes a bundle. For administrators.
void add_carried_record_routes(Router& router);

}  // namespace minglu
