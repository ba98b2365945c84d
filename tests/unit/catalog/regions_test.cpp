#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "catalog/regions.hpp"

using namespace minglu;

namespace {

Day day(std::string_view text) {
    return parse_day(text).value();
}

std::string name_of(std::string_view code, std::string_view on) {
    const Region* region = find_region(code, day(on));
    return region == nullptr ? "" : region->name;
}

std::vector<std::string> codes(std::string_view name, std::string_view on = "") {
    std::vector<std::string> out;
    for (const Region* region : regions_named(name, on.empty() ? std::optional<Day>{} : day(on)))
        out.push_back(region->code);
    return out;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("reused codes mean what they meant on the day") {
    CHECK(name_of("500110", "2005-06-01") == "万盛区");
    CHECK(name_of("500110", "2011-11-30") == "万盛区");
    CHECK(name_of("500110", "2011-12-01") == "綦江区");
    CHECK(name_of("500110", "2026-06-01") == "綦江区");
    CHECK(name_of("500111", "2005-06-01") == "双桥区");
    CHECK(name_of("500111", "2020-06-01") == "大足区");
    CHECK(name_of("500101", "1998-01-01") == "万县区");
    CHECK(name_of("510802", "2000-01-01") == "市中区");
    CHECK(name_of("510802", "2020-01-01") == "利州区");
}

TEST_CASE("abolished districts end where the new one begins") {
    for (const char* code : {"500105", "500112"}) {
        CAPTURE(code);
        CHECK(name_of(code, "2026-01-24") != "");
        CHECK(name_of(code, "2026-01-25") == "");
        CHECK(regions_of_code(code).size() == 1);
    }
    CHECK(regions_named("两江新区", day("2026-01-24")).empty());
    REQUIRE(regions_named("两江新区", day("2026-01-25")).size() == 1);
    CHECK(regions_named("重庆市两江新区").front()->code == "");
    CHECK(find_region("", day("2026-02-01")) == nullptr);
}

TEST_CASE("two names in the tables for one code at a time: the one that lasted") {
    CHECK(name_of("513201", "2016-01-01") == "马尔康市");
    CHECK(name_of("513201", "2020-01-01") == "马尔康市");
    CHECK(codes("马尔康区") == Codes{"513201"});
}

TEST_CASE("names") {
    CHECK(codes("成都市崇州市") == Codes{"510184"});
    CHECK(codes("四川省成都市崇州市") == Codes{"510184"});
    CHECK(codes("四川崇州市") == Codes{"510184"});
    CHECK(codes("崇州市") == Codes{"510184"});
    CHECK(codes("成都市") == Codes{"510100"});
    CHECK(codes("彭水苗族土家族自治县") == Codes{"500243"});
    CHECK(codes("彭水县") == Codes{"500243"});
    CHECK(codes("彭水") == Codes{"500243"});
    CHECK(codes("凉山彝族自治州") == Codes{"513400"});
    CHECK(codes("凉山州") == Codes{"513400"});
    CHECK(codes("凉山彝族自治州越西县") == Codes{"513434"});
    CHECK(codes("乐山市峨眉山市") == Codes{"511181"});
    CHECK(codes("阿坝县") == Codes{"513231"});
    CHECK(codes("阿坝") == Codes{"513200", "513231"});
    CHECK(codes("重庆") == Codes{"500000"});
    CHECK(codes("重庆市武隆区") == Codes{"500156"});
    CHECK(codes(" 重庆市　武隆区 ") == Codes{"500156"});
    CHECK(codes("涪陵区李渡街道") == Codes{"500102"});
    CHECK(codes("成都市崇州市怀远镇") == Codes{"510184"});
    CHECK(codes("成都市某某有限公司").empty());
    CHECK(codes("市辖区").empty());
    CHECK(codes("火星市").empty());
    CHECK(codes("").empty());
}

TEST_CASE("abolished names, and names that several areas bear") {
    CHECK(codes("开县") == Codes{"500234"});
    CHECK(codes("开县", "2010-01-01") == Codes{"500234"});
    CHECK(codes("开县", "2020-01-01").empty());
    CHECK(codes("开州区", "2020-01-01") == Codes{"500154"});
    CHECK(codes("市中区", "2024-01-01") == Codes{"511002", "511102"});
    CHECK(codes("内江市市中区", "2024-01-01") == Codes{"511002"});
    CHECK(codes("简阳市") == Codes{"510180", "510185", "511082", "512081", "513902"});
    CHECK(codes("简阳市", "2010-01-01") == Codes{"512081"});
    CHECK(codes("资阳市简阳市", "2010-01-01") == Codes{"512081"});
    CHECK(codes("成都市简阳市", "2024-01-01") == Codes{"510185"});
}

TEST_CASE("a name that stands for nothing on the day means what it stood for last") {
    struct Case {
        std::string_view name, on;
        Codes codes;
    };
    const Case cases[] = {
        {"重庆市渝北区", "2026-01-24", {"500112"}},
        {"重庆市渝北区", "2026-06-01", {"500112"}},
        {"重庆市渝北区", "1990-01-01", {}},  // not before it came to be
        {"开县", "2020-01-01", {"500234"}},
        {"简阳市", "2024-01-01", {"510185"}},
        {"市中区", "2024-01-01", {"511002", "511102"}},
        {"火星市", "2024-01-01", {}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.name);
        CAPTURE(c.on);
        Codes found;
        for (const Region* region : regions_meant(c.name, day(c.on))) found.push_back(region->code);
        CHECK(found == c.codes);
    }
}

TEST_CASE("paths") {
    CHECK(region_path("510184", day("2024-01-01")) == "四川省成都市崇州市");
    CHECK(region_path("500102", day("2024-01-01")) == "重庆市涪陵区");
    CHECK(region_path("500000", day("2024-01-01")) == "重庆市");
    CHECK(region_path("500110", day("2005-01-01")) == "重庆市万盛区");
    CHECK(region_path("500234", day("2024-01-01")) == "");
    CHECK(region_path("999999", day("2024-01-01")) == "");
}

TEST_CASE("the path of every area that stands leads back to it") {
    const Day on = day("2026-02-01");
    int seen = 0;
    for (int number = 500000; number < 520000; ++number) {
        const auto code = std::to_string(number);
        const Region* region = find_region(code, on);
        if (region == nullptr || region->level == RegionLevel::grouping) continue;
        CAPTURE(code);
        CHECK(codes(region_path(code, on), "2026-02-01") == Codes{code});
        ++seen;
    }
    CHECK(seen > 230);
}

TEST_CASE("whatever has ended became something that stands") {
    const Day on = day("2026-02-01");
    int ended = 0;
    for (int number = 500000; number < 520000; ++number) {
        for (const Region* region : regions_of_code(std::to_string(number))) {
            CAPTURE(region->name);
            CHECK(region->became.empty() == !region->valid_until);
            const auto now = regions_become(*region, on);
            REQUIRE_FALSE(now.empty());
            for (const Region* area : now) {
                CHECK(stands_on(*area, on));
                CHECK(area->level == region->level);
            }
            ended += region->valid_until ? 1 : 0;
        }
    }
    CHECK(ended == 88);
}

TEST_CASE("what an area is on a day") {
    struct Case {
        std::string_view code, on;
        std::vector<std::string> names;
    };
    const Case cases[] = {
        {"500234", "2010-01-01", {"开县"}},     {"500234", "2016-07-01", {"开州区"}},
        {"500154", "2010-01-01", {"开州区"}},   {"500105", "2026-01-24", {"江北区"}},
        {"500105", "2026-01-25", {"两江新区"}}, {"510902", "2004-01-01", {"船山区", "安居区"}},
        {"511082", "2026-02-01", {"简阳市"}},  // over five codes
        {"511023", "1999-06-01", {"安岳县"}},   {"513000", "2026-02-01", {"达州市"}},
        {"513622", "2026-02-01", {"广安区"}},   {"510100", "2026-02-01", {"成都市"}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.code);
        CAPTURE(c.on);
        std::vector<std::string> names;
        for (const Region* region : regions_become(*regions_of_code(c.code).front(), day(c.on)))
            names.push_back(region->name);
        CHECK(names == c.names);
    }
    const Region* liangjiang = regions_named("两江新区").front();
    CHECK(path_of(*liangjiang, day("2026-02-01")) == "重庆市两江新区");
}

TEST_CASE("provinces that the table holds") {
    CHECK(has_province_of("500999"));
    CHECK(has_province_of("510000"));
    CHECK_FALSE(has_province_of("110101"));
    CHECK_FALSE(has_province_of("5"));
}
