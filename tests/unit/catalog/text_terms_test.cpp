#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

#include "catalog/search/plan.hpp"
#include "catalog/text/terms.hpp"

using namespace minglu;

namespace {

std::set<std::string> terms_of_entry(std::string_view key, std::string_view view) {
    const auto terms = index_terms(EntryKey{std::string(key)}, view);
    const std::set<std::string> unique(terms.begin(), terms.end());
    CHECK(unique.size() == terms.size());
    return unique;
}

/// A search engine small enough to be right: whole terms and prefixes, all of them, then the class's test.
bool finds(std::string_view query, std::string_view key, std::string_view view) {
    const EntryKey entry{std::string(key)};
    const auto terms = index_terms(entry, view);
    const SearchPlan plan{query};
    const auto found = plan.class_of(Candidate{entry, view});
    if (!found) return false;
    const auto& wanted = plan.classes()[*found].terms;
    // Who passes the test of a class has to be reached by its terms.
    CHECK(std::all_of(wanted.begin(), wanted.end(), [&](const EntryQuery::Term& term) {
        return std::any_of(terms.begin(), terms.end(), [&](const std::string& have) {
            return term.prefix ? have.starts_with(term.text) : have == term.text;
        });
    }));
    return true;
}

bool is_safe(const std::string& term) {
    return !term.empty() && term.size() <= term_bytes_max + 1 && std::all_of(term.begin(), term.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               std::string_view("#./-_=<@^&' ").find(c) != std::string_view::npos;
    });
}

constexpr std::string_view mark_key = "trademark/10325554/33";
constexpr std::string_view mark_view =
    R"({"category":"酒","goods":"白酒;Rice Wine","holders":[{"credit_code":"91500000MA51000020","name":"重庆江小白酒业有限公司","role":"holder"}],)"
    R"("listing":"listed","name":"江小白 JXB\n二锅\"头\"","notes":"2013 年"})";

}  // namespace

TEST_CASE("terms of an entry") {
    const auto terms = terms_of_entry(mark_key, mark_view);
    for (const std::string wanted : {"#10325554", "#10325554/33", "#91500000ma51000020", "江小", "小白", "白", "jxb",
                                     "二锅", "头", "白酒", "rice", "wine", "酒业", "公司", "2013", "年"}) {
        CHECK_MESSAGE(terms.count(wanted) == 1, wanted);
    }
    // Nothing across fields, across words, or from fields that are not searched; a character alone only ends a run.
    for (const std::string absent :
         {"江", "小", "白j", "白二", "酒r", "头锅", "司2", "白江", "listed", "trademark", "33", "holder"}) {
        CHECK_MESSAGE(terms.count(absent) == 0, absent);
    }
}

TEST_CASE("a product's name in the key is text, not a number") {
    const auto terms = terms_of_entry("gi/涪陵榨菜", R"({"name":"涪陵榨菜"})");
    CHECK(terms.count("榨菜") == 1);
    CHECK(terms.count("#涪陵榨菜") == 0);
}

TEST_CASE("what finds an entry and what does not") {
    struct Case {
        std::string_view query;
        bool found;
    };
    const Case cases[] = {
        {"江小白", true},
        {"小白", true},
        {"白", true},
        {"江白", false},
        {"小白酒业", true},
        {"江小白酒业有限", true},
        {"江小白有限", false},
        {"酒业江小白", false},
        {"白 酒", true},
        {"白酒 重庆", true},
        {"白酒 四川", false},
        {"jx", true},
        {"JXB", true},
        {"ＪＸＢ", true},
        {"jb", false},
        {"xb", true},  // 小白
        {"jx 白酒", false},
        {"白酒 jx", true},
        {"rice wi", true},
        {"ric wine", false},
        {"江小白　jxb", true},
        {"江小白jxb", true},
        {"江小白jxb二锅头", false},
        {"江小白·JXB", true},
        {"江小白酒", true},
        {"江小白酒精", false},
        {"10325554", true},
        {"103255", true},
        {"10325554/33", true},
        {"10325554/34", false},
        {"trademark/10325554/33", true},
        {"91500000MA51000020", true},
        {"10325555", false},
        {"“江小白”", true},
        {"（江小白）", true},
        {"江小白 10325554", true},
        {"江小白 10325555", false},
    };
    for (const Case& c : cases) CHECK_MESSAGE(finds(c.query, mark_key, mark_view) == c.found, std::string(c.query));
}

TEST_CASE("a patent number is found in any spelling") {
    for (const char* const query :
         {"201710601862.3", "ZL201710601862.3", "ZL 2017 1 0601862.3", "CN201710601862．3",
          "２０１７１０６０１８６２．３", "2017106018623", "20171060", "patent/201710601862.3"}) {
        CHECK_MESSAGE(finds(query, "patent/201710601862.3", R"({"name":"一种方法"})"), query);
    }
    CHECK_FALSE(finds("201710601863.3", "patent/201710601862.3", R"({"name":"一种方法"})"));
}

TEST_CASE("nothing to search for is no query") {
    for (const char* const query : {"　", "（）", "\"*\"", "..."}) CHECK(SearchPlan{query}.classes().empty());
    for (const char* const query : {"", " \t"}) CHECK(SearchPlan{query}.classes().at(0).match == Match::any);
}

TEST_CASE("terms are safe whatever is typed or stored") {
    CHECK(rc::check([](const std::string& bytes) {
        const SearchPlan plan{bytes};
        for (const SearchClass& wanted : plan.classes()) {
            RC_ASSERT(wanted.match == Match::any || wanted.terms.empty() == !wanted.any_of.empty());
            for (const EntryQuery::Term& term : wanted.terms) RC_ASSERT(is_safe(term.text));
            for (const EntryQuery::Term& term : any_of_terms(wanted)) RC_ASSERT(is_safe(term.text));
        }
        for (const std::string& term : index_terms(EntryKey{"gi/" + bytes}, R"({"name":")" + bytes + R"("})")) {
            RC_ASSERT(is_safe(term));
        }
        for (const std::string& term : index_terms(EntryKey{bytes}, bytes)) RC_ASSERT(is_safe(term));
    }));
    const std::string garbage[] = {"{\"name\":", R"({"name":")", R"({"holders":[{"name":"a")", "[", R"({"name":"\)"};
    for (const std::string& view : garbage) CHECK(index_terms(EntryKey{"x"}, view).empty());
}

TEST_CASE("any part of a Chinese name finds it") {
    const std::string name = "重庆市涪陵区榨菜管理办公室";
    const std::string view = R"({"name":")" + name + R"("})";
    for (std::size_t begin = 0; begin < name.size(); begin += 3) {
        for (std::size_t size = 3; begin + size <= name.size(); size += 3) {
            CHECK(finds(name.substr(begin, size), "gi/x1", view));
        }
    }
}

TEST_CASE("words in a row find a name, however they are parted") {
    CHECK(rc::check("closed up or apart", [] {
        std::string name;
        std::string query;
        const auto words = *rc::gen::inRange(1, 8);
        const auto first = *rc::gen::inRange(0, words);
        const auto last = *rc::gen::inRange(first, words);
        for (int i = 0; i < words; ++i) {
            const auto letters = *rc::gen::inRange<std::size_t>(1, 9);
            const auto word = *rc::gen::container<std::string>(letters, rc::gen::inRange('a', 'e'));
            if (i > 0) name += *rc::gen::element(" ", "-", "·");
            name += word;
            if (i < first || i > last) continue;
            if (i > first) query += *rc::gen::element("", " ", "'");
            query += word;
        }
        RC_ASSERT(finds(query, "gi/x1", R"({"name":")" + name + R"("})"));
    }));
}

TEST_CASE("long words are cut alike in index and query") {
    const std::string word(term_bytes_max * 2, 'w');
    CHECK(finds(word, "gi/x1", R"({"name":")" + word + R"("})"));
}
