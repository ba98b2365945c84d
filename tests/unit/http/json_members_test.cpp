/// Bodies taken apart: strictly, in one pass, whatever they are made of.
#include "src/http/api/json_members.hpp"

#include <doctest/doctest.h>

using namespace minglu;

namespace {

std::string repeated(std::string_view text, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += text;
    return out;
}

std::string array_of(std::string_view item, std::size_t count) {
    return R"({"a":[)" + repeated(std::string(item) + ",", count - 1) + std::string(item) + "]}";
}

}  // namespace

TEST_CASE("members come as JSON text") {
    const auto members = json_members(
        R"( { "a" : [ 1 , -2 , { "b" : null , "c" : [ ] , "d" : { } } , true ] , "e\u0301" : "\u6da6\n" , "f":1.50 } )",
        "body");
    REQUIRE(members);
    CHECK(*members == std::map<std::string, std::string>{{"a", R"([1,-2,{"b":null,"c":[],"d":{}},true])"},
                                                         {"e\xCC\x81", "\"\xE6\xB6\xA6\\n\""},
                                                         {"f", "1.50"}});
    CHECK(json_members("{}", "body")->empty());
}

TEST_CASE("what is no object, or too much of one, is refused with what is wrong") {
    struct Case {
        std::string text;
        std::string what;
    };
    const std::size_t deepest = body_depth_max - 1;
    const Case cases[] = {
        {"", "not a JSON object"},
        {"[]", "not a JSON object"},
        {"1", "not a JSON object"},
        {"{}{}", "not a JSON object"},
        {R"({"a":1,})", "not a JSON object"},
        {"{\"a\":\"\xC0\xAF\"}", "not a JSON object"},
        {R"({"a":1e400})", "not a JSON object"},
        {R"({"a":1,"a":1})", "member a stands there twice"},
        {R"({"x":[{"a":1,"\u0061":2}]})", "member a stands there twice"},
        {"{\"a\":" + repeated("[", deepest + 1) + repeated("]", deepest + 1) + "}", "nested too deeply"},
        {repeated("{\"a\":", 100'000), "nested too deeply"},
        {array_of("{}", 1'000'000), "more than 100000 values"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text.substr(0, 40));
        const auto members = json_members(c.text, "body");
        REQUIRE_FALSE(members);
        CHECK(members.error().code == ErrorCode::bad_request);
        CHECK(members.error().what == c.what);
        CHECK(members.error().where == "body");
    }
    CHECK(json_members("{\"a\":" + repeated("[", deepest) + repeated("]", deepest) + "}", "body"));
    CHECK(json_members(array_of("{}", 90'000), "body"));
    CHECK(json_members(R"({"a":{"b":1},"b":{"b":1}})", "body"));
}
