#include "tests/unit/http/api_fixture.hpp"

#include <doctest/doctest.h>

namespace minglu::test {

HttpRequest get(std::string path, std::multimap<std::string, std::string> query) {
    HttpRequest request;
    request.method = "GET";
    request.path = std::move(path);
    request.query = std::move(query);
    request.remote = "127.0.0.1";
    return request;
}

Json json_of(const HttpResponse& response) {
    Json json = Json::parse(response.body, nullptr, false);
    INFO(response.body);
    REQUIRE_FALSE(json.is_discarded());
    return json;
}

Json ask(TestNode& node, const HttpRequest& request, int status) {
    const HttpResponse response = node.router.handle(request);
    INFO(request.path << " -> " << response.body);
    REQUIRE(response.status == status);
    return json_of(response);
}

std::vector<std::string> keys_of(const Json& page) {
    std::vector<std::string> keys;
    for (const Json& item : page.at("items")) keys.push_back(item.at("key"));
    return keys;
}

std::vector<Json> all_items(TestNode& node, HttpRequest request, int limit) {
    std::vector<Json> items;
    request.query.emplace("limit", std::to_string(limit));
    for (int pages = 0; pages < 1'000; ++pages) {
        const Json page = ask(node, request);
        CHECK(page.at("items").size() <= static_cast<std::size_t>(limit));
        for (const Json& item : page.at("items")) items.push_back(item);
        if (!page.contains("next")) return items;
        request.query.erase("cursor");
        request.query.emplace("cursor", page.at("next").get<std::string>());
    }
    FAIL("pages without end");
    return items;
}

std::string in_capitals(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

}  // namespace minglu::test
