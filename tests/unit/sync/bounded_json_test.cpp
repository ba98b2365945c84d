// What of other nodes' JSON is read at all.
#include "sync/bounded_json.hpp"

#include <doctest/doctest.h>

#include <string>

#include "minglu/json_text.hpp"

using namespace minglu;

namespace {

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}
std::string list_of(std::size_t values) {
    std::string text = "[";
    for (std::size_t i = 0; i < values; ++i) text += i == 0 ? "0" : ",0";
    return text + "]";
}

TEST_CASE("a value is what it would be without bounds") {
    for (const std::string text : {R"({"a":[1,-2,0.5,"涪陵",true,null,{}]})", "[]", "7", R"("x")"})
        CHECK(bounded_json(text) == nlohmann::json::parse(text));
}

TEST_CASE("what is no JSON, or nested too deeply, or too many values, is nothing") {
    for (const char* const text : {"", "{", "[1,]", "{\"a\"}", "\xff", "nul", "[1] x"})
        CHECK(bounded_json(text).is_discarded());
    CHECK(!bounded_json(nested(json_depth_max)).is_discarded());
    CHECK(bounded_json(nested(json_depth_max + 1)).is_discarded());
    CHECK(bounded_json(std::string(1'000'000, '[')).is_discarded());
    CHECK(!bounded_json(list_of(json_values_max - 1)).is_discarded());
    CHECK(bounded_json(list_of(json_values_max)).is_discarded());
}

}  // namespace
