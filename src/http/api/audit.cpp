// The audit trail, for those who look after it and, as far as it is their own, for those who ask.
#include "src/audit/audit_trail.hpp"

#include <utility>

#include "src/http/api/cursor.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr char audit_cursor = 'a';
constexpr int export_rows = 500;  ///< a chunk: some hundred kilobytes

HttpResponse not_kept() {
    return problem({ErrorCode::not_found, "no audit trail is kept here", "", "ask a node that is served"});
}

std::string row_json(const AuditRow& row) {
    return R"({"hash":")" + to_hex(bytes_of(row.hash)) + R"(","row":)" + row.line + "}";
}

Result<UnixMs> day_parameter(const HttpRequest& request, const std::string& name, UnixMs otherwise, int days_on) {
    const auto text = text_parameter(request, name);
    if (!text) return fail(text.error());
    if (text->empty()) return otherwise;
    const auto day = parse_day(*text);
    if (!day)
        return fail({ErrorCode::bad_request, day.error().what, "query parameter " + name, "give a date as YYYY-MM-DD"});
    return start_of(Day{day->value() + days_on});
}

Result<AuditQuery> read_query(const Call& call) {
    AuditQuery query;
    for (const auto& [name, target] :
         {std::pair{"by", &query.actor}, std::pair{"of_case", &query.case_number}, std::pair{"kind", &query.kind}}) {
        auto value = text_parameter(call.request, name);
        if (!value) return fail(value.error());
        *target = *std::move(value);
    }
    const auto since = day_parameter(call.request, "since", query.since, 0);
    const auto until = day_parameter(call.request, "until", query.until, 1);
    const auto mine = flag_parameter(call.request, "mine");
    if (!since) return fail(since.error());
    if (!until) return fail(until.error());
    if (!mine) return fail(mine.error());
    query.since = *since;
    query.until = *until;
    if (!*mine && !may_audit(call.principal.role))
        return fail({ErrorCode::not_allowed, "only an auditor may read what others asked", "",
                     "ask for your own part of it with mine=1"});
    if (*mine && call.principal.actor.empty())
        return fail({ErrorCode::unauthenticated, "nobody is known to ask", "query parameter mine",
                     "send Authorization: Bearer with the secret of a token"});
    if (*mine) query.actor = call.principal.actor;
    return query;
}

void write_end(JsonWriter& json, const ReadTx& tx) {
    const auto last = tx.last_audit();
    json.key("last").begin_object().member_number("no", last ? last->no : 0);
    json.member("hash", to_hex(bytes_of(last ? last->hash : Hash{}))).end_object();
}

HttpResponse list(Call& call) {
    const auto paging = paging_of(call.request, audit_cursor, 2);
    if (!paging) return problem(paging.error());
    auto query = read_query(call);
    if (!query) return problem(query.error());
    if (call.services.audit == nullptr) return not_kept();
    call.services.audit->flush();
    query->before = {UnixMs{paging->after[0]}, paging->after[1]};
    query->limit = paging->limit + 1;
    const auto tx = call.services.store.read();
    auto rows = tx->audit(*query);
    const bool more = rows.size() > paging->limit;
    if (more) rows.pop_back();
    call.tally->hits = rows.size();
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const AuditRow& row : rows) json.raw(row_json(row));
    json.end_array();
    if (more) json.member("next", make_cursor(audit_cursor, {rows.back().at.value(), rows.back().no}));
    write_end(json, *tx);
    return json_answer(200, std::move(json.end_object()).take());
}

/// The rows after one, in order and with their hashes, so that a reader can check the chain alone.
HttpResponse export_rows_after(Call& call) {
    const auto after = integer_parameter(call.request, "after", 0, 0, INT64_MAX);
    if (!after) return problem(after.error());
    if (call.services.audit == nullptr) return not_kept();
    call.services.audit->flush();
    struct Walk {
        std::unique_ptr<ReadTx> tx;
        std::int64_t at = 0;
        std::string first;
    };
    auto walk = std::make_shared<Walk>(Walk{call.services.store.read(), *after, {}});
    Hash before{};
    bool known = *after == 0;
    walk->tx->visit_audit(*after - 1, [&](const AuditRow& row) {
        known = known || row.no == *after;
        if (row.no == *after) before = row.hash;
        return false;
    });
    if (!known)
        return problem({ErrorCode::not_found, "there is no row " + std::to_string(*after), "query parameter after",
                        "GET /v1/audit names the last one"});
    JsonWriter first;
    first.begin_object().member("minglu_audit", call.services.node.value()).member_number("after", *after);
    walk->first = std::move(first.member("hash", to_hex(bytes_of(before))).end_object()).take() + "\n";
    HttpResponse response;
    response.content_type = "application/x-ndjson";
    response.headers.emplace("Cache-Control", "no-store");
    response.headers.emplace("Content-Disposition", "attachment; filename=\"minglu-" + call.services.node.value() +
                                                        "-audit-" + std::to_string(*after) + ".ndjson\"");
    response.stream = [walk, tally = call.tally](std::string& chunk) {
        chunk = std::exchange(walk->first, {});
        int rows = 0;
        walk->tx->visit_audit(walk->at, [&](const AuditRow& row) {
            chunk += row_json(row) + "\n";
            walk->at = row.no;
            return ++rows < export_rows;
        });
        tally->hits = tally->hits.value_or(0) + static_cast<std::uint64_t>(rows);
        return !chunk.empty();
    };
    return response;
}

}  // namespace

void add_audit_routes(Router& router) {
    router.add("GET", "/v1/audit", Access::read, {"mine", "by", "of_case", "kind", "since", "until", "limit", "cursor"},
               list);
    router.add("GET", "/v1/audit/export", Access::audit, {"after"}, export_rows_after);
}

}  // namespace minglu
