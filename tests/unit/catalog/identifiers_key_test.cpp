#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "catalog/identifiers/entry_key.hpp"

using namespace minglu;

namespace {

std::string shown(const Result<EntryKey>& key) {
    return key ? key->value() : std::string(name(key.error().code));
}

}  // namespace

TEST_CASE("keys made from what sources print") {
    CHECK(shown(make_patent_key("ZL 2017 1 0601862.3")) == "patent/201710601862.3");
    CHECK(shown(make_patent_key("CN112734678B")) == "patent/CN112734678B");
    CHECK(shown(make_patent_key("CN1365983")) == "patent/CN1365983");
    CHECK(shown(make_patent_key("201710601862.8")) == "bad_check_digit");
    CHECK(shown(make_trademark_key("10325554", "第33类")) == "trademark/10325554/33");
    CHECK(shown(make_trademark_key("g1630145a", "０９")) == "trademark/G1630145A/9");
    CHECK(shown(make_trademark_key("10325554", "")) == "missing_value");
    CHECK(shown(make_trademark_key("10325554", "46")) == "bad_value");
    CHECK(shown(make_trademark_key("305470768", "10")) == "bad_number");
    CHECK(shown(make_gi_mark_key("1389976", "29")) == "gi/1389976/29");
    CHECK(shown(make_agi_key("agi01459")) == "gi/AGI01459");
    CHECK(shown(make_gi_product_key(" 涪陵　榨菜 ")) == "gi/涪陵榨菜");
    CHECK(shown(make_gi_product_key("江津花椒(九叶青)")) == shown(make_gi_product_key("江津花椒（九叶青）")));
    CHECK(shown(make_gi_product_key("  ")) == "missing_value");
    CHECK(shown(make_gi_product_key("柑／橙")) == "bad_value");
    for (const char* number : {"AGI01459", "AGI-01459", "AGI1459", "01459"})
        CHECK(shown(make_gi_product_key(number)) == "bad_value");
    CHECK(shown(make_gi_product_key("\xff\xfe")) == "bad_value");
    CHECK(shown(make_gi_product_key("榨\x01菜")) == "bad_value");
    CHECK(shown(make_gi_product_key(std::string(600, 'a'))) == "bad_value");
}

TEST_CASE("a key is checked against what would have been made") {
    for (const char* good : {"patent/201710601862.3", "patent/CN112734678B", "trademark/10325554/33",
                             "trademark/G1630145A/39", "gi/AGI01459", "gi/涪陵榨菜", "gi/1389976/29"}) {
        CAPTURE(good);
        CHECK(check_entry_key(EntryKey{good}).has_value());
    }
    for (const char* bad :
         {"patent/ZL201710601862.3", "patent/201710601862", "patent/201710601862.8", "patent/201710601862.3/1",
          "trademark/10325554", "trademark/10325554/033", "trademark/10325554/46", "trademark/010325554/33",
          "gi/agi01459", "gi/涪陵 榨菜", "gi/１", "design/1", "gi/", "gi", "", "patent/../x"}) {
        CAPTURE(bad);
        CHECK_FALSE(check_entry_key(EntryKey{bad}).has_value());
    }
    CHECK(check_entry_key(EntryKey{"patent/ZL201710601862.3"}).error().cure == "write patent/201710601862.3");
}

TEST_CASE("what a person may have meant by a number in the search box") {
    using Strings = std::vector<std::string>;
    CHECK(number_candidates("ZL 2017 1 0601862.3") == Strings{"201710601862.3"});
    CHECK(number_candidates("201710601862") == Strings{"201710601862.3"});
    CHECK(number_candidates("CN112734678B") == Strings{"CN112734678B"});
    CHECK(number_candidates("10325554") == Strings{"10325554"});
    CHECK(number_candidates("95115608") == Strings{"95115608.X", "95115608"});
    CHECK(number_candidates("1365983") == Strings{"CN1365983", "1365983"});
    CHECK(number_candidates("g1630145a") == Strings{"G1630145A"});
    CHECK(number_candidates("agi01459") == Strings{"AGI01459"});
    CHECK(number_candidates("agi 1459") == Strings{"AGI01459"});
    CHECK(number_candidates("AGI7") == Strings{"AGI00007"});
    for (const char* text : {"AGI", "AGI00000001459", "AGI145O"}) CHECK(number_candidates(text).empty());
    CHECK(number_candidates("2012年第111号") == Strings{"国家质检总局公告2012年第111号"});
    for (const char* text : {"", "涪陵榨菜", "33", "榨菜10325554", "201710601862.8"}) {
        CAPTURE(text);
        CHECK(number_candidates(text).empty());
    }
    CHECK(number_candidates(std::string(100'000, '(')).empty());
}
