#include "src/http/api/health.hpp"

#include "src/http/api/json_answer.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

HttpResponse healthy(Call&) {
    return json_answer(200, R"({"status":"ok"})");
}

HttpResponse ready(Call& call) {
    const Services& services = call.services;
    std::int64_t records = 0;
    try {
        records = services.store.read()->last_record().value();
    } catch (const StoreFault& fault) {
        return problem(503, {fault.code(), fault.what(), "store", "look into the server's log"});
    }
    const Standing standing = services.replica.standing();
    if (standing.own_log.value().empty())
        return problem(503, {ErrorCode::busy, "the node has not opened its log yet", "", "ask again in a moment"});
    JsonWriter json;
    json.begin_object().member("status", "ready").member("node", services.node.value());
    json.member("version", services.version).member("own_log", standing.own_log.value());
    json.member_number("records", records).end_object();
    return json_answer(200, std::move(json).take());
}

}  // namespace

void add_health_routes(Router& router) {
    router.add("GET", "/healthz", Access::open, {}, healthy);
    router.add("GET", "/readyz", Access::open, {}, ready);
}

}  // namespace minglu
