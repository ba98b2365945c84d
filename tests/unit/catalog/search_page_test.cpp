// Pages of a ranked search, on a source small enough to be right.
#include <doctest/doctest.h>

#include <algorithm>

#include "catalog/search/explain.hpp"
#include "tests/unit/catalog/search_support.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

const std::vector<Stored> pickles{
    {"gi/AGI00001", view_of("红心薯", R"(,"goods":"榨菜","notes":"涪陵")")},
    {"gi/AGI00002", view_of("乌江", R"(,"notes":"见涪陵榨菜")")},
    {"gi/AGI00003", view_of("重庆涪陵榨菜")},
    {"gi/AGI00004", view_of("涪陵榨菜集团")},
    {"gi/AGI00005", view_of("涪陵榨菜", R"(,"status":"expired")")},
    {"gi/AGI00006", view_of("涪陵榨菜")},
    {"gi/AGI00007", R"({"listing":"removed","name":"涪陵榨菜王"})"},
    {"gi/AGI00008", view_of("涪陵榨菜油", R"(,"expires_on":"2020-01-01")")},
    {"gi/AGI00009", view_of("涪陵萝卜")},
    {"gi/AGI00010", view_of("合川桃片")},
};

}  // namespace

TEST_CASE("the best come first, of equals what is in force, whatever the size of the pages") {
    const EntrySource source = source_of(pickles);
    const std::vector<std::string> expected{"gi/AGI00006", "gi/AGI00005", "gi/AGI00004", "gi/AGI00007",
                                            "gi/AGI00008", "gi/AGI00003", "gi/AGI00002"};
    for (const std::uint32_t limit : {1u, 2u, 3u, 7u, 8u, 200u}) {
        CHECK(pages(search_for("涪陵榨菜"), source, limit) == expected);
        // Both halves, in whatever order and place.
        CHECK(pages(search_for("榨菜涪陵"), source, limit).size() == expected.size() + 1);
        CHECK(pages(search_for("涪陵榨菜80g"), source, limit).size() == expected.size() + 1);
        std::vector<std::string> words = expected;
        words.insert(words.end(), {"gi/AGI00001", "gi/AGI00009"});
        CHECK(pages(search_for("涪陵 榨菜"), source, limit) == words);
        CHECK(pages(search_for(""), source, limit).size() == pickles.size());
        CHECK(pages(search_for("，"), source, limit).empty());
    }
    CHECK(pages(search_for("flzc"), source, 3).size() == 6);
}

TEST_CASE("an entry that has the whole number is the answer; other entries are where none has it") {
    const std::vector<Stored> entries{
        {"trademark/10325554/33", view_of("江小白")},
        {"trademark/10325554/43", view_of("江小白")},
        {"gi/AGI00001", view_of("某酒", R"(,"notes":"见 10325554")")},
        {"gi/AGI00002", view_of("某酒", R"(,"notes":"见 10325555")")},
        {"trademark/103255551/33", view_of("另一")},
    };
    const EntrySource source = source_of(entries);
    const std::vector<std::string> both{"trademark/10325554/33", "trademark/10325554/43"};
    for (const std::uint32_t limit : {1u, 2u, 3u}) {
        CHECK(pages(search_for("10325554"), source, limit) == both);
        CHECK(pages(search_for("10325554", {Order::arrival, false}), source, limit) == both);
        CHECK(pages(search_for("10325554", {Order::name, false}), source, limit) == both);
        CHECK(pages(search_for("10325555"), source, limit) ==
              std::vector<std::string>{"trademark/103255551/33", "gi/AGI00002"});
    }
    CHECK(count_facets(search_for("10325554"), source).entries == 2);
    CHECK(count_facets(search_for("10325555"), source).entries == 2);
}

TEST_CASE("other orders, and every entry without bounds") {
    const EntrySource source = source_of(pickles);
    const auto by_name = pages(search_for("涪陵", {Order::name, false}), source, 2);
    CHECK(by_name.front() == "gi/AGI00003");  // chong before fu
    auto turned = pages(search_for("涪陵", {Order::name, true}), source, 3);
    CHECK(turned.back() == "gi/AGI00003");
    CHECK(by_name.size() == turned.size());
    auto all = pages(search_for("榨菜", {Order::arrival, false}), source, 2);
    auto ranked = pages(search_for("榨菜"), source, 50);
    std::sort(all.begin(), all.end());
    std::sort(ranked.begin(), ranked.end());
    CHECK(all == ranked);
}

TEST_CASE("a common word is looked at as far as the bound, and the answer says so") {
    std::vector<Stored> many;
    for (int i = 0; i < 2'500; ++i)
        many.push_back({"gi/AGI" + std::to_string(10'000 + i), view_of("火锅" + std::to_string(i % 100))});
    const EntrySource source = source_of(many);
    const SearchPage first = search_for("火锅").page(source, {}, 20);
    CHECK(first.found.size() == 20);
    CHECK_FALSE(first.bounded);
    CHECK(pages(search_for("火锅"), source, 200).size() == class_candidates_max);
    CHECK(pages(search_for("火锅"), source, 7).size() == class_candidates_max);
    CHECK(search_for("火锅").page(source, {0, 900, 900, {}}, 200).found.size() <= 200);
    CHECK(pages(search_for("火锅", {Order::arrival, false}), source, 200).size() == many.size());
    CHECK(count_facets(search_for("火锅"), source).bounded);
    CHECK(count_facets(search_for("火锅"), source).entries == gathered_max);
}

TEST_CASE("a verdict that few have is looked for page by page, to the end") {
    std::vector<Stored> many;
    for (std::uint32_t i = 0; i < 2 * asked_max + 500; ++i)
        many.push_back({"trademark/" + std::to_string(i + 1) + "/9",
                        view_of("甲", i == 15'000 ? R"(,"status":"invalidated")" : R"(,"status":"registered")")});
    const EntrySource source = source_of(many);
    EntryQuery filters;
    filters.as_of = today;
    const RankedSearch search{SearchPlan(""), filters, {}, Verdict::listed_not_in_force};
    SearchPage page = search.page(source, {}, 20);
    CHECK(page.found.empty());
    CHECK(page.more);
    CHECK(page.last.entry >= asked_max);
    CHECK(pages(search, source, 20) == std::vector<std::string>{"trademark/15001/9"});
    CHECK(pages(search, source, 1) == std::vector<std::string>{"trademark/15001/9"});
    const RankedSearch in_force{SearchPlan(""), filters, {}, Verdict::is_protected};
    CHECK(in_force.page(source, {}, 20).found.size() == 20);
    CHECK(in_force.page(source, {}, 20).last.entry == 20);
}

TEST_CASE("values of filters are counted over what is found") {
    const std::vector<Stored> entries{
        {"trademark/1/33", view_of("江津白酒", R"(,"region":"500116")")},
        {"trademark/2/33", view_of("泸州白酒", R"(,"region":"510500","status":"expired")")},
        {"gi/AGI00001", view_of("合川桃片", R"(,"region":"500117")")},
    };
    const EntrySource source = source_of(entries);
    const Facets facets = count_facets(search_for("白酒"), source);
    CHECK(facets.entries == 2);
    CHECK_FALSE(facets.bounded);
    CHECK(facets.by.at("kind") == Facets::Counts{{"trademark", 2}});
    CHECK(facets.by.at("class") == Facets::Counts{{"33", 2}});
    CHECK(facets.by.at("status") == Facets::Counts{{"expired", 1}});
    CHECK(facets.by.at("region") == Facets::Counts{{"50", 1}, {"5001", 1}, {"500116", 1}, {"51", 1}, {"5105", 1}});
    CHECK(count_facets(search_for(""), source).entries == 3);
}

TEST_CASE("the reason says where, in characters of the value as it is shown") {
    struct Case {
        std::string_view query, match, field;
        std::optional<std::size_t> item;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
    };
    const std::vector<Stored> entries{
        {"trademark/3620284/30",
         R"({"holders":[{"name":"乌江甲","role":"holder"},{"credit_code":"91110108551385082Q","name":"重慶市（涪陵）榨菜集團","role":"holder"}],)"
         R"("listing":"listed","name":"𠀀 烏·江牌 Wu-Kiang Hot 乾","notes":"乌江，乌江"})"}};
    const EntrySource source = source_of(entries);
    const Case cases[] = {
        {"乌江", "name_part", "name", {}, {{2, 5}}},
        {"wujiang", "sound_part", "name", {}, {{2, 5}}},
        {"qian", "sound_part", "name", {}, {{20, 21}}},
        {"wukiangh", "name_part", "name", {}, {{7, 17}}},
        {"牌wukiang", "name_part", "name", {}, {{5, 15}}},
        {"涪陵榨菜", "text_part", "holders", 1, {{4, 9}}},
        {"3620284", "number", "key", {}, {{0, 7}}},
        {"91110108551385082Q", "number", "credit_code", 1, {{0, 18}}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.query);
        const RankedSearch search = search_for(c.query);
        const SearchPage page = search.page(source, {}, 20);
        REQUIRE(page.found.size() == 1);
        const Reason reason = explain(search.plan(), page.found[0]);
        CHECK(name(reason.match) == c.match);
        REQUIRE_FALSE(reason.highlights.empty());
        CHECK(reason.highlights[0].field == c.field);
        CHECK(reason.highlights[0].item == c.item);
        CHECK(reason.highlights[0].ranges == c.ranges);
    }
}
