#include <doctest/doctest.h>

#include <algorithm>

#include "catalog/area_filter.hpp"
#include "minglu/json_text.hpp"

using namespace minglu;

namespace {

using Areas = std::vector<std::string>;

Period of_area(const std::string& code, const std::string& name, std::string_view from = "2026-06-01") {
    Period period;
    period.from = *parse_day(from);
    period.region = code;
    period.view = "{" + (name.empty() ? "" : "\"region_name\":" + json_string(name)) + "}";
    return period;
}

}  // namespace

TEST_CASE("an entry is found under its area, what lies around it, and what it has become") {
    struct Case {
        std::string code, name;
        Areas areas;
    };
    const Case cases[] = {
        {"500102", "涪陵区", {"50", "5001", "500102"}},
        {"510100", "", {"51", "5101"}},
        {"500000", "", {"50"}},
        {"50", "", {"50"}},
        {"110105", "朝阳区", {"11", "1101", "110105"}},  // of no province that the table holds
        {"500234", "开县", {"50", "5002", "500234", "5001", "500154"}},
        {"500105", "江北区", {"50", "5001", "500105", "重庆市两江新区"}},
        {"510902", "市中区", {"51", "5109", "510902", "510903", "510904"}},
        {"511082", "", {"51", "5110", "511082", "5139", "513902", "5120", "512081", "5101", "510180", "510185"}},
        {"513000", "达川地区", {"51", "5130", "5117"}},
        {"500110", "万盛区", {"50", "5001", "500110"}},  // the code of what it became as well
        {"", "重庆市两江新区", {"50", "重庆市两江新区"}},
        {"", "两江新区", {"50", "重庆市两江新区"}},
        {"", "重庆市开县", {"50", "5002", "500234", "5001", "500154"}},
        {"", "四川省", {"51"}},
        {"", "市中区", {}},  // two stand
        {"", "某地", {}},
        {"", "", {}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.code);
        CAPTURE(c.name);
        const Period period = of_area(c.code, c.name);
        CHECK(areas_of(period) == c.areas);
        for (const std::string& area : c.areas) CHECK(is_in_area(period, area));
        CHECK(is_in_area(period, ""));
        for (const char* other : {"500103", "52", "500155", "重庆市"})
            CHECK(is_in_area(period, other) ==
                  std::any_of(c.areas.begin(), c.areas.end(),
                              [&](const std::string& area) { return area.starts_with(other); }));
    }
    CHECK(areas_of(of_area("", "两江新区", "2012-05-01")) == Areas{"50", "重庆市两江新区"});  // entered late
    Period broken = of_area("", "");
    broken.view = R"({"region_name":["开县"]})";
    CHECK(areas_of(broken).empty());
}

TEST_CASE("a name means the area of the day; what is not what was typed is said") {
    struct Case {
        std::string typed;
        std::string_view on;
        std::string area, note;
    };
    const Case cases[] = {
        {"", "2026-06-01", "", ""},
        {"50", "2026-06-01", "50", ""},
        {"500000", "2026-06-01", "50", ""},
        {"510100", "2026-06-01", "5101", ""},
        {"500102", "2026-06-01", "500102", ""},
        {"990000", "2026-06-01", "99", ""},
        {"涪陵区", "2026-06-01", "500102", ""},
        {"重庆市涪陵区", "2026-06-01", "500102", ""},
        {"成都市", "2026-06-01", "5101", ""},
        {"重庆", "2026-06-01", "50", ""},
        {"简阳市", "2026-06-01", "510185", ""},
        {"两江新区", "2026-06-01", "重庆市两江新区", ""},
        {"重庆市两江新区", "2020-01-01", "重庆市两江新区", ""},  // to come
        {"开县", "2010-01-01", "500234", ""},
        {"开县", "2026-06-01", "500154", "开县现为开州区（500154），按其查询；只看登记为开县的，请用代码 500234"},
        {"万盛区", "2026-06-01", "500110", "万盛区现为綦江区（500110），按其查询"},
        {"江北区", "2026-06-01", "重庆市两江新区", "江北区现为两江新区，按其查询；只看登记为江北区的，请用代码 500105"},
        {"江北区", "2026-01-24", "500105", ""},
        {"达川地区", "2026-06-01", "5117",
         "达川地区现为达州市（511700），按其查询；只看登记为达川地区的，请用代码 513000"},
        {"遂宁市市中区", "2026-06-01", "510902",
         "市中区现为船山区（510903）、安居区（510904）；此处只列登记为市中区（510902）的条目"},
        {"500234", "2026-06-01", "500234",
         "500234是开县的代码，该区划现为开州区（500154）；此处只列登记在该代码下的条目"},
        {"500234", "2010-01-01", "500234", ""},
        {"500154", "2010-01-01", "500154", ""},
    };
    for (const Case& c : cases) {
        CAPTURE(c.typed);
        CAPTURE(c.on);
        const auto asked = area_asked(c.typed, *parse_day(c.on));
        REQUIRE(asked);
        CHECK(asked->area == c.area);
        CHECK(asked->note == c.note);
    }
    for (const char* wrong : {"市中区", "不存在区", "5", "501", "5001021", "5a"}) {
        CAPTURE(wrong);
        const auto asked = area_asked(wrong, *parse_day("2026-06-01"));
        REQUIRE_FALSE(asked);
        CHECK(asked.error().code == ErrorCode::bad_request);
        CHECK_FALSE(asked.error().cure.empty());
    }
}
