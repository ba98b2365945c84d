#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "catalog/text/han_fold.hpp"
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
        {"luckin coffee™", "luckin coffee"},
        {"©康师傅®™牌", "康师傅 牌"},
        {"½©", "1 2"},
        {"第33类", "第33类"},
    };
    for (const Case& c : cases) CHECK(fold_text(c.text) == c.folded);
}

TEST_CASE("one spelling for search") {
    struct Case {
        std::string_view text, searched;
    };
    const Case cases[] = {
        {"", ""},
        {"ＡＰＭ（摩納哥）有限責任公司", "apm摩纳哥有限责任公司"},
        {"豆瓣醬", "豆瓣酱"},
        {"瀘州老窖", "泸州老窖"},
        {"劍南春", "剑南春"},
        {"涪陵·榨菜", "涪陵榨菜"},
        {"涪　陵 榨 菜", "涪陵榨菜"},
        {"Coca-Cola", "coca cola"},
        {"pony.ai 小馬", "pony ai小马"},
        {"白酒；啤酒、葡萄酒", "白酒 啤酒 葡萄酒"},
        {"峨嵋山、峩眉", "峨嵋山 峨眉"},
        {"餅乾", "饼干"},
        {"爲為產産錄録雞鷄強强", "为为产产录录鸡鸡强强"},
        {"二〇〇八", "二零零八"},
        {"二○○八年、八○", "二零零八年 八零"},
        {"二◯一二 ○牌", "二零一二牌"},
        {"Café Müller", "cafe muller"},
        {"CAFE\xCC\x81", "cafe"},
        {"Ñandú Łódź", "nandu łodz"},
        {"x\xCC\x8C y", "x y"},
        {"Straße", "strasse"},
        {"ｶﾞ", "ガ"},
        {"Йогурт", "йогурт"},
        {"봉봉", "봉봉"},
        {"豈", "岂"},                              // a compatibility ideograph
        {"\xF0\xAF\xA0\x9A", "冬"},                // one of the supplementary planes, U+2F81A
        {"\xEE\xA0\x9E", "\xE9\xBE\xB4"},          // moved by GB 18030-2022, U+E81E
        {"\xF0\xB1\x8D\x90", "\xF0\xB1\x8D\x90"},  // extension H
        {"\xF0\xAE\xAF\xB0", "\xF0\xAE\xAF\xB0"},  // extension I, younger than ICU 72
    };
    for (const Case& c : cases) CHECK(searchable(c.text) == c.searched);
}

TEST_CASE("the marks of letters are kept where they tell syllables apart") {
    CHECK(searchable_with_marks("Lǜchá 綠茶") == "lǜchá绿茶");
    CHECK(searchable_with_marks("二○○八") == "二零零八");
}

TEST_CASE("searchable text tells where its characters stood") {
    for (const std::string_view text : {"Café Müller", "Cafe\xCC\x81 Mu\xCC\x88ller", "二○○八 Ñandú", "二○"}) {
        const SearchableOrigin found = searchable_with_origin(text);
        CHECK(found.text == searchable(text));
        CHECK(found.origin.size() == found.text.size());
    }
    CHECK(searchable_with_origin("二○○八").origin.back() == 3);
}

TEST_CASE("standard characters stay apart, and folding one twice changes nothing") {
    for (const char32_t code : U"后里谷台干面云余沈征于卷松钟锺哥喆堃晟") CHECK(standard_character(code) == code);
    for (char32_t code = 0; code < 0x40000; ++code) {
        const char32_t once = standard_character(code);
        if (standard_character(once) != once) FAIL("folds on: ", static_cast<std::uint32_t>(code));
    }
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
