#pragma once
/// GET /v1/sync and POST /v1/sync/now.
#include "minglu/vector.hpp"
#include "src/http/api/router.hpp"

namespace minglu {

/// How many records of `wanted` are not covered by `have`.
[[nodiscard]] std::uint64_t records_beyond(const Vector& wanted, const Vector& have);

/// The newest of what a peer told this process and of what its newest head here says that it holds.
[[nodiscard]] Vector best_known_vector(const PeerReport& report, const std::vector<LogRow>& logs);

void add_sync_status_routes(Router& router);

}  // namespace minglu
