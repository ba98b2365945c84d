// Names and numbers that stand among other things in what was typed.
#include <doctest/doctest.h>

#include "catalog/search/explain.hpp"
#include "catalog/search/within.hpp"
#include "tests/unit/catalog/search_support.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

const std::vector<Stored> market{
    {"trademark/30111222/35", view_of("沪上嬢嬢", R"(,"goods":"番茄火锅底料")")},
    {"trademark/1983391/43", view_of("海底捞")},
    {"gi/AGI03244", view_of("涪陵榨菜")},
    {"gi/AGI02737", view_of("恩施土豆", R"(,"notes":"农产品地理标志")")},
    {"trademark/4281464/30", view_of("老干娘", R"(,"goods":"豆豉")")},
    {"trademark/119003/7", view_of("SKF")},
    {"trademark/8475110/9", view_of("ANKER")},
    {"trademark/4664926/33", view_of("国窖·1573")},
    {"patent/202410204171.X", view_of("一种榨菜的腌制方法")},
    {"trademark/55512/9", R"({"holders":[{"credit_code":"91110108551385082Q","name":"小米科技","role":"holder"}],)"
                          R"("listing":"listed","name":"小米"})"},
};

std::string first_of(std::string_view typed) {
    const EntrySource source = source_of(market);
    const SearchPage page = search_for(typed).page(source, {}, 20);
    return page.found.empty() ? "" : page.found.front().hit.key.value();
}

}  // namespace

TEST_CASE("a whole number beside other words, or in the middle of them, leads to its entry first") {
    struct Case {
        std::string_view typed, first;
    };
    const Case cases[] = {
        {"假货 30111222", "trademark/30111222/35"},
        {"30111222 假货", "trademark/30111222/35"},
        {"注册商标 30111222", "trademark/30111222/35"},
        {"海底捞 30111222", "trademark/30111222/35"},
        {"标有30111222字样", "trademark/30111222/35"},
        {"农产品地理标志 AGI03244", "gi/AGI03244"},
        {"农产品地理标志AGI03244", "gi/AGI03244"},
        {"农产品地理标志agi03244号", "gi/AGI03244"},
        {"摊位 ZL202410204171.X", "patent/202410204171.X"},
        {"摊位ZL 2024 1 0204171.X查获", "patent/202410204171.X"},
        {"摊位 91110108551385082Q", "trademark/55512/9"},
        {"假货 30111229", ""},
        {"1983391 42类", ""},
    };
    for (const Case& c : cases) CHECK_MESSAGE(first_of(c.typed) == c.first, std::string(c.typed));
}

TEST_CASE("an entry whose name stands whole in what was typed is found, whatever surrounds it") {
    std::string facts =
        "二〇二六年五月十二日，执法人员在辖区农贸市场检查，发现当事人摊位上摆放有标签不全的腌制品若干，";
    std::string words;
    for (int i = 0; i < 40; ++i) words += "词" + std::to_string(i) + " ";
    struct Case {
        std::string typed;
        std::string_view first;
    };
    const Case cases[] = {
        {"海底捞番茄火锅底料", "trademark/1983391/43"},
        {"海底捞番茄火锅", "trademark/1983391/43"},
        {"涪陵榨菜鲜脆菜丝独立小包装", "gi/AGI03244"},
        {"老干娘风味豆豉油制辣椒", "trademark/4281464/30"},
        {"在某市场销售标有涪陵榨菜字样的", "gi/AGI03244"},
        {"在某市場銷售標有“涪陵榨菜”字樣的", "gi/AGI03244"},
        {facts + facts + "其中有涪陵榨菜十二袋，" + facts, "gi/AGI03244"},
        {"原装SKF轴承", "trademark/119003/7"},
        {"SKF轴承6204", "trademark/119003/7"},
        {"轴承skf6204", "trademark/119003/7"},
        {"ＡＮＫＥＲ充电宝", "trademark/8475110/9"},
        {"anker充电宝 10000mAh", "trademark/8475110/9"},
        {"国窖1573浓香型白酒", "trademark/4664926/33"},
        {"浓香型 国窖 1573", "trademark/4664926/33"},
        {"品牌：老干娘 规格：280g", "trademark/4281464/30"},
        {"品牌:老干娘 规格:280g", "trademark/4281464/30"},
        {"品名：涪陵榨菜 净含量：80g", "gi/AGI03244"},
        {"特产-涪陵榨菜 80g", "gi/AGI03244"},
        {"甲甲 乙乙 丙丙 丁丁 戊戊 己己 庚庚 老干娘", "trademark/4281464/30"},
        {words + "老干娘", "trademark/4281464/30"},
        {"关于一种榨菜的腌制方法的专利", "patent/202410204171.X"},
        {"海底", "trademark/1983391/43"},
        {"底捞火", ""},
    };
    for (const Case& c : cases) CHECK_MESSAGE(first_of(c.typed) == c.first, c.typed);
}

TEST_CASE("what is labelled is found in other text, too") {
    const std::vector<Stored> entries{{"gi/AGI00001", view_of("某酱", R"(,"goods":"豆豉","notes":"涪陵")")}};
    const EntrySource source = source_of(entries);
    for (const char* const typed : {"配料：豆豉 产地：涪陵", "配料:豆豉", "特产-豆豉 80g", "配料|豆豉"})
        CHECK_MESSAGE(search_for(typed).page(source, {}, 20).found.size() == 1, typed);
}

TEST_CASE("long names come before short ones, and what was typed as it stands before both") {
    const std::vector<Stored> entries{
        {"trademark/1/30", view_of("火锅")},     {"trademark/2/30", view_of("海底捞")},
        {"trademark/3/30", view_of("番茄火锅")}, {"trademark/4/30", view_of("海底捞番茄火锅店")},
        {"trademark/5/30", view_of("海底火锅")}, {"trademark/6/30", view_of("番茄火锅", R"(,"status":"expired")")},
    };
    const EntrySource source = source_of(entries);
    const std::vector<std::string> expected{"trademark/4/30", "trademark/3/30", "trademark/6/30",
                                            "trademark/2/30", "trademark/1/30", "trademark/5/30"};
    for (const std::uint32_t limit : {1u, 2u, 3u, 20u})
        CHECK(pages(search_for("海底捞番茄火锅"), source, limit) == expected);
    // A short text that somebody has as it was typed is not taken apart.
    CHECK(pages(search_for("番茄火锅"), source, 20) ==
          std::vector<std::string>{"trademark/3/30", "trademark/6/30", "trademark/4/30"});
    CHECK(pages(search_for("火锅王"), source, 20) == std::vector<std::string>{"trademark/1/30"});
}

TEST_CASE("the reason names what stands in the text") {
    const EntrySource source = source_of(market);
    const auto reason_of = [&](std::string_view typed) {
        const RankedSearch search = search_for(typed);
        const SearchPage page = search.page(source, {}, 20);
        REQUIRE_FALSE(page.found.empty());
        const Reason reason = explain(search.plan(), page.found.front());
        REQUIRE(reason.highlights.size() == 1);
        return std::string(name(reason.match)) + " " + reason.highlights[0].field + " " + reason.highlights[0].text;
    };
    CHECK(reason_of("国窖1573浓香型白酒") == "name_within name 国窖·1573");
    CHECK(reason_of("假货 30111222") == "number_within key 30111222");
    CHECK(reason_of("摊位 91110108551385082Q") == "number_within credit_code 91110108551385082Q");
}

TEST_CASE("as many names are looked up as are said, and what is left out is told") {
    constexpr std::string_view characters = "涪陵榨菜集团公司的";
    std::string pasted;
    for (std::size_t i = 0; i < 200; ++i) pasted += characters.substr(3 * (i * i % 9), 3);
    CHECK(names_within(pasted).found.size() == names_within_max);
    CHECK(names_within(pasted).is_cut);
    CHECK(SearchPlan(pasted).is_cut());
    std::size_t lookups = 0;
    const std::vector<Stored> none;
    const EntrySource empty = source_of(none);
    EntrySource counting = empty;
    counting.query = [&](const EntryQuery& query) {
        ++lookups;
        return empty.query(query);
    };
    CHECK(search_for(pasted).page(counting, {}, 20).bounded);
    CHECK(lookups <= names_within_max + 40);
    const WithinText of_packet = names_within("涪陵榨菜80g");
    CHECK_FALSE(of_packet.is_cut);
    CHECK(of_packet.found.size() == 10);
    CHECK_FALSE(names_within(pasted.substr(0, std::size_t{3} * 35)).is_cut);
    CHECK(names_within(pasted.substr(0, std::size_t{3} * 36)).is_cut);
    CHECK_FALSE(search_for("涪陵榨菜鲜脆菜丝").page(counting, {}, 20).bounded);
    std::string numbers;
    for (int i = 0; i < 40; ++i) numbers += std::to_string(30111222 + i) + " ";
    CHECK(numbers_within(numbers + "假货").is_cut);
    CHECK(numbers_within("海底捞 280g 15元").found.empty());
}

TEST_CASE("the beginning of a name by sound comes before its middle") {
    const std::vector<Stored> entries{
        {"gi/AGI00001", view_of("开县锦橙")},
        {"gi/AGI00002", view_of("先农")},
        {"gi/AGI00003", view_of("西安凉皮")},
        {"gi/AGI00004", view_of("县")},
    };
    const EntrySource source = source_of(entries);
    CHECK(pages(search_for("xian"), source, 20) ==
          std::vector<std::string>{"gi/AGI00004", "gi/AGI00002", "gi/AGI00003", "gi/AGI00001"});
}
