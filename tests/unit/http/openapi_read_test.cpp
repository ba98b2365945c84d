// The description that is served and the routes that are registered say the same.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "src/http/api/entry_evidence.hpp"
#include "sync/evidence_office.hpp"
#include "tests/unit/http/api_fixture.hpp"

namespace minglu {
namespace {

using test::Json;

const Json& resolve(const Json& document, const Json& value) {
    if (!value.contains("$ref")) return value;
    return document.at(Json::json_pointer(value.at("$ref").get<std::string>().substr(1)));
}

/// "GET /v1/x q limit", parameters sorted.
std::string line_of(std::string method, const std::string& path, const std::set<std::string>& parameters) {
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    std::string line = method + " " + path;
    for (const std::string& name : parameters) line += " " + name;
    return line;
}

std::set<std::string> described(const Json& document) {
    std::set<std::string> lines;
    for (const auto& [path, methods] : document.at("paths").items()) {
        for (const auto& [method, operation] : methods.items()) {
            std::set<std::string> parameters;
            for (const Json& parameter : operation.value("parameters", Json::array())) {
                const Json& whole = resolve(document, parameter);
                // Every route takes a case number, whether its description repeats that or not.
                if (whole.at("in") == "query" && whole.at("name") != "case") parameters.insert(whole.at("name"));
            }
            lines.insert(line_of(method, path, parameters));
        }
    }
    return lines;
}

std::set<std::string> registered(const Router& router) {
    std::set<std::string> lines;
    for (const Router::RouteName& route : router.routes()) {
        std::string path = route.pattern;
        if (const std::size_t dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
        lines.insert(line_of(route.method, path, {route.parameters.begin(), route.parameters.end()}));
    }
    return lines;
}

void check_references(const Json& document, const Json& value) {
    if (value.is_object() && value.contains("$ref")) CHECK_NOTHROW((void)resolve(document, value));
    if (value.is_structured())
        for (const Json& child : value) check_references(document, child);
}

TEST_CASE("Every route is described, and every description is served") {
    test::HandClock clock;
    test::TestNode node("cq", clock);
    Router router(node.services);
    add_read_routes(router);
    add_write_routes(router);
    EvidenceOffice office(node.replica, *node.store, *node.key, clock, node.card);
    add_evidence_routes(router, office);
    const Json document = test::ask(node, test::get("/openapi.json"));
    CHECK(document.at("openapi") == "3.1.0");
    check_references(document, document);
    const std::set<std::string> served = registered(router);
    const std::set<std::string> told = described(document);
    for (const std::string& line : served) CHECK_MESSAGE(told.count(line) == 1, "not described: " << line);
    for (const std::string& line : told) CHECK_MESSAGE(served.count(line) == 1, "not served: " << line);
}

TEST_CASE("Every body that is to be sent has an example") {
    test::HandClock clock;
    test::TestNode node("cq", clock);
    const Json document = test::ask(node, test::get("/openapi.json"));
    int bodies = 0;
    for (const auto& [path, methods] : document.at("paths").items()) {
        for (const auto& [method, operation] : methods.items()) {
            if (!operation.contains("requestBody")) continue;
            for (const auto& [type, content] : resolve(document, operation.at("requestBody")).at("content").items()) {
                const Json& schema = resolve(document, content.at("schema"));
                if (schema.value("format", "") == "binary") continue;
                const bool has_example =
                    content.contains("example") || content.contains("examples") || schema.contains("examples");
                const std::string body = method + " " + path + " " + type;
                CHECK_MESSAGE(has_example, body);
                for (const Json& example : schema.value("examples", Json::array())) {
                    for (const Json& required : schema.value("required", Json::array()))
                        CHECK_MESSAGE(example.contains(required.get<std::string>()), body);
                    for (const auto& member : example.items())
                        CHECK_MESSAGE(schema.at("properties").contains(member.key()), body << ": " << member.key());
                }
                ++bodies;
            }
        }
    }
    CHECK(bodies >= 17);
}

}  // namespace
}  // namespace minglu
