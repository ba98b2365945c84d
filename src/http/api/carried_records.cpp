#include "src/http/api/carried_records.hpp"

#include "src/http/problem.hpp"
#include "src/http/record_exchange.hpp"

namespace minglu {

namespace {

HttpResponse give(Call& call) {
    if (auto refused = refuse_accept(call.request)) return *std::move(refused);
    const auto wanted = bundle_request(call.request);
    if (!wanted) return problem(wanted.error());
    auto bundle = call.services.exchange.records(*wanted, 0, {});
    if (bundle) return uncached(bundle_type(), *std::move(bundle));
    HttpResponse response;
    response.status = 204;
    return response;
}

}  // namespace

void add_carried_record_routes(Router& router) {
    router.add("GET", "/v1/sync/records", Access::admin, {"have", "heads", "skip", "forks", "cosigned", "limit_bytes"},
               give);
    router.add("POST", "/v1/sync/records", Access::admin, {},
               [](Call& call) { return take_carried_bundle(call.request, call.services.exchange); });
}

}  // namespace minglu
