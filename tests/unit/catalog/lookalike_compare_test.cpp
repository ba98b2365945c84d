#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

#include "catalog/lookalike/compare.hpp"
#include "catalog/lookalike/glyphs.hpp"

using namespace minglu;

namespace {

/// "康|康 same, 帅|师 shape"
std::string reasons(const Comparison& comparison) {
    std::string text;
    for (const Correspondence& unit : comparison.units) {
        if (!text.empty()) text += ", ";
        text += unit.sign + "|" + unit.mark;
        for (const std::string_view reason : names(unit.likeness.reasons)) text.append(" ").append(reason);
    }
    return text;
}

std::string rules(const Comparison& comparison) {
    std::string text;
    for (const SimilarityRule rule : comparison.rules) text.append(text.empty() ? "" : " ").append(name(rule));
    return text;
}

}  // namespace

TEST_CASE("characters whose glyphs look alike") {
    struct Case {
        char32_t a, b;
        bool alike;
    };
    const Case cases[] = {{U'师', U'帅', true},
                          {U'泸', U'沪', true},
                          {U'粱', U'梁', true},
                          {U'末', U'未', true},
                          {U'自', U'白', true},
                          {U'崇', U'祟', true},
                          {U'日', U'山', false},
                          {U'免', U'兔', true},
                          {U'雷', U'雪', true},
                          {U'己', U'已', true},
                          {U'老', U'康', false},
                          {U'A', U'A', false},
                          {U'师', U'师', false},
                          {U'日', U'曰', true},
                          {U'土', U'士', true},
                          {U'已', U'巳', true},
                          // A stroke more, longer or elsewhere.
                          {U'田', U'由', true},
                          {U'田', U'甲', true},
                          {U'田', U'申', true},
                          {U'由', U'甲', true},
                          {U'甲', U'申', true},
                          {U'王', U'主', true},
                          {U'古', U'吉', true},
                          {U'香', U'杳', true},
                          {U'汆', U'氽', true},
                          {U'沫', U'沬', true},
                          // The greater part in common, beside another or alone.
                          {U'陪', U'涪', true},
                          {U'赔', U'涪', true},
                          {U'部', U'涪', true},
                          {U'锦', U'绵', true},
                          {U'椒', U'淑', true},
                          {U'黄', U'横', true},
                          {U'榨', U'窄', true},
                          {U'盐', U'监', true},
                          // A traditional character, as it is written.
                          {U'傳', U'傅', true},
                          // Much ink at the same places, and not a stroke in common.
                          {U'少', U'火', false},
                          {U'丁', U'小', false},
                          {U'共', U'并', false},
                          {U'木', U'主', false}};
    const auto alike = [](char32_t a, char32_t b) {
        const auto near = glyph_neighbours(a);
        return std::any_of(near.begin(), near.end(), [&](const GlyphNeighbour& n) { return n.character == b; });
    };
    for (const Case& c : cases) {
        CHECK(alike(c.a, c.b) == c.alike);
        CHECK(alike(c.b, c.a) == c.alike);
    }
}

TEST_CASE("foreign letters in either case, and what stands for a letter") {
    struct Case {
        std::string_view written;
        std::u32string_view units;
    };
    const Case cases[] = {
        {"АВЕКМНОРСТУХЅЈІ", U"abekmhopctyxsji"},  // Cyrillic
        {"авекмнорстухѕјі", U"abekmhopctyxsji"},
        {"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", U"abezhikmnoptyx"},  // Greek
        {"ＡＰＭ", U"apm"},
        {"Iil1O0", U"iil1o0"},
        {"Ж", U"ж"},
        {"A$AP", U"asap"},
        {"$@nd", U"sand"},
        {"A$$", U"ass"},
        {"5$$", U"5"},
        {"＄tar", U"star"},
        {"m@rs", U"mars"},
        {"酒@店$100", U"酒店100"},
        {"二〇", U"二零"},
        {"康师傅™康®", U"康师傅康"},
        {"©NIKE(R)", U"nike"},
        {"NIKE（TM）Ⓡ ᵀᴹ℠", U"nike"},
        {"(Rx)TM", U"rxtm"},
        {"★", U""},
        {"ʟɪɴɢʟᴏɴɢ", U"linglong"},
        {"Café Müller ØŁ", U"cafemullerol"},
        {"〇PP〇 口PPO", U"oppooppo"},
        {"QQ口香糖", U"qq口香糖"},
        {"口口香", U"口口香"},
        {"二OO八", U"二零零八"},
        {"八O后", U"八零后"},
        {"OO八", U"oo八"},
        {"二OPPO", U"二oppo"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.written);
        const Sign sign = sign_of(c.written);
        CHECK((sign.units == c.units));
        CHECK(sign.written.size() == sign.units.size());
    }
}

TEST_CASE("likeness is mutual") {
    for (const char32_t unit : std::u32string_view(U"0123456789abilnoqrsuvzяиλ五伍两零师帅未吴二贰柒")) {
        for (const LikeUnit& one : units_like(unit)) {
            const std::vector<LikeUnit> back = units_like(one.unit);
            const auto found =
                std::find_if(back.begin(), back.end(), [&](const LikeUnit& b) { return b.unit == unit; });
            REQUIRE(found != back.end());
            CHECK(found->likeness.hundredths == one.likeness.hundredths);
            CHECK(found->likeness.reasons == one.likeness.reasons);
        }
        CHECK(common_form(common_form(unit)) == common_form(unit));
    }
}

TEST_CASE("what looks most alike comes first") {
    const auto likeness = [](char32_t a, char32_t b) {
        const auto near = glyph_neighbours(a);
        const auto found =
            std::find_if(near.begin(), near.end(), [&](const GlyphNeighbour& one) { return one.character == b; });
        return found == near.end() ? 0 : int{found->likeness};
    };
    CHECK(likeness(U'主', U'王') > likeness(U'主', U'牛'));
    CHECK(likeness(U'主', U'王') > likeness(U'主', U'古'));
    CHECK(likeness(U'师', U'帅') > likeness(U'师', U'筛'));
    CHECK(likeness(U'末', U'未') > likeness(U'末', U'木'));
    CHECK(likeness(U'培', U'涪') > likeness(U'赔', U'涪'));
}

TEST_CASE("scores of letters that look the same come near 100") {
    struct Case {
        std::string_view sign, mark;
    };
    const Case cases[] = {{"AVАТR", "AVATR"},         {"LION КING", "LION KING"}, {"ΗUAWEI", "HUAWEI"},
                          {"5TARBUCKS", "STARBUCKS"}, {"2ARA", "ZARA"},           {"8OSS", "BOSS"},
                          {"ADIDA$", "ADIDAS"},       {"@DIDAS", "ADIDAS"},       {"LAC0STE", "LACOSTE"},
                          {"1UCKIN", "luckin"},       {"ʟɪɴɢʟᴏɴɢ", "LINGLONG"},   {"〇PP〇", "OPPO"}};
    for (const Case& c : cases) {
        CAPTURE(c.sign);
        CHECK(compare_signs(c.sign, c.mark).score >= 97);
        CHECK(compare_signs(c.mark, c.sign).score >= 97);
    }
}

TEST_CASE("what makes a sign look like a mark, unit by unit, and by which rule") {
    struct Case {
        std::string_view sign, mark, units, rules;
    };
    const Case cases[] = {
        {"康帅傅", "康师傅", "康|康 same, 帅|师 shape, 傅|傅 same", "one_differs shape"},
        {"雷碧", "雪碧", "雷|雪 shape, 碧|碧 same", "shape"},
        {"干老妈", "老干妈", "干|干 same moved, 老|老 same moved, 妈|妈 same", "reordered"},
        {"大自兔", "大白兔", "大|大 same, 自|白 shape, 兔|兔 same", "one_differs shape"},
        {"老大妈", "老干妈", "老|老 same, 大|干 different, 妈|妈 same", "one_differs"},
        {"涪凌榨菜", "涪陵榨菜", "涪|涪 same, 凌|陵 shape sound, 榨|榨 same, 菜|菜 same", "one_differs shape sound"},
        {"laoganma", "老干妈", "lao|老 pinyin, gan|干 pinyin, ma|妈 pinyin", "notation"},
        {"老干妈", "LAOGANMA", "老|LAO pinyin, 干|GAN pinyin, 妈|MA pinyin", "notation"},
        {"哇哈哈", "娃哈哈", "哇|娃 shape sound, 哈|哈 same, 哈|哈 same", "one_differs shape sound"},
        {"新康师傅", "康师傅", "新| added, 康|康 same, 师|师 same, 傅|傅 same", "weak_addition"},
        {"茅台镇", "茅台", "茅|茅 same, 台|台 same, 镇| added", "contains"},
        {"老干妈妈", "老干妈", "老|老 same, 干|干 same, 妈|妈 same, 妈| added", "repeated"},
        {"泸老窖", "泸州老窖", "泸|泸 same, |州 omitted, 老|老 same, 窖|窖 same", ""},
        {"NIKE", "nike", "N|n same, I|i same, K|k same, E|e same", "same_units"},
        {"N\xD1\x96KE", "NIKE", "N|N same, \xD1\x96|I homoglyph, K|K same, E|E same", "same_units"},
        {"SAMSVNG", "SAMSUNG", "S|S same, A|A same, M|M same, S|S same, V|U homoglyph, N|N same, G|G same",
         "letters_differ shape"},
        {"C0FFE", "COFFE", "C|C same, 0|O homoglyph, F|F same, F|F same, E|E same", "letters_differ shape"},
        {"AVАТR", "AVATR", "A|A same, V|V same, А|A homoglyph, Т|T homoglyph, R|R same", "same_units"},
        {"5$$@k", "sssak", "5|s homoglyph, $|s homoglyph, $|s homoglyph, @|a homoglyph, k|k same",
         "letters_differ shape"},
        {"康师傅", "康师傅", "康|康 same, 师|师 same, 傅|傅 same", "identical"},
        {"康师傅™", "康师傅", "康|康 same, 师|师 same, 傅|傅 same", "identical"},
        {"5粮液", "五粮液", "5|五 sound, 粮|粮 same, 液|液 same", "sound"},
        {"零食多", "0食多", "零|0 sound, 食|食 same, 多|多 same", "sound"},
        {"kang师傅", "康师傅", "kang|康 pinyin, 师|师 same, 傅|傅 same", "notation"},
        {"AVATAR", "AVATR", "A|A same, V|V same, A|A same, T|T same, A| added, R|R same", "letters_differ"},
        {"AVARTR", "AVATR", "A|A same, V|V same, A|A same, R| added, T|T same, R|R same", "letters_differ"},
        {"AVTR", "AVATR", "A|A same, V|V same, |A omitted, T|T same, R|R same", "letters_differ"},
        {"NIKENIKE", "NIKE", "N|N same, I|I same, K|K same, E|E same, N| added, I| added, K| added, E| added",
         "repeated"},
        {"NIKES", "NIKE", "N|N same, I|I same, K|K same, E|E same, S| added", "letters_differ contains"},
        {"老干妈老干妈", "老干妈", "老|老 same, 干|干 same, 妈|妈 same, 老| added, 干| added, 妈| added", "repeated"},
        {"老老干干妈", "老干妈", "老|老 same, 老| added, 干|干 same, 干| added, 妈|妈 same", "repeated"},
        {"老妈干妈", "老干妈", "老|老 same, 妈| added, 干|干 same, 妈|妈 same", ""},
        {"康新康师傅", "康师傅", "康|康 same, 新| added, 康| added, 师|师 same, 傅|傅 same", "contains"},
        {"nikf", "nike", "n|n same, i|i same, k|k same, f|e different", "letters_differ"},
        {"康師傅", "康师傅", "康|康 same, 師|师 variant, 傅|傅 same", "same_units"},
        {"康·师·傅", "康师傅", "康|康 same, 师|师 same, 傅|傅 same", "identical"},
        {"luckin", "luckin及图", "l|l same, u|u same, c|c same, k|k same, i|i same, n|n same", "identical"},
        {"康师傳", "康师傅", "康|康 same, 师|师 same, 傳|傅 shape", "one_differs shape"},
        {"长寿沙由柚", "长寿沙田柚", "长|长 same, 寿|寿 same, 沙|沙 same, 由|田 shape, 柚|柚 same",
         "one_differs shape"},
        {"AVATЯ", "AVATR", "A|A same, V|V same, A|A same, T|T same, Я|R homoglyph", "letters_differ shape"},
        {"OPPQ", "OPPO", "O|O same, P|P same, P|P same, Q|O homoglyph", "letters_differ shape"},
        {"〇PP〇", "OPPO", "〇|O homoglyph, P|P same, P|P same, 〇|O homoglyph", "same_units"},
        {"口PPO", "OPPO", "口|O homoglyph, P|P same, P|P same, O|O same", "same_units"},
        {"二OO八", "二〇〇八", "二|二 same, O|〇 homoglyph, O|〇 homoglyph, 八|八 same", "same_units"},
        {"二OO八", "二零零八", "二|二 same, O|零 sound, O|零 sound, 八|八 same", "same_units"},
        {"二00八", "二〇〇八", "二|二 same, 0|〇 homoglyph sound, 0|〇 homoglyph sound, 八|八 same", "sound"},
        {"贰匹狼", "二匹狼", "贰|二 sound, 匹|匹 same, 狼|狼 same", "one_differs sound"},
        {"柒喜", "七喜", "柒|七 sound, 喜|喜 same", "sound"},
        {"ʟᴏᴠᴇ", "LOVE", "ʟ|L homoglyph, ᴏ|O homoglyph, ᴠ|V homoglyph, ᴇ|E homoglyph", "same_units"},
        {"CAFÉ", "cafe", "C|c same, A|a same, F|f same, É|e homoglyph", "same_units"},
        {"7-UP", "7-Up七喜", "7|7 same, U|U same, P|p same, |七 omitted, |喜 omitted", "independent_part"},
        {"柒喜", "7-Up七喜", "|7 omitted, |U omitted, |p omitted, 柒|七 sound, 喜|喜 same", "sound independent_part"},
        {"七喜7UP", "7UP七喜", "七|七 same moved, 喜|喜 same moved, 7|7 same moved, U|U same moved, P|P same moved",
         "reordered"},
        {"同城", "58同城", "|5 omitted, |8 omitted, 同|同 same, 城|城 same", ""},
    };
    for (const Case& c : cases) {
        CAPTURE(c.sign);
        const Comparison comparison = compare_signs(c.sign, c.mark);
        CHECK(reasons(comparison) == c.units);
        CHECK(rules(comparison) == c.rules);
    }
}

TEST_CASE("scores: imitations above the line, other marks below it") {
    struct Case {
        std::string_view sign, mark;
        bool alike;
    };
    const Case cases[] = {
        {"大白免", "大白兔", true},     {"康师溥", "康师傅", true},     {"adidos", "adidas", true},
        {"沪州老窖", "泸州老窖", true}, {"五粮掖", "五粮液", true},     {"老干妈", "大干妈", false},
        {"mike", "nike", false},        {"重庆", "成都", false},        {"listen", "silent", false},
        {"", "老干妈", false},          {"老干妈", "", false},          {"图形", "图形", false},
        {"7匹狼", "七匹狼", true},      {"3只松鼠", "三只松鼠", true},  {"58同城", "五八同城", true},
        {"5粮液", "八粮液", false},     {"wei来", "未来", true},        {"海底捞", "江小白", false},
        {"涪陵榨菜", "涪陵", false},    {"陪陵榨菜", "涪陵榨菜", true}, {"赔陵榨菜", "涪陵榨菜", true},
        {"部陵榨菜", "涪陵榨菜", true}, {"沫鑫垚", "沬鑫垚", true},     {"田鑫垚", "甲鑫垚", true},
        {"绵鑫垚", "锦鑫垚", true},     {"7-UP", "7-Up七喜", true},     {"二OO八", "二〇〇八", true},
        {"乾汇", "前惠", true},
    };
    for (const Case& c : cases) {
        CAPTURE(c.sign);
        CAPTURE(c.mark);
        CHECK((compare_signs(c.sign, c.mark).score >= lookalike_score_default) == c.alike);
    }
}

TEST_CASE("a sign is wholly like itself, and never more than that like another") {
    const std::vector<std::string> pieces{"康", "师", "傅", "老", "干", "妈", "牌",
                                          "a",  "b",  "0",  "Ｏ", " ",  "師", "é"};
    rc::check([&] {
        const auto text = [&] {
            std::string out;
            for (const unsigned pick : *rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0u, 14u)))
                out += pieces[pick];
            return out;
        };
        const std::string a = text();
        const std::string b = text();
        const Comparison other = compare_signs(a, b);
        RC_ASSERT(other.score >= 0 && other.score <= 100);
        RC_ASSERT(sign_of(a).empty() || compare_signs(a, a).score == 100);
        // Every unit of both stands in exactly one place.
        std::size_t units = 0;
        std::string joined;
        for (const Correspondence& unit : other.units) {
            joined += unit.sign;
            units += unit.sign.empty() && unit.mark.empty() ? 1u : 0u;
        }
        std::string written;
        for (const std::string& unit : sign_of(a).written) written += unit;
        RC_ASSERT(joined == written);
        RC_ASSERT(units == 0u);
    });
}
