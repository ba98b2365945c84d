// Fuzz target: canonical JSON is a fixed point, and its members are found by scanning.
#include "minglu/json_text.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {
namespace {

/// An object put together again from its members, which canonical JSON makes the same bytes.
std::string from_members(std::string_view object) {
    std::string again = "{";
    visit_members(object, [&](std::string_view name, std::string_view value) {
        if (again.size() > 1) again += ',';
        again.append("\"").append(name).append("\":").append(value);
        require(member_of(object, name) == value, "a member that is visited is found by its name");
    });
    return again + "}";
}

}  // namespace

bool fuzz_json(std::string_view bytes) {
    const auto json = canonical_json(bytes);
    if (!json) return false;
    const auto again = canonical_json(*json);
    require(again && *again == *json, "canonical JSON is a fixed point");
    if (json->front() == '{') require(from_members(*json) == *json, "an object is its members");
    if (json->front() == '"') require(json_string(text_of(*json)) == *json, "a string is its text");
    return true;
}

}  // namespace minglu::test
