#include "src/http/api/entries_read.hpp"

#include "src/http/api/cursor.hpp"
#include "src/http/api/entry_history.hpp"
#include "src/http/api/entry_search.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/json_entry.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr char search_cursor = 's';

HttpResponse no_such_entry(const std::string& key) {
    return problem({ErrorCode::not_found, "there is no entry " + key, "path",
                    "look for it with GET /v1/entries?q=; a key is kind/number or kind/number/class"});
}

HttpResponse search(Call& call) {
    const auto paging = paging_of(call.request, search_cursor, 2);
    if (!paging) return problem(paging.error());
    const auto found = EntrySearch::from_request(call.request, day_of(call.services.clock.now()));
    if (!found) return problem(found.error());
    const auto tx = call.services.store.read();
    const EntrySearch::Page page = found->page(*tx, {paging->after[0], paging->after[1]}, paging->limit);
    call.tally->hits = page.hits.size();

    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const EntryHit& hit : page.hits) json.raw(entry_json(hit));
    json.end_array();
    if (page.more) json.member("next", make_cursor(search_cursor, {page.last.reading, page.last.entry}));
    json.member_raw("freshness", freshness_json(call.services, *tx, found->as_of())).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

Result<Day> day_parameter(const Call& call) {
    const auto text = text_parameter(call.request, "as_of");
    if (!text) return fail(text.error());
    if (text->empty()) return day_of(call.services.clock.now());
    const auto day = parse_day(*text);
    if (!day)
        return fail({ErrorCode::bad_request, day.error().what, "query parameter as_of", "give a date as YYYY-MM-DD"});
    return *day;
}

HttpResponse one_entry(Call& call) {
    const auto as_of = day_parameter(call);
    if (!as_of) return problem(as_of.error());
    const std::string& text = call.path.at("key");
    const auto key = parse_entry_key(text);
    const auto tx = call.services.store.read();
    const auto entry = key ? tx->entry(*key) : std::nullopt;
    call.tally->hits = entry ? 1 : 0;
    if (!entry) return no_such_entry(text);

    std::string body = entry_json(*tx, *entry, *as_of);
    body.pop_back();
    body += ",\"freshness\":" + freshness_json(call.services, *tx, *as_of) + "}";
    HttpResponse response = json_answer(200, std::move(body));
    response.headers.emplace("ETag", "\"" + to_string(entry->etag) + "\"");
    return with_vector(std::move(response), *tx);
}

HttpResponse history(Call& call) {
    const std::string& text = call.path.at("key");
    const auto key = parse_entry_key(text);
    const auto tx = call.services.store.read();
    // Proposals that do not count yet have a history though there is no entry.
    if (!key || tx->ops_of_key(*key).empty()) return no_such_entry(text);
    JsonWriter json;
    json.begin_object().member("key", text).member_raw("items", history_json(*tx, *key));
    json.member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

}  // namespace

void add_entry_routes(Router& router) {
    std::vector<std::string> parameters = search_parameters();
    parameters.insert(parameters.end(), {"limit", "cursor"});
    router.add("GET", "/v1/entries", Access::read, std::move(parameters), search);
    router.add("GET", "/v1/entries/{key...}", Access::read, {"as_of"}, one_entry);
    router.add("GET", "/v1/entries/{key...}/history", Access::read, {}, history);
}

}  // namespace minglu
