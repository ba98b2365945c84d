/// What people type for a field, and what is sent.
#include <doctest/doctest.h>

#include "src/cli/field_values.hpp"

using namespace minglu;
using namespace minglu::cli;

TEST_CASE("typed values become what the catalogue holds") {
    struct Row {
        const char* key;
        const char* field;
        const char* typed;
        const char* json;
    };
    for (const Row& row : {
             Row{"gi/1", "name", "涪陵榨菜", R"("涪陵榨菜")"},
             Row{"gi/1", "name", "", R"("")"},
             Row{"patent/1", "status", "授权", R"("granted")"},
             Row{"patent/1", "status", "granted", R"("granted")"},
             Row{"patent/1", "status", "nonsense", R"("nonsense")"},
             Row{"trademark/1/2", "status", "注册", R"("registered")"},
             Row{"gi/1", "holders", "甲；乙 ;丙",
                 R"([{"name":"甲","role":"holder"},{"name":"乙","role":"holder"},{"name":"丙","role":"holder"}])"},
             Row{"gi/1", "holders", "甲公司 91500102MA5U5XXX0K",
                 R"([{"name":"甲公司","role":"holder","credit_code":"91500102MA5U5XXX0K"}])"},
             Row{"gi/1", "holders", R"([{"name":"甲","role":"licensee"}])", R"([{"name":"甲","role":"licensee"}])"},
             Row{"gi/1", "related", "gi/a;trademark/1/2", R"(["gi/a","trademark/1/2"])"},
             Row{"gi/1", "unknown_field", "x=y", R"("x=y")"},
         }) {
        CAPTURE(row.typed);
        const auto value = field_value(row.key, row.field, row.typed);
        REQUIRE(value);
        CHECK(*value == Json::parse(row.json));
    }
    CHECK_FALSE(field_value("gi/1", "holders", "[oops"));
}

TEST_CASE("assignments are taken whole and once") {
    const auto fields = fields_of("gi/1", {"notes=a=b", "category="}, {"goods"});
    REQUIRE(fields);
    CHECK(*fields == Json::parse(R"({"notes":"a=b","category":"","goods":null})"));
    const std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> wrong{
        {{}, {}}, {{"notes"}, {}}, {{"=x"}, {}}, {{"a=1", "a=2"}, {}}, {{"a=1"}, {"a"}}, {{}, {"a", "a"}}};
    for (const auto& row : wrong) {
        const auto refused = fields_of("gi/1", row.first, row.second);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::bad_request);
    }
}
