#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "catalog/check/name_parts.hpp"
#include "catalog/text/normalise.hpp"

using namespace minglu;

TEST_CASE("parts of a name that could be names, with letters and digits whole") {
    struct Case {
        const char* name;
        const char* part;
        bool is_part;
    };
    const Case cases[] = {
        {"国窖1573浓香型白酒", "国窖1573", true},
        {"国窖·1573 白酒", "国窖1573", true},
        {"国窖1573浓香型白酒", "国窖15", false},
        {"COCO-LEE 2000连衣裙", "coco lee 2000", true},
        {"COCO-LEE 2000连衣裙", "coco lee", true},
        {"COCO-LEE 2000连衣裙", "连衣裙", true},
        {"正宗涪陵榨菜100g", "涪陵榨菜", true},
        {"正宗涪陵榨菜100g", "涪陵", false},
        {"老干妈风味豆豉", "老干妈", true},
        {"雪碧汽水", "雪碧", true},
        {"雪碧汽水", "汽水", false},
        {"白酒；雪碧汽水", "雪碧", true},
        {"白酒；雪碧汽水", "白酒 雪碧", false},
        {"LV手提包", "lv", false},
        {"LV手提包", "lv手提包", false},
        {"江小白", "江小白", false},
        {"", "", false},
    };
    for (const Case& c : cases) {
        CAPTURE(c.name);
        CAPTURE(c.part);
        const std::string text = searchable(c.name);
        const auto parts = name_parts(text);
        CHECK((std::find(parts.begin(), parts.end(), c.part) != parts.end()) == c.is_part);
    }
}

TEST_CASE("parts are tried from the longest on, and of a long name not all of them") {
    const std::string text = searchable("重庆市涪陵区某某食品有限公司出品的鲜脆榨菜芯小包装礼盒");
    const auto parts = name_parts(text);
    CHECK(parts.size() == name_parts_max);
    CHECK(parts.front() == "重庆市涪陵区某某食品有限");
    CHECK(std::is_sorted(parts.begin(), parts.end(),
                         [](std::string_view a, std::string_view b) { return a.size() > b.size(); }));
    for (const char* part : {"重庆", "重庆市涪陵区", "涪陵区"})
        CHECK(std::find(parts.begin(), parts.end(), part) != parts.end());
}
