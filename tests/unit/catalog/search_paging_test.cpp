// The same entries whatever they are asked for, and page after page while the catalogue changes.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "tests/unit/catalog/search_support.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

constexpr Sorting sortings[] = {{Order::relevance, false}, {Order::arrival, false}, {Order::name, false},
                                {Order::name, true},       {Order::date, false},    {Order::date, true},
                                {Order::expiry, false},    {Order::expiry, true}};

std::string random_view(std::mt19937& random) {
    const char* const names[] = {"海底捞", "涪陵榨菜", "番茄火锅", "火锅", "重庆火锅底料", "SKF 火锅", "火锅王", ""};
    std::string more;
    const auto day = [&] {
        return "20" + std::to_string(20 + random() % 3) + "-0" + std::to_string(1 + random() % 3) + "-01";
    };
    if (random() % 3 != 0) more += R"(,"expires_on":")" + day() + "\"";
    if (random() % 3 != 0) more += R"(,"granted_on":")" + day() + "\"";
    if (random() % 2 != 0) more += R"(,"goods":"火锅底料；番茄")";
    return view_of(names[random() % 8], more);
}

std::string random_key(std::mt19937& random) {
    return "trademark/" + std::to_string(1'000'000 + random() % 9'000'000) + "/30";
}

}  // namespace

TEST_CASE("what is found by some words is counted, sorted and listed in the order of arrival alike") {
    std::vector<Stored> entries{
        {"trademark/1/30", view_of("番茄王", R"(,"expires_on":"2030-01-01")")},
        {"trademark/2/30", view_of("海底捞", R"(,"expires_on":"2028-01-01")")},
        {"trademark/3/30", view_of("甲", R"(,"notes":"海底，番茄")")},
    };
    const EntrySource source = source_of(entries);
    for (const char* const typed : {"海底捞番茄", "海底捞 番茄", "番茄 30g"}) {
        CAPTURE(typed);
        auto ranked = pages(search_for(typed), source, 20);
        CHECK(ranked.size() >= 2);
        const Facets facets = count_facets(search_for(typed), source);
        CHECK(facets.entries == ranked.size());
        CHECK_FALSE(facets.bounded);
        std::sort(ranked.begin(), ranked.end());
        for (const Sorting& sorting : sortings) {
            for (const std::uint32_t limit : {1u, 2u, 20u}) {
                auto sorted = pages(search_for(typed, sorting), source, limit);
                std::sort(sorted.begin(), sorted.end());
                CHECK(sorted == ranked);
            }
        }
    }
    CHECK(pages(search_for("海底捞番茄", {Order::expiry, false}), source, 1).front() == "trademark/2/30");
    // What is there as it was typed suffices, here as there.
    CHECK(count_facets(search_for("海底捞"), source).entries == 1);
    CHECK(pages(search_for("海底捞", {Order::arrival, false}), source, 20).size() == 1);
}

TEST_CASE("of a common piece as much is looked at everywhere, and said to be") {
    std::vector<Stored> entries;
    for (int i = 0; i < 900; ++i)
        entries.push_back({"gi/AGI" + std::to_string(10'000 + i), view_of("榨菜" + std::to_string(i))});
    const EntrySource source = source_of(entries);
    const auto listed = pages(search_for("榨菜 无此词"), source, 200);
    CHECK(listed.size() == 100);
    CHECK(search_for("榨菜 无此词").page(source, {}, 200).bounded);
    CHECK(search_for("榨菜 无此词", {Order::arrival, false}).page(source, {}, 200).bounded);
    CHECK(pages(search_for("榨菜 无此词", {Order::arrival, false}), source, 7).size() == listed.size());
    CHECK(pages(search_for("榨菜 无此词", {Order::name, false}), source, 7).size() == listed.size());
    const Facets facets = count_facets(search_for("榨菜 无此词"), source);
    CHECK(facets.entries == listed.size());
    CHECK(facets.bounded);
}

TEST_CASE("what is there all the time comes exactly once, whatever is added and removed between two pages") {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        std::mt19937 random{seed};
        const Sorting sorting = sortings[seed % std::size(sortings)];
        const char* const typed = seed % 3 == 0 ? "火锅" : seed % 3 == 1 ? "海底捞番茄火锅底料" : "涪陵榨菜 火锅 番茄";
        CAPTURE(seed);
        CAPTURE(typed);
        std::vector<Stored> entries;
        for (int i = 0; i < 60; ++i) entries.push_back({random_key(random), random_view(random)});
        const EntrySource source = source_of(entries);
        const auto found = [&] {
            const auto all = pages(search_for(typed, sorting), source, 200);
            return std::set<std::string>(all.begin(), all.end());
        };
        std::set<std::string> always = found();
        std::map<std::string, int> shown;
        SearchPage page;
        do {
            page = search_for(typed, sorting).page(source, page.last, 1 + seed % 6);
            for (const FoundEntry& one : page.found) ++shown[one.hit.key.value()];
            for (unsigned i = random() % 4; i > 0; --i) entries.push_back({random_key(random), random_view(random)});
            for (unsigned i = random() % 4; i > 0; --i) entries[random() % entries.size()].key.clear();
            const std::set<std::string> now = found();
            std::erase_if(always, [&](const std::string& key) { return !now.contains(key); });
            REQUIRE(entries.size() < 1'000);
        } while (page.more);
        for (const std::string& key : always) CHECK(shown[key] == 1);
        for (const auto& [key, times] : shown) CHECK(times == 1);
    }
}
