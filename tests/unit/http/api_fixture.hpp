#pragma once
/// What the tests of the programming interface ask of a node in memory.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/api_node.hpp"

namespace minglu::test {

using Json = nlohmann::json;

[[nodiscard]] HttpRequest get(std::string path, std::multimap<std::string, std::string> query = {});
[[nodiscard]] Json json_of(const HttpResponse& response);
/// The answer of the reading half, which must have that status.
Json ask(TestNode& node, const HttpRequest& request, int status = 200);
/// The keys of a list of entries.
[[nodiscard]] std::vector<std::string> keys_of(const Json& page);
/// Every page of a list, joined; `limit` items a page.
[[nodiscard]] std::vector<Json> all_items(TestNode& node, HttpRequest request, int limit);
/// The ASCII letters of it.
[[nodiscard]] std::string in_capitals(std::string text);

}  // namespace minglu::test
