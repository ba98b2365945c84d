// Fuzz target: canonical JSON is a fixed point, and its members are found by scanning.
#include "minglu/json_text.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace minglu;

void fuzz(std::string_view bytes) {
    if (const auto json = canonical_json(bytes)) {
        const auto again = canonical_json(*json);
        check(again && *again == *json);
        if (json->front() == '{')
            visit_members(*json, [&](std::string_view, std::string_view value) {
                check(canonical_json(value).has_value() || value == "null");
            });
    }
}
