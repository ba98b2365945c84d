#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "catalog/text/normalise.hpp"

using namespace minglu;

namespace {

/// Text of the characters that files are full of, and a few that they should not hold.
std::string text_of_pieces(const std::vector<unsigned>& picks) {
    static const char* const pieces[] = {
        "a",  "Z",  "7",    " ",  "　", "\t", "（",       "）",           "(", ")", "重", "庆", "Ａ",
        "７", "．", "，",   ",",  "é",  "e",  "\xCC\x81", "\xE2\x80\x8B", "ﬁ", "™", "·",  "İ",  "㎏",
        "豈", "𠀀", "\x01", "、", "&",  "＆", "ｶ"};
    std::string text;
    for (const unsigned pick : picks) text += pieces[pick % std::size(pieces)];
    return text;
}

}  // namespace

TEST_CASE("folding for search") {
    struct Case {
        std::string_view text, folded;
    };
    const Case cases[] = {
        {"", ""},
        {"ＡＰＭ（摩纳哥）有限责任公司", "apm 摩纳哥 有限责任公司"},
        {"  Pony.AI  ", "pony ai"},
        {"涪陵·榨菜", "涪陵 榨菜"},
        {"《地理标志》、", "地理标志"},
        {"Straße", "strasse"},
        {"ＣＡＦÉ", "café"},
        {"CAFE\xCC\x81", "café"},
        {"㎏", "kg"},
        {"½", "1 2"},
        {"ｶﾞ", "ガ"},
        {"luckin coffee™", "luckin coffeetm"},
        {"第33类", "第33类"},
    };
    for (const Case& c : cases) CHECK(fold_text(c.text) == c.folded);
}

TEST_CASE("folding twice, or in another width, changes nothing") {
    CHECK(rc::check([](const std::vector<unsigned>& picks) {
        const std::string text = text_of_pieces(picks);
        RC_ASSERT(fold_text(fold_text(text)) == fold_text(text));
        RC_ASSERT(fold_text(tidy_cell(text)) == fold_text(text));
    }));
}

TEST_CASE("cells as they are stored") {
    struct Case {
        std::string_view text, tidy;
    };
    const Case cases[] = {
        {"", ""},
        {"　江津花椒 \t", "江津花椒"},
        {"上海西岸开发 (集团)有限公司", "上海西岸开发（集团）有限公司"},
        {"大自然家居(中国）有限公司", "大自然家居（中国）有限公司"},
        {"美乐家有限公司 ( MELALEUCA, INC. )", "美乐家有限公司（MELALEUCA, INC.）"},
        {"S.C.庄臣父子公司 S. C. JOHNSON & SON, INC", "S.C.庄臣父子公司 S. C. JOHNSON & SON, INC"},
        {"ZERBA （ASIA） CO.，LTD", "ZERBA (ASIA) CO.,LTD"},
        {"ＺＬ２０１７１０６０１８６２．３", "ZL201710601862.3"},
        {"阿特拉斯·科普柯有限公司", "阿特拉斯·科普柯有限公司"},
        {"罗尔斯-罗伊斯股份有限公司", "罗尔斯-罗伊斯股份有限公司"},
        {"a\r\nb", "a b"},
        {"\xEF\xBB\xBF重\xE2\x80\x8B庆", "重庆"},
        {"cafe\xCC\x81", "café"},
    };
    for (const Case& c : cases) CHECK(tidy_cell(c.text) == c.tidy);
}

TEST_CASE("tidying twice changes nothing") {
    CHECK(rc::check([](const std::vector<unsigned>& picks) {
        const std::string tidy = tidy_cell(text_of_pieces(picks));
        RC_ASSERT(tidy_cell(tidy) == tidy);
    }));
}

TEST_CASE("a wrong byte ends the text and nothing is read beyond it") {
    CHECK(fold_text("abc\xFF"
                    "def") == "abc");
    CHECK(tidy_cell("重庆\xE6\xB6") == "重庆");
}
