// What went wrong with peers, records, clocks and keys, what an operator should do, and who has looked at it.
#include <charconv>

#include "src/http/api/cursor.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/write_body.hpp"
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
    json.member_number("count", incident.count).member("state", is_open(incident) ? "open" : "acknowledged");
    if (incident.first) {
        json.key("first").begin_object().member("at", to_string(incident.first->at));
        json.member("received", incident.first->received).member("done", incident.first->done);
        json.member("advice", incident.first->advice).end_object();
    }
    json.key("acknowledgements").begin_array();
    for (const Acknowledgement& one : incident.acknowledgements) {
        json.begin_object().member("by", one.by).member("at", to_string(one.at)).member("note", one.note);
        json.member_number("count", one.count).end_object();
    }
    return std::move(json.end_array().end_object()).take();
}

Result<IncidentFilter> filter_of(const HttpRequest& request) {
    auto kind = text_parameter(request, "kind");
    auto peer = text_parameter(request, "peer");
    const auto state = text_parameter(request, "state");
    if (!kind) return fail(std::move(kind.error()));
    if (!peer) return fail(std::move(peer.error()));
    if (!state) return fail(state.error());
    if (*state != "open" && *state != "all" && !state->empty())
        return fail({ErrorCode::bad_request, "no such state: " + *state, "query parameter state", "give open or all"});
    return IncidentFilter{*std::move(kind), *std::move(peer), *state == "open"};
}

HttpResponse list(Call& call) {
    const auto paging = paging_of(call.request, incident_cursor);
    if (!paging) return problem(paging.error());
    const auto filter = filter_of(call.request);
    if (!filter) return problem(filter.error());
    const auto tx = call.services.store.read();
    auto rows = tx->incidents(paging->after[0], paging->limit + 1, *filter);
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

HttpResponse acknowledge(Call& call, const std::shared_ptr<KeysInUse>& in_use) {
    const Once once(call, in_use);
    if (once.refused()) return *once.refused();
    if (once.earlier()) return Once::replayed(json_answer(once.earlier()->status, once.earlier()->body));
    const auto body = WriteBody::parse(call.request.body, {"note"});
    if (!body) return problem(body.error());
    const auto note = required_text(*body, "note", "say what was found and what was done about it");
    if (!note) return problem(note.error());
    const std::string& text = call.path.at("no");
    std::int64_t no = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), no);
    bool found = false;
    if (parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size())
        call.services.replica.write_local([&](WriteTx& tx) {
            found = tx.acknowledge(no, {call.principal.actor, call.services.clock.now(), *note, 0});
            if (found) once.keep(tx, 200, "{\"no\":" + std::to_string(no) + "}");
        });
    if (!found)
        return problem({ErrorCode::not_found, "there is no incident " + text, "", "GET /v1/incidents lists them"});
    return json_answer(200, "{\"no\":" + std::to_string(no) + "}");
}

std::uint64_t count_open(const ReadTx& tx, const std::string& kind, const std::string& peer) {
    const OpenIncidents open = tx.open_incidents();
    const auto found = open.find({kind, peer});
    return found == open.end() ? 0 : found->second;
}

/// All of one kind about one peer: who has looked at what caused them need not say it of each.
HttpResponse acknowledge_all(Call& call, const std::shared_ptr<KeysInUse>& in_use) {
    const Once once(call, in_use);
    if (once.refused()) return *once.refused();
    if (once.earlier()) return Once::replayed(json_answer(once.earlier()->status, once.earlier()->body));
    const auto body = WriteBody::parse(call.request.body, {"note", "dry_run"});
    if (!body) return problem(body.error());
    const auto note = required_text(*body, "note", "say what was found and what was done about it");
    if (!note) return problem(note.error());
    const auto dry_run = body->flag("dry_run");
    if (!dry_run) return problem(dry_run.error());
    const std::string& kind = call.path.at("kind");
    const std::string& peer = call.path.at("node");
    std::uint64_t incidents = count_open(*call.services.store.read(), kind, peer);
    if (incidents == 0)
        return problem({ErrorCode::not_found, "no incident " + kind + " about " + peer + " is open", "",
                        "GET /v1/incidents?state=open lists those that are"});
    const auto answer = [&] {
        JsonWriter json;
        json.begin_object().member("peer", peer).member("kind", kind).member_boolean("dry_run", *dry_run);
        return std::move(json.member_number("incidents", incidents).end_object()).take();
    };
    if (!*dry_run)
        call.services.replica.write_local([&](WriteTx& tx) {
            incidents = tx.acknowledge_all(kind, peer, {call.principal.actor, call.services.clock.now(), *note, 0});
            once.keep(tx, 200, answer());
        });
    call.tally->hits = incidents;
    return json_answer(200, answer());
}

}  // namespace

void add_incident_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use) {
    router.add("GET", "/v1/incidents", Access::audit, {"state", "kind", "peer", "limit", "cursor"}, list);
    router.add("POST", "/v1/incidents/{no}/acknowledgement", Access::audit, {},
               [in_use](Call& call) { return acknowledge(call, in_use); });
    router.add("POST", "/v1/peers/{node}/incidents/{kind}/acknowledgement", Access::audit, {},
               [in_use](Call& call) { return acknowledge_all(call, in_use); });
}

}  // namespace minglu
