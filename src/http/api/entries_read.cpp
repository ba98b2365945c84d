#include "src/http/api/entries_read.hpp"

#include "src/http/api/asked.hpp"
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

/// A well-formed key of which nothing counts here: that is an answer, and says so for programs.
HttpResponse never_listed(const std::string& key) {
    HttpResponse response = no_such_entry(key);
    response.body.pop_back();
    response.body += ",\"verdict\":\"" + std::string(name(Verdict::never_listed)) + "\"}";
    return response;
}

HttpResponse search(Call& call) {
    const auto paging = paging_of(call.request, search_cursor, 2);
    if (!paging) return problem(paging.error());
    const auto found = EntrySearch::from_request(call.request, day_of(call.services.clock.now()));
    if (!found) return problem(found.error());
    const auto tx = call.services.store.read();
    const CatalogueAt catalogue(*tx, found->asked());
    const EntrySearch::Page page = found->page(catalogue, {paging->after[0], paging->after[1]}, paging->limit);
    call.tally->hits = page.hits.size();

    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const EntryHit& hit : page.hits) json.raw(entry_json(hit, catalogue.verdict_of(hit)));
    json.end_array();
    if (page.more) json.member("next", make_cursor(search_cursor, {page.last.reading, page.last.entry}));
    json.member_raw("freshness", freshness_json(call.services, *tx, found->asked())).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

HttpResponse one_entry(Call& call) {
    const auto asked = asked_from(call.request, day_of(call.services.clock.now()));
    if (!asked) return problem(asked.error());
    const std::string& text = call.path.at("key");
    const auto key = parse_entry_key(text);
    const auto tx = call.services.store.read();
    const auto entry = key ? entry_at(*tx, *key, asked->known_at) : std::nullopt;
    call.tally->hits = entry ? 1 : 0;
    if (!entry) return key ? never_listed(text) : no_such_entry(text);

    std::string body = entry_json(*tx, *entry, *asked);
    body.pop_back();
    body += ",\"freshness\":" + freshness_json(call.services, *tx, *asked) + "}";
    HttpResponse response = json_answer(200, std::move(body));
    response.headers.emplace("ETag", "\"" + to_string(entry->row.etag) + "\"");
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
    router.add("GET", "/v1/entries/{key...}", Access::read, {"as_of", "known_at"}, one_entry);
    router.add("GET", "/v1/entries/{key...}/history", Access::read, {}, history);
}

}  // namespace minglu
