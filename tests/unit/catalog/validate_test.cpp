#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "catalog/fields.hpp"
#include "minglu/json_text.hpp"

using namespace minglu;

namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;

constexpr const char* patent = "patent/201710601862.3";
constexpr const char* mark = "trademark/10325554/33";
constexpr const char* product = "gi/涪陵榨菜";

/// "field: code" of each finding, with values given as text.
std::vector<std::string> findings(const std::string& key, const Texts& texts) {
    std::vector<FieldValue> set;
    for (const auto& each : texts) {
        const bool json = each.second == "null" || each.second.starts_with("[") || each.second.starts_with("{");
        set.push_back({each.first, json ? each.second : json_string(each.second)});
    }
    std::vector<std::string> out;
    for (const auto& error : check_fields(EntryKey{key}, set, parse_day("2026-06-01").value())) {
        CHECK_FALSE(error.what.empty());
        CHECK_FALSE(error.cure.empty());
        out.push_back(error.where + ": " + std::string(name(error.code)));
    }
    return out;
}

using Findings = std::vector<std::string>;

}  // namespace

TEST_CASE("a whole entry of each kind is fine") {
    CHECK(findings(patent, {{"name", "一种榨菜脱盐装置"},
                            {"subtype", "invention"},
                            {"publication_number", "CN112734678B"},
                            {"application_number", "201710601862.3"},
                            {"status", "granted"},
                            {"status_on", "2019-05-01"},
                            {"filed_on", "2017-07-21"},
                            {"granted_on", "2019-05-01"},
                            {"expires_on", "2037-07-20"},
                            {"holders", R"([{"credit_code":"91110108551385082Q","name":"某公司","role":"holder"}])"},
                            {"region", "500102"},
                            {"region_name", "涪陵区"},
                            {"home", "cq"},
                            {"listing", "listed"},
                            {"listed_on", "2021-03-01"},
                            {"related", R"(["gi/涪陵榨菜"])"}})
              .empty());
    CHECK(findings(mark, {{"name", "某标"},
                          {"subtype", "goods_mark"},
                          {"registration_number", "10325554"},
                          {"status", "registered"}})
              .empty());
    CHECK(findings(product, {{"name", "涪陵榨菜"},
                             {"subtype", "gi_product"},
                             {"status", "protected"},
                             {"announcement_number", "国家质检总局公告2010年第145号"}})
              .empty());
    CHECK(findings("gi/AGI01459", {{"subtype", "agricultural_gi"},
                                   {"certificate_number", "AGI01459"},
                                   {"announcement_number", "农业部公告第1635号"}})
              .empty());
}

TEST_CASE("unknown fields are always allowed, and null unsets any field but the name") {
    CHECK(findings(patent, {{"colour", "[[[1]]]"}, {"shade", ""}, {"notes", "null"}, {"listing", "null"}}).empty());
    CHECK(findings(patent, {{"name", "null"}}) == Findings{"field name: missing_value"});
}

TEST_CASE("a key that is not normalised is the only finding") {
    CHECK(findings("patent/ZL201710601862.3", {{"status_on", "never"}}) ==
          Findings{"key patent/ZL201710601862.3: bad_value"});
}

TEST_CASE("the form of values, one by one") {
    struct Case {
        const char* key;
        std::string field;
        std::string bad;
        std::string good;
    };
    const std::vector<Case> cases{
        {patent, "name", " ", "名"},
        {patent, "name", std::string(2000, 'a'), std::string(900, 'a')},
        {patent, "status_on", "2025-02-29", "2024-02-29"},
        {patent, "subtype", "发明", "invention"},
        {patent, "status", "registered", "granted"},
        {mark, "status", "granted", "registered"},
        {patent, "home", "CQ", "cq"},
        {patent, "region", "500999", "500102"},
        {patent, "region", "涪陵区", "500102"},
        {patent, "region", "500100", "500234"},  // a heading; abolished in 2016
        {patent, "region", "500299", "110101"},  // never an area; a province that the table does not hold
        {patent, "application_number", "ZL201710601862.3", "201710601862.3"},
        {patent, "application_number", "CN112734678B", "201710601862.3"},
        {patent, "publication_number", "201710601862.3", "CN112734678A"},
        {patent, "publication_number", "112734678A", "CN112734678A"},
        {mark, "registration_number", "305470768", "10325554"},
        {product, "announcement_number", "质检总局公告2010年第145号", "国家质检总局公告2010年第145号"},
        {product, "announcement_number", "2020年第145号", "国家质量技术监督局公告2000年第5号"},
        {product, "holders", R"([{"name":"","role":"holder"}])", R"([{"name":"甲","role":"holder"}])"},
        {product, "holders", R"([{"name":"甲"}])", R"([{"name":"甲","role":"licensee"}])"},
        {product, "holders", R"([{"credit_code":"91110108551385082R","name":"甲","role":"holder"}])",
         R"([{"credit_code":"91110108551385082Q","name":"甲","role":"holder"}])"},
        {product, "holders", R"([{"credit_code":"91110108551385082q","name":"甲","role":"holder"}])", "[]"},
        {product, "holders", R"({"name":"甲","role":"holder"})", "[]"},
        {product, "holders", "甲", "[]"},
        {product, "holders", "[true]", "[]"},
        {product, "related", R"(["patent/1"])", R"(["patent/201710601862.3","gi/1389976/29"])"},
        {product, "related", "[1]", "[]"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.field);
        CAPTURE(c.bad);
        CAPTURE(c.good);
        const auto bad = findings(c.key, {{c.field, c.bad}});
        REQUIRE(bad.size() == 1);
        CHECK(bad.front().starts_with("field " + c.field + ": "));
        CHECK(findings(c.key, {{c.field, c.good}}).empty());
    }
    CHECK(findings(product, {{"holders", std::string(40'000, '[')}}).size() == 1);
    CHECK(findings(product, {{"notes", "[1]"}}).size() == 1);
}

TEST_CASE("removal needs a ground of the closed list") {
    CHECK(findings(mark, {{"listing", "removed"}, {"removed_on", "2026-05-01"}, {"ground", "expired"}}).empty());
    CHECK(findings(mark, {{"listing", "removed"}}) == Findings{"field ground: missing_value"});
    CHECK(findings(mark, {{"listing", "removed"}, {"ground", "null"}}) == Findings{"field ground: missing_value"});
    CHECK(findings(mark, {{"listing", "removed"}, {"ground", "because"}}) == Findings{"field ground: bad_value"});
    CHECK(findings(mark, {{"listing", "listed"}, {"ground", "expired"}}) == Findings{"field ground: bad_value"});
    CHECK(findings(mark, {{"listing", "listed"}, {"ground", "null"}}).empty());
    CHECK(findings(mark, {{"listing", "gone"}}) == Findings{"field listing: bad_value"});
}

TEST_CASE("dates in their order") {
    for (const auto& pair :
         Texts{{"filed_on", "granted_on"}, {"filed_on", "expires_on"}, {"listed_on", "removed_on"}}) {
        CAPTURE(pair.second);
        CHECK(findings(mark, {{pair.first, "2020-01-02"}, {pair.second, "2020-01-01"}}) ==
              Findings{"field " + pair.second + ": bad_value"});
        CHECK(findings(mark, {{pair.first, "2020-01-01"}, {pair.second, "2020-01-01"}}).empty());
    }
}

TEST_CASE("a patent's type agrees with the kind digit of its numbers") {
    struct Case {
        const char* key;
        const char* subtype;
    };
    for (const Case& c : {Case{patent, "invention"}, Case{"patent/00814037.5", "invention"},
                          Case{"patent/CN212734678U", "utility_model"}, Case{"patent/CN312734678S", "design"}}) {
        CAPTURE(c.key);
        for (const std::string subtype : {"invention", "utility_model", "design"})
            CHECK(findings(c.key, {{"subtype", subtype}}).empty() == (subtype == c.subtype));
    }
    CHECK(findings(patent, {{"publication_number", "CN212734678U"}}) ==
          Findings{"field publication_number: bad_value"});
    CHECK(findings(patent, {{"application_number", "201310699744.2"}}) ==
          Findings{"field application_number: bad_value"});
    CHECK(findings("patent/CN112734678B", {{"application_number", "201310699744.2"}}).empty());
}

TEST_CASE("the filing year agrees with the number") {
    const Findings bad{"field filed_on: bad_value"};
    CHECK(findings(patent, {{"filed_on", "2017-12-31"}}).empty());
    CHECK(findings(patent, {{"filed_on", "2018-01-01"}}) == bad);
    CHECK(findings(patent, {{"filed_on", "2016-12-31"}}) == bad);
    // A divisional application keeps the date of the first one, a PCT application that of the international one.
    CHECK(findings(patent, {{"filed_on", "2016-12-31"}, {"notes", "分案申请"}}).empty());
    CHECK(findings(patent, {{"filed_on", "2018-01-01"}, {"notes", "分案申请"}}) == bad);
    CHECK(findings("patent/00814037.5", {{"filed_on", "1999-03-01"}}).empty());
    CHECK(findings("patent/00814037.5", {{"filed_on", "2001-03-01"}}) == bad);
    CHECK(findings("patent/CN112734678B", {{"filed_on", "2018-01-01"}}).empty());
    CHECK(findings("patent/CN112734678B", {{"application_number", "201710601862.3"}, {"filed_on", "2018-01-01"}}) ==
          bad);
}

TEST_CASE("granted documents and ZL belong to granted patents") {
    const Findings document{"field publication_number: bad_value"};
    CHECK(findings(patent, {{"status", "granted"}, {"publication_number", "CN112734678A"}}) == document);
    CHECK(findings(patent, {{"status", "granted"}, {"publication_number", "CN112734678B"}}).empty());
    CHECK(findings(patent, {{"status", "partly_invalid"}, {"publication_number", "CN112734678C1"}}).empty());
    CHECK(findings(patent, {{"status", "examination"}, {"publication_number", "CN112734678A"}}).empty());
    CHECK(findings(patent, {{"status", "examination"}, {"publication_number", "CN112734678B"}}) == document);
    CHECK(findings(patent, {{"status", "invalidated"}, {"publication_number", "CN112734678B"}}).empty());
    CHECK(findings(patent, {{"status", "granted"}, {"registration_number", "ZL201710601862.3"}}).empty());
    CHECK(findings(patent, {{"status", "fee_lapsed"}, {"registration_number", "ZL201710601862.3"}}).empty());
    for (const char* status : {"published", "examination", "refused", "invalidated"}) {
        CAPTURE(status);
        CHECK(findings(patent, {{"status", status}, {"registration_number", "ZL201710601862.3"}}) ==
              Findings{"field registration_number: bad_value"});
    }
}

TEST_CASE("marks and GIs agree with their keys") {
    CHECK(findings(mark, {{"registration_number", "10325555"}}) == Findings{"field registration_number: bad_value"});
    CHECK(findings("gi/1389976/29", {{"subtype", "gi_mark"}, {"registration_number", "1389976"}}).empty());
    CHECK(findings("gi/AGI01459", {{"certificate_number", "AGI01460"}}) ==
          Findings{"field certificate_number: bad_value"});
    for (const auto& right :
         Texts{{"gi/1389976/29", "gi_mark"}, {"gi/AGI01459", "agricultural_gi"}, {product, "gi_product"}})
        for (const std::string subtype : {"gi_mark", "agricultural_gi", "gi_product"}) {
            CAPTURE(right.first);
            CHECK(findings(right.first, {{"subtype", subtype}}).empty() == (subtype == right.second));
        }
}
