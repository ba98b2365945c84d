#include <doctest/doctest.h>

#include <string>

#include "catalog/lookalike/beginnings.hpp"
#include "catalog/lookalike/wording.hpp"

using namespace minglu;

namespace {

/// "康帅傅|方便面 康帅傅方|便面"
std::string cuts_of(std::string_view text) {
    std::string cuts;
    for (const Beginning& beginning : beginnings_of(text)) {
        if (!cuts.empty()) cuts += ' ';
        for (const std::string& unit : beginning.sign.written) cuts += unit;
        cuts += "|" + beginning.rest;
    }
    return cuts;
}

}  // namespace

TEST_CASE("a sign is taken apart where a mark could end") {
    struct Case {
        const char* text;
        const char* cuts;
    };
    const Case cases[] = {
        {"康帅傅", ""},
        {"康帅傅面", ""},
        {"康帅傅拌面", "康帅傅|拌面"},
        {"康帅傅方便面", "康帅傅|方便面"},
        {"康帅傅®方便面", "康帅傅|方便面"},
        {"康帅傅红烧牛肉面", "康帅傅|红烧牛肉面 康帅傅红烧|牛肉面"},
        {"康帥傅紅燒牛肉麵", "康帥傅|紅燒牛肉麵 康帥傅紅燒|牛肉麵"},
        {"雷碧汽水", ""},
        {"雷碧 汽水", "雷碧|汽水"},
        {"雷碧500ml", "雷碧|500ml"},
        {"adidos运动鞋", "adidos|运动鞋"},
        {"adidos shoes", "adidos|shoes"},
        {"LV 手提包", ""},
        {"58同城二手", ""},
        {"", ""},
        {"·", ""},
    };
    for (const Case& c : cases) CHECK_MESSAGE(cuts_of(c.text) == c.cuts, c.text);
}

TEST_CASE("the rest counts little, whatever its length, and is named") {
    const Comparison whole = with_rest(compare_signs("康帅傅", "康师傅"), "红烧牛肉面");
    CHECK(whole.score == 89);
    CHECK(wording_of(whole.units) == "康 帅≈师(形近) 傅 +红烧牛肉面");
    CHECK(whole.rules.back() == SimilarityRule::goods_addition);
    CHECK_FALSE(begins_with_mark(whole));
    CHECK(begins_with_mark(with_rest(compare_signs("康師傅", "康师傅"), "方便面")));
    CHECK_FALSE(begins_with_mark(compare_signs("康师傅", "康师傅")));
    // With more behind it the sign is neither identical with the mark nor written otherwise only.
    for (const char* sign : {"康师傅", "康師傅"})
        CHECK(with_rest(compare_signs(sign, "康师傅"), "方便面").rules == std::vector{SimilarityRule::goods_addition});
    Beginning guessed;
    Beginning set_apart;
    set_apart.is_set_apart = true;
    for (int score = 60; score <= 90; ++score) {
        CHECK(score_with_rest(set_apart.score_min(score)) >= score);
        CHECK(score_with_rest(set_apart.score_min(score) - 1) < score);
        CHECK(guessed.score_min(score) > set_apart.score_min(score));
    }
}
