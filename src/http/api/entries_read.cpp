#include "src/http/api/entries_read.hpp"

#include "src/http/api/asked.hpp"
#include "src/http/api/asked_key.hpp"
#include "src/http/api/entry_history.hpp"
#include "src/http/api/entry_search.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/json_entry.hpp"
#include "src/http/api/search_answer.hpp"
#include "src/http/api/search_cursor.hpp"
#include "src/http/api/similar_entries.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

HttpResponse no_such_entry(const EntryKey& key) {
    return problem({ErrorCode::not_found, "there is no entry " + key.value(), "path",
                    "look for it with GET /v1/entries?q=; a key is kind/number or kind/number/class"});
}

/// A well-formed key of which nothing counts here: that is an answer, and says so for programs, with the entries that
/// may have been meant.
HttpResponse never_listed(const CatalogueAt& catalogue, const EntryKey& key) {
    JsonWriter json;
    json.begin_object().member("verdict", name(Verdict::never_listed));
    if (const auto similar = similar_entries(catalogue, key); !similar.empty()) {
        json.key("similar").begin_array();
        for (const EntryKey& one : similar) json.text(one.value());
        json.end_array();
    }
    json.end_object();
    HttpResponse response = no_such_entry(key);
    response.body.back() = ',';
    response.body += std::move(json).take().substr(1);
    return response;
}

HttpResponse search(Call& call) {
    const std::int64_t fingerprint = fingerprint_of(call.request);
    const auto paging = search_paging_of(call.request, fingerprint);
    if (!paging) return problem(paging.error());
    auto found = EntrySearch::from_request(call.request, call.services.clock.now());
    if (!found) return problem(found.error());
    const auto counts = flag_parameter(call.request, "counts");
    if (!counts) return problem(counts.error());
    const auto tx = call.services.store.read();
    const CatalogueAt catalogue(*tx, found->asked());
    found->look_up(*tx);
    const SearchPage page = found->page(catalogue, paging->after, paging->limit);
    call.tally->hits = page.found.size();

    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const FoundEntry& entry : page.found) {
        std::string item = entry_json(entry.hit, catalogue.answer_about(entry.hit));
        item.pop_back();
        json.raw(item + ",\"reason\":" + reason_json(found->reason(entry)) + "}");
    }
    json.end_array().member_boolean("bounded", page.bounded);
    json.member_if("hint", found->hint(catalogue));
    json.member_if("note", found->note());
    if (page.more) json.member("next", make_search_cursor(fingerprint, page.last));
    if (*counts) json.member_raw("counts", facets_json(found->facets(catalogue), *tx, found->asked().as_of));
    json.member_raw("freshness", freshness_json(call.services, *tx, found->asked())).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

HttpResponse one_entry(Call& call) {
    const auto asked = asked_from(call.request, call.services.clock.now());
    if (!asked) return problem(asked.error());
    const auto tx = call.services.store.read();
    const auto key = asked_key(*tx, call.path.at("key"));
    if (!key) return problem(key.error());
    const auto entry = entry_at(*tx, *key, asked->known_at);
    call.tally->hits = entry ? 1 : 0;
    if (!entry) return never_listed(CatalogueAt(*tx, *asked), *key);

    std::string body = entry_json(*tx, *entry, *asked);
    body.pop_back();
    body += ",\"freshness\":" + freshness_json(call.services, *tx, *asked) + "}";
    HttpResponse response = json_answer(200, std::move(body));
    response.headers.emplace("ETag", "\"" + to_string(entry->row.etag) + "\"");
    return with_vector(std::move(response), *tx);
}

HttpResponse history(Call& call) {
    const auto tx = call.services.store.read();
    const auto key = asked_key(*tx, call.path.at("key"));
    if (!key) return problem(key.error());
    // Proposals that do not count yet have a history though there is no entry.
    if (tx->ops_of_key(*key).empty()) return no_such_entry(*key);
    JsonWriter json;
    json.begin_object().member("key", key->value()).member_raw("items", history_json(*tx, *key));
    json.member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

}  // namespace

void add_entry_routes(Router& router) {
    std::vector<std::string> parameters = search_parameters();
    parameters.insert(parameters.end(), {"sort", "counts", "limit", "cursor"});
    router.add("GET", "/v1/entries", Access::read, std::move(parameters), search);
    router.add("GET", "/v1/entries/{key...}", Access::read, {"as_of", "known_at"}, one_entry);
    router.add("GET", "/v1/entries/{key...}/history", Access::read, {}, history);
}

}  // namespace minglu
