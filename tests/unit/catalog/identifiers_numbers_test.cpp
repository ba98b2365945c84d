#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "catalog/identifiers/document_number.hpp"
#include "catalog/identifiers/gi.hpp"
#include "catalog/identifiers/number_text.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/identifiers/typed_number.hpp"

using namespace minglu;

namespace {

std::string shown(const Result<std::string>& result) {
    return result ? *result : std::string(name(result.error().code));
}

struct Case {
    std::string text;
    std::string normalised;  ///< or the name of the error
};

template <class Parse>
void check_all(const std::vector<Case>& cases, Parse parse) {
    for (const auto& c : cases) {
        CAPTURE(c.text);
        const auto once = parse(c.text);
        CHECK(shown(once) == c.normalised);
        if (once) CHECK(shown(parse(*once)) == *once);
    }
}

}  // namespace

TEST_CASE("trademark registration numbers") {
    check_all(
        {
            {"10325554", "10325554"},
            {"29270", "29270"},
            {"585088", "585088"},
            {"26529741A", "26529741A"},
            {"37721502a", "37721502A"},
            {"G815020", "G815020"},
            {"G1630145A", "G1630145A"},
            {"g1630145 a", "G1630145A"},
            {"Ｇ８３３６５０", "G833650"},
            {"G1630145H", "G1630145H"},
            {"G1630145H2", "G1630145H2"},
            {"G1630145H12", "G1630145H12"},
            {"第10325554号", "10325554"},
            {"00585088", "585088"},
            {"G997914", "G997914"},
            {"30111222®", "30111222"},
            {"30111222。", "30111222"},
            {"30111222(TM)", "30111222"},
            {"《30111222》", "30111222"},
            {"（第30111222號）", "30111222"},
            {"2927", "bad_number"},
            {"305470768", "bad_number"},
            {"G1234", "bad_number"},
            {"G12345678", "bad_number"},
            {"10325554AB", "bad_number"},
            {"10325554H2", "bad_number"},
            {"19460253、19461985", "bad_number"},
            {"", "bad_number"},
            {"A10325554", "bad_number"},
        },
        [](const std::string& text) { return parse_trademark_number(text); });
}

TEST_CASE("the Hong Kong form is told apart from a typing error") {
    CHECK(parse_trademark_number("305470768").error().what.find("Hong Kong") != std::string::npos);
    CHECK(parse_trademark_number("3054707689").error().what.find("Hong Kong") == std::string::npos);
}

TEST_CASE("Nice classes") {
    check_all(
        {
            {"33", "33"},
            {"第33类", "33"},
            {"33类", "33"},
            {"０９", "9"},
            {"9", "9"},
            {" 9 ", "9"},
            {"第三十三类", "33"},
            {"四十五", "45"},
            {"1", "1"},
            {"0", "bad_value"},
            {"46", "bad_value"},
            {"", "bad_value"},
            {"1、17", "bad_value"},
            {"-1", "bad_value"},
            {"九十", "bad_value"},
        },
        [](const std::string& text) { return parse_nice_class(text); });
}

TEST_CASE("certificates of agricultural GIs") {
    check_all(
        {
            {"AGI01459", "AGI01459"},
            {"agi 01459", "AGI01459"},
            {"ＡＧＩ０１４５９", "AGI01459"},
            {"AGI1459", "bad_number"},
            {"AGI014590", "bad_number"},
            {"01459", "bad_number"},
            {"AGI2012-02-869", "bad_number"},
            {"AGI2016-01-1794", "bad_number"},
        },
        [](const std::string& text) { return parse_agi_number(text); });
    CHECK(parse_agi_number("AGI2012-02-869").error().what.find("quality specification") != std::string::npos);
}

TEST_CASE("announcements") {
    const std::string a145 = "国家质检总局公告2010年第145号";
    const std::string c354 = "国家知识产权局公告第354号";
    check_all(
        {
            {"国家质检总局2010年第145号公告", a145},
            {"质检总局公告2010年第145号", a145},
            {"国家质量监督检验检疫总局公告（2010年第145号）", a145},
            {"原国家质检总局公告 2010 年第 145 号", a145},
            {"二〇一〇年第一百四十五号", a145},
            {"2012年第111号", "国家质检总局公告2012年第111号"},
            {"2014年第96号", "国家质检总局公告2014年第96号"},
            {"国家知识产权局第401号 (2021-01-27)", "国家知识产权局公告第401号"},
            {"国家知识产权局公告第三五四号", c354},
            {"国家知识产权局公告第三百五十四号", c354},
            {"国家知识产权局公告2020年第354号", c354},
            {"國家質檢總局公告2012年第111號", "国家质检总局公告2012年第111号"},
            {"2012年111号", "国家质检总局公告2012年第111号"},
            {"2012第111号", "国家质检总局公告2012年第111号"},
            {"质检总局2012年第111", "国家质检总局公告2012年第111号"},
            {"國家知識產權局公告354號", c354},
            {"2012年111", "bad_number"},
            {"111号", "bad_number"},
            {"2020年第5号", "bad_number"},  // AQSIQ was no more
            {"2000年第5号", "bad_number"},  // and not yet
            {"第354号", "bad_number"},      // no issuer, no year
            {"国家知识产权局公告第号", "bad_number"},
            {"国家知识产权局公告第0号", "bad_number"},
            {"国家知识产权局公告354", "bad_number"},
            {"渝知发〔2012〕47号", "bad_number"},
        },
        [](const std::string& text) { return parse_announcement_number(text); });
}

TEST_CASE("document numbers") {
    check_all(
        {
            {"沪知局保〔2025〕19号", "沪知局保〔2025〕19号"},
            {"沪知局规〔2024〕2号", "沪知局规〔2024〕2号"},
            {"渝知发〔2012〕47号", "渝知发〔2012〕47号"},
            {"川市监函〔2023〕654号", "川市监函〔2023〕654号"},
            {"嘉市监知〔2023〕74号", "嘉市监知〔2023〕74号"},
            {"大足府发〔2025〕12号", "大足府发〔2025〕12号"},
            {"渝知发[2012]47号", "渝知发〔2012〕47号"},
            {"渝知发（2012）47号", "渝知发〔2012〕47号"},
            {"渝知发【2012】第47号", "渝知发〔2012〕47号"},
            {"渝知发［２０１２］０４７号", "渝知发〔2012〕47号"},
            {"渝知发 〔2012〕 47 号", "渝知发〔2012〕47号"},
            {"渝知发〔2024〕119號", "渝知发〔2024〕119号"},
            {"渝知發〔2024〕119号", "渝知发〔2024〕119号"},
            {"渝知发2024第119号", "渝知发〔2024〕119号"},
            {"渝知发2024年119号", "渝知发〔2024〕119号"},
            {"渝知发 2024 119号。", "渝知发〔2024〕119号"},
            {"渝知发2024-119", "渝知发〔2024〕119号"},
            {"渝知发〔2024〕119", "渝知发〔2024〕119号"},
            {"“渝知发（２０２４）１１９号文”", "渝知发〔2024〕119号"},
            {"渝知发〔二〇一二〕47号", "渝知发〔2012〕47号"},
            {"渝知发〔二零一二〕四十七号", "渝知发〔2012〕47号"},
            {"渝知发（二○一二）第47号", "渝知发〔2012〕47号"},
            {"渝知发〔二〇一〕47号", "bad_number"},
            {"渝知发〔一八一二〕47号", "bad_number"},
            {"渝知发〔2012〕〇号", "bad_number"},
            {"〔2012〕47号", "bad_number"},
            {"渝〔2012〕47号", "bad_number"},
            {"渝知发〔1812〕47号", "bad_number"},
            {"渝知发〔2012〕号", "bad_number"},
            {"渝知发2024119", "bad_number"},
            {"渝知发〔202447号", "bad_number"},
            {"渝知发〕2012〔47号", "bad_number"},
            {"CQ渝知发〔2012〕47号", "bad_number"},
        },
        [](const std::string& text) { return parse_document_number(text); });
}

TEST_CASE("document numbers without their issuer") {
    check_all(
        {
            {"〔2012〕47号", "〔2012〕47号"},
            {"[2012]047号", "〔2012〕47号"},
            {"（二〇一二）47号", "〔2012〕47号"},
            {"〔2012〕47", "〔2012〕47号"},
            {"2012年47号", "〔2012〕47号"},
            {"2012年第47号", "〔2012〕47号"},
            {"2012-47", "bad_number"},
            {"2012年47", "bad_number"},
            {"2012", "bad_number"},
            {"201247号", "bad_number"},
            {"渝知发〔2012〕47号", "bad_number"},
        },
        [](const std::string& text) { return parse_document_serial(text); });
}

TEST_CASE("announcements without their issuer") {
    const std::string c354 = "国家知识产权局公告第354号";
    check_all(
        {
            {"公告第三五四号", c354},
            {"公告第354号", c354},
            {"公告（第354号）", c354},
            {"公告354号", c354},
            {"354号公告", c354},
            {"第354號", c354},
            {"第三百五十四号公告 (2020-04-17)", c354},
            {"公告2020年第354号", "bad_number"},
            {"354号", "bad_number"},
            {"公告354", "bad_number"},
            {"公告第0号", "bad_number"},
            {"公告第1000号", "bad_number"},
            {"2012年第111号", "bad_number"},  // of AQSIQ
            {"国家知识产权局公告第354号", c354},
            {"国家质检总局公告第354号", "bad_number"},
            {"农业部公告第354号", "bad_number"},
            {"渝知发〔2012〕47号", "bad_number"},
        },
        [](const std::string& text) { return parse_announcement_serial(text); });
}

TEST_CASE("Chinese numerals") {
    const std::vector<std::pair<std::string, int>> good{{"0", 0},
                                                        {"007", 7},
                                                        {"十", 10},
                                                        {"十五", 15},
                                                        {"二十", 20},
                                                        {"三五四", 354},
                                                        {"三百五十四", 354},
                                                        {"一百零二", 102},
                                                        {"一千零二", 1002},
                                                        {"二〇一〇", 2010},
                                                        {"九千九百九十九", 9999}};
    for (const auto& c : good) {
        CAPTURE(c.first);
        CHECK(parse_chinese_integer(c.first) == c.second);
    }
    for (const char* bad : {"", "x", "十十", "十百", "三三百", "百", "一万", "一二三四五", "10000", "三5", "-1"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_chinese_integer(bad).has_value());
    }
}

TEST_CASE("folding is idempotent on any text") {
    CHECK(rc::check([](const std::u32string& noise) {
        std::string text;
        for (const char32_t c : noise) {
            const auto code = c % 0x3100;  // where compatibility characters and combining marks live
            if (code < 0x80) {
                text += static_cast<char>(code);
            } else if (code < 0x800) {
                text += static_cast<char>(0xC0 | (code >> 6));
                text += static_cast<char>(0x80 | (code & 0x3F));
            } else {
                text += static_cast<char>(0xE0 | (code >> 12));
                text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
                text += static_cast<char>(0x80 | (code & 0x3F));
            }
        }
        const auto once = fold_number(text);
        RC_ASSERT(fold_number(once) == once);
        RC_ASSERT(fold_name(fold_name(text)) == fold_name(text));
    }));
    for (const std::string text : {"", " \t", "\u3000\u200B", "\u00A0", "涪", " a", "\u3000榨", "！", "\x01"})
        CHECK_MESSAGE(is_blank(text) == fold_name(text).empty(), text);
    // Plain text takes a short way; one full-width letter sends it the long one.
    CHECK(fold_name(" 涪陵 榨菜\tAb1 ") + "A" == fold_name(" 涪陵 榨菜\tAb1 Ａ"));
    CHECK(fold_name("e \xCC\x81") == "\xC3\xA9");  // a space kept the accent apart
    // Layer upon layer of what a number never has takes no longer than other text.
    for (const char* layer : {"(", "\xC2\xAE", "(R", "。"}) {
        std::string text;
        while (text.size() < 200'000) text += layer;
        CHECK(fold_number(text).size() <= text.size());
    }
    for (const char* nested : {"((R)R)10325554", "“（10325554）。”", "10325554(R)(TM)®"})
        CHECK(fold_number(nested) == "10325554");
}

TEST_CASE("numbers are read as they are copied from certificates and lists") {
    struct Case {
        std::string_view typed, first;
    };
    const Case cases[] = {
        {"10325554", "10325554"},
        {"10325554/33", "10325554/33"},
        {"10325554 33类", "10325554/33"},
        {"10325554第33类", "10325554/33"},
        {"第10325554号第33类", "10325554/33"},
        {"第三十三类　第１０３２５５５４号", "10325554/33"},
        {"10325554（33）", "10325554/33"},
        {"10325554-33", "10325554/33"},
        {"10325554 号", "10325554"},
        {"商标注册证第10325554号", "10325554"},
        {"国际注册第G1630145A号", "G1630145A"},
        {"国际注册第1630145A号", "G1630145A"},
        {"国际注册第1630145号", "G1630145"},
        {"國際註冊號：1630145A", "G1630145A"},
        {"马德里国际注册号1630145H1", "G1630145H1"},
        {"国际注册第1630145A号 第9类", "G1630145A/9"},
        {"International Registration No. 1630145", "G1630145"},
        {"1630145A", "CN1630145A"},
        {"国际注册第10325554号", "10325554"},
        {"10,325,554", "10325554"},
        {"第1，094，857号", "1094857"},
        {"30,111,222 第30类", "30111222/30"},
        {"1,094,85", ""},
        {"1,0948,57", ""},
        {"AGI3244", "AGI03244"},
        {"登记证书编号：agi-3244", "AGI03244"},
        {"专利号：ZL202410204171.X", "202410204171.X"},
        {"专利 ZL 2024 1 0204171.X", "202410204171.X"},
        {"第202410204171.X号", "202410204171.X"},
        {"公开号CN112734678B", "CN112734678B"},
        {"AGI00019号", "AGI00019"},
        {"AGI-00019", "AGI00019"},
        {"证书编号：AGI00019", "AGI00019"},
        {"30111222®", "30111222"},
        {"30111222™", "30111222"},
        {"30111222。", "30111222"},
        {"TM30111222", "30111222"},
        {"申请/注册号：30111222", "30111222"},
        {"商標註冊證第30111222號", "30111222"},
        {"30111222号商标", "30111222"},
        {"第30111222号注册商标", "30111222"},
        {"Reg. No. 30111222", "30111222"},
        {"注册号（30111222）", "30111222"},
        {"商标专用权期限", ""},
        {"ZL202410204171。X", "202410204171.X"},
        {"发明专利申请号 202410204171.X", "202410204171.X"},
        {"CN112734678.B", "CN112734678B"},
        {"CN 112734678 (B)", "CN112734678B"},
        {"CN-112734678-B", "CN112734678B"},
        {"授权公告号：CN112734678B", "CN112734678B"},
        {"农产品地理标志AGI03244", "AGI03244"},
        {"农产品地理标志登记证书编号：AGI03244", "AGI03244"},
        {"地理标志产品保护公告2012年第111号", "国家质检总局公告2012年第111号"},
        {"國家質檢總局公告2012年第111號", "国家质检总局公告2012年第111号"},
        {"涪陵榨菜", ""},
        {"涪陵榨菜20240315", ""},
        {"榨菜 33类", ""},
        {"第33类", ""},
        {"10325554第99类", ""},
        {"", ""},
    };
    for (const Case& c : cases) {
        const auto numbers = typed_numbers(c.typed);
        CHECK_MESSAGE((numbers.empty() ? "" : numbers.front()) == c.first, std::string(c.typed));
    }
    CHECK(without_number_label("文号：渝知发〔2012〕47号") == "渝知发〔2012〕47号");
    CHECK(without_number_label("文號：渝知發〔2012〕47號") == "渝知发〔2012〕47号");
    CHECK(without_number_label("批次 cq-00000000000000aa:11") == "CQ-00000000000000AA:11");
}
