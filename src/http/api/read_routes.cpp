#include "src/http/api/routes.hpp"

#include <memory>

#include "src/http/api/batches.hpp"
#include "src/http/api/changes.hpp"
#include "src/http/api/comparison.hpp"
#include "src/http/api/conflicts_read.hpp"
#include "src/http/api/entries_read.hpp"
#include "src/http/api/export.hpp"
#include "src/http/api/health.hpp"
#include "src/http/api/lookalikes.hpp"
#include "src/http/api/metrics.hpp"
#include "src/http/api/openapi.hpp"
#include "src/http/api/sync_status.hpp"

namespace minglu {

void add_read_routes(Router& router) {
    add_entry_routes(router);
    add_lookalike_route(router);
    add_batch_routes(router);
    add_change_routes(router);
    add_conflict_routes(router);
    add_sync_status_routes(router);
    add_comparison_routes(router);
    add_export_routes(router);
    add_health_routes(router);
    add_metrics_routes(router, std::make_shared<Metrics>());
    add_openapi_route(router);
}

}  // namespace minglu
