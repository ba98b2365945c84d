#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "catalog/terms.hpp"

using namespace minglu;

namespace {

std::string code_of(std::string_view list, std::string_view word, std::optional<Kind> kind = {}) {
    const Term* term = find_term(list, word, kind);
    return term == nullptr ? "" : term->code;
}

std::vector<std::string> codes_of(std::string_view list, std::optional<Kind> kind = {}) {
    std::vector<std::string> out;
    for (const Term* term : terms_of(list, kind)) out.push_back(term->code);
    return out;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("legal states of the law, whether the right exists in them, and whether it was granted") {
    struct Case {
        Kind kind;
        const char* label;
        const char* code;
        bool in_force, granted;
    };
    const std::vector<Case> cases{
        {Kind::patent, "公布", "published", false, false},
        {Kind::patent, "实质审查", "examination", false, false},
        {Kind::patent, "未授权", "ungranted", false, false},
        {Kind::patent, "授权(有效)", "granted", true, true},
        {Kind::patent, "授权（有效）", "granted", true, true},
        {Kind::patent, "部分无效(有效部分维持)", "partly_invalid", true, true},
        {Kind::patent, "期满终止", "expired", false, true},
        {Kind::patent, "未缴年费终止", "fee_lapsed", false, true},
        {Kind::patent, "放弃", "surrendered", false, true},
        {Kind::patent, "全部无效", "invalidated", false, false},
        {Kind::patent, "视为放弃", "deemed_abandoned", false, false},
        {Kind::patent, "撤回", "withdrawn", false, false},
        {Kind::patent, "驳回", "refused", false, false},
        {Kind::trademark, "注册(有效)", "registered", true, true},
        {Kind::trademark, "续展中", "renewing", true, true},
        {Kind::trademark, "宽展期", "grace", true, true},
        {Kind::trademark, "期满未续展注销", "not_renewed", false, true},
        {Kind::trademark, "申请注销", "surrendered", false, true},
        {Kind::trademark, "撤销", "revoked", false, true},
        {Kind::trademark, "宣告无效", "invalidated", false, false},
        {Kind::gi, "注册(有效)", "registered", true, true},
        {Kind::gi, "保护(有效)", "protected", true, true},
        {Kind::gi, "撤销保护", "protection_ended", false, true},
        {Kind::gi, "登记(有效)", "certified", true, true},
    };
    for (const auto& c : cases) {
        CAPTURE(c.label);
        const Term* term = find_term("status", c.label, c.kind);
        REQUIRE(term != nullptr);
        CHECK(term->code == c.code);
        CHECK(term->in_force() == c.in_force);
        CHECK(term->granted() == c.granted);
        CHECK(find_term("status", c.code, c.kind) == term);
    }
    CHECK(code_of("status", "宽展期", Kind::patent) == "");
    CHECK(code_of("status", "granted", Kind::trademark) == "");
}

TEST_CASE("the nine grounds for removal") {
    CHECK(codes_of("ground") == Strings{"expired", "invalidated", "surrendered", "transferred", "holder_request",
                                        "false_material", "abuse", "not_renewed", "mistake"});
    CHECK(code_of("ground", "材料虚假") == "false_material");
}

TEST_CASE("types by kind") {
    CHECK(codes_of("subtype", Kind::patent) == Strings{"invention", "utility_model", "design"});
    CHECK(codes_of("subtype", Kind::trademark) ==
          Strings{"goods_mark", "service_mark", "collective_mark", "certification_mark"});
    CHECK(codes_of("subtype", Kind::gi) == Strings{"gi_product", "gi_mark", "agricultural_gi"});
    CHECK(codes_of("subtype").size() == 10);
    CHECK(code_of("subtype", "外观设计") == "design");
    CHECK(code_of("subtype", "农产品地理标志", Kind::gi) == "agricultural_gi");
    CHECK(code_of("role", "被许可人", Kind::trademark) == "licensee");
    CHECK(codes_of("no such list").empty());
}

TEST_CASE("rules of the trademark law end with the law; the states stay") {
    const Term* grace = find_term("status", "grace", Kind::trademark);
    REQUIRE(grace != nullptr);
    CHECK(grace->valid_until == parse_day("2026-12-31").value());
    CHECK(grace->source.find("第四十条") != std::string::npos);
}

TEST_CASE("the data: codes are unique in a list and kind, words name one term, every term has labels and a source") {
    std::set<std::string> seen;
    for (const char* list : {"status", "subtype", "ground", "listing", "role"}) {
        for (const Term* term : terms_of(list)) {
            CAPTURE(term->code);
            const auto kind = term->kind ? std::string(name(*term->kind)) : "";
            CHECK(seen.insert(term->list + "/" + kind + "/" + term->code).second);
            CHECK(find_term(list, term->code, term->kind) == term);
            CHECK(find_term(list, term->label_zh, term->kind) == term);
            for (const auto& alias : term->aliases) CHECK(find_term(list, alias, term->kind) == term);
            CHECK_FALSE(term->label_en.empty());
            CHECK_FALSE(term->source.empty());
        }
    }
    CHECK(seen.size() > 50);
}
