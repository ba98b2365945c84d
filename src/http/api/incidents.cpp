// What went wrong with peers, records, clocks and keys, and what an operator should do.
#include "src/http/api/cursor.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr char incident_cursor = 'i';

std::string incident_json(const IncidentRow& incident) {
    JsonWriter json;
    json.begin_object().member_number("no", incident.no).member("at", to_string(incident.at));
    json.member("kind", incident.kind).member("peer", incident.peer).member("subject", incident.subject);
    json.member("received", incident.received).member("done", incident.done).member("advice", incident.advice);
    return std::move(json.member_number("count", incident.count).end_object()).take();
}

HttpResponse list(Call& call) {
    const auto paging = paging_of(call.request, incident_cursor);
    if (!paging) return problem(paging.error());
    const auto tx = call.services.store.read();
    auto rows = tx->incidents(paging->after[0], paging->limit + 1);
    const bool more = rows.size() > paging->limit;
    if (more) rows.pop_back();
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const IncidentRow& incident : rows) json.raw(incident_json(incident));
    json.end_array();
    if (more) json.member("next", make_cursor(incident_cursor, {rows.back().no}));
    json.member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

}  // namespace

void add_incident_routes(Router& router) {
    router.add("GET", "/v1/incidents", Access::audit, {"limit", "cursor"}, list);
}

}  // namespace minglu
