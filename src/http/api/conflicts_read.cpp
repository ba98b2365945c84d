#include "src/http/api/conflicts_read.hpp"

#include "src/http/api/cursor.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/json_conflict.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr char conflict_cursor = 'c';

tl::unexpected<Error> refuse(const std::string& parameter, std::string what, std::string cure) {
    return fail({ErrorCode::bad_request, std::move(what), "query parameter " + parameter, std::move(cure)});
}

Result<std::optional<ConflictState>> parse_state(const std::string& text) {
    if (text == "all") return std::nullopt;
    for (const ConflictState state : {ConflictState::open, ConflictState::resolved, ConflictState::superseded})
        if (name(state) == text) return state;
    return refuse("state", "no such state: " + text, "give open, resolved, superseded or all");
}

Result<ConflictQuery> query_of(const HttpRequest& request) {
    const auto state_text = text_parameter(request, "state", "open");
    const auto key_text = text_parameter(request, "key");
    const auto claimed_by = text_parameter(request, "claimed_by");
    for (const auto* value : {&state_text, &key_text, &claimed_by})
        if (!*value) return fail(value->error());
    const auto paging = paging_of(request, conflict_cursor);
    if (!paging) return fail(paging.error());
    const auto state = parse_state(*state_text);
    if (!state) return fail(state.error());
    ConflictQuery query;
    query.state = *state;
    if (!key_text->empty()) {
        const auto key = parse_entry_key(*key_text);
        if (!key) return refuse("key", key.error().what, "give the key of an entry, e.g. trademark/10325554/33");
        query.key = *key;
    }
    query.claimed_by = *claimed_by;
    query.after = paging->after[0];
    query.limit = paging->limit + 1;  // so that the last page knows it is the last
    return query;
}

HttpResponse list(Call& call) {
    const auto query = query_of(call.request);
    if (!query) return problem(query.error());
    const auto tx = call.services.store.read();
    std::vector<ConflictRow> rows = tx->conflicts(*query);
    const bool more = rows.size() == query->limit;
    if (more) rows.pop_back();
    call.tally->hits = rows.size();
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const ConflictRow& row : rows) json.raw(conflict_item_json(*tx, row));
    json.end_array();
    if (more) json.member("next", make_cursor(conflict_cursor, {rows.back().no}));
    json.member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

HttpResponse one(Call& call) {
    const std::string& text = call.path.at("id");
    const auto bytes = from_hex(text);
    const auto id = bytes ? to_hash(*bytes) : Result<Hash>(tl::unexpected(bytes.error()));
    const auto tx = call.services.store.read();
    const auto row = id ? tx->conflict(*id) : std::nullopt;
    if (!row) {
        return problem({ErrorCode::not_found, "there is no conflict " + text, "path",
                        "take the id from GET /v1/conflicts?state=all"});
    }
    std::string body = conflict_json(*tx, *row, call.services.node);
    body.pop_back();
    body += ",\"freshness\":" + freshness_json(call.services, *tx) + "}";
    return with_vector(json_answer(200, std::move(body)), *tx);
}

}  // namespace

void add_conflict_routes(Router& router) {
    router.add("GET", "/v1/conflicts", Access::read, {"state", "key", "claimed_by", "limit", "cursor"}, list);
    router.add("GET", "/v1/conflicts/{id}", Access::read, {}, one);
}

}  // namespace minglu
