// What a text in the search box means for an entry.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "catalog/search/plan.hpp"
#include "catalog/text/terms.hpp"
#include "tests/support/source_dir.hpp"

using namespace minglu;

namespace {

/// The best meaning for an entry, and that its terms lead there; "" when there is none.
std::string_view match(std::string_view query, std::string_view key, std::string_view view, bool fuzzy = false) {
    const EntryKey entry{std::string(key)};
    const SearchPlan plan{query, fuzzy};
    const auto found = plan.class_of(Candidate{entry, view});
    if (!found) return "";
    const auto terms = index_terms(entry, view);
    for (const EntryQuery::Term& term : plan.classes()[*found].terms) {
        const bool held = std::any_of(terms.begin(), terms.end(), [&](const std::string& have) {
            return term.prefix ? have.starts_with(term.text) : have == term.text;
        });
        CHECK_MESSAGE(held, std::string(query), " needs ", term.text);
    }
    return name(plan.classes()[*found].match);
}

std::string named(std::string_view name) {
    return R"({"listing":"listed","name":")" + std::string(name) + R"("})";
}

}  // namespace

TEST_CASE("what was typed is told from the entry") {
    constexpr std::string_view key = "trademark/3620284/30";
    constexpr std::string_view view =
        R"({"goods":"榨菜；酱菜","holders":[{"credit_code":"91110108551385082Q","name":"重庆市涪陵榨菜集团股份有限公司","role":"holder"}],)"
        R"("listing":"listed","name":"烏江 WuJiang","notes":"老字号","region_name":"涪陵区"})";
    struct Case {
        std::string_view query, match;
    };
    const Case cases[] = {
        {"3620284", "number"},
        {"第3620284号", "number"},
        {"3620284/30", "number"},
        {"3620284 30类", "number"},
        {"3620284 30", "number"},
        {"第30类 3620284", "number"},
        {"第３０类　第3620284号", "number"},
        {"3620284 31类", ""},
        {"3620284第30类", "number"},
        {"第3620284号第30类", "number"},
        {"3620284（30）", "number"},
        {"3620284-30", "number"},
        {"3620284 号", "number"},
        {"注册号3620284", "number"},
        {"商标注册号：3620284", "number"},
        {"商标注册证号：第3620284号 第三十类", "number"},
        {"No.3620284", "number"},
        {"№ 3620284", "number"},
        {"统一社会信用代码：91110108551385082Q", "number"},
        {"3620284第31类", ""},
        {"trademark/3620284/30", "number"},
        {"91110108551385082Q", "number"},
        {"9111 0108 5513 8508 2Ｑ", "number"},
        {"9I1IOI08551385O82Q", "number"},
        {"统一社会信用代码 91110108-551385082q", "number"},
        {"3,620,284", "number"},
        {"36202", "number_start"},
        {"乌江 wujiang", "name"},
        {"烏江ＷＵＪＩＡＮＧ", "name"},
        {"乌江", "name_start"},
        {"乌", "name_start"},
        {"江", "name_part"},
        {"江wu", "name_part"},
        {"wujiang", "name_part"},
        {"wuj", "name_part"},
        {"jiang", "sound_part"},
        {"wj", "sound_start"},
        {"榨菜集团", "text_part"},
        {"榨菜", "text_part"},
        {"老字号", "text_part"},
        {"榨菜 乌江", "all_words"},
        {"榨菜、乌江", "all_words"},
        {"涪陵 3620284", "all_words"},
        {"集 江 号", "all_words"},
        {"榨菜 五粮液", ""},
        {"菜酱", ""},
        {"iang", ""},
        {"郎", ""},
    };
    for (const Case& c : cases) CHECK_MESSAGE(match(c.query, key, view) == c.match, std::string(c.query));
}

TEST_CASE("names are found by their sound") {
    struct Case {
        std::string_view name, query, match;
        bool fuzzy = false;
    };
    const Case cases[] = {
        {"涪陵榨菜", "fulingzhacai", "sound"},
        {"涪陵榨菜", "fu ling zha cai", "sound"},
        {"涪陵榨菜", "fúlíng zhàcài", "sound"},
        {"涪陵榨菜", "fu2ling2zha4cai4", "sound"},
        {"涪陵榨菜", "FULINGZHACAI", "sound"},
        {"涪陵榨菜", "flzc", "sound"},
        {"涪陵榨菜", "f l zh c", "sound"},
        {"涪陵榨菜", "fulingzc", "sound"},
        {"涪陵榨菜", "涪陵zhacai", "sound"},
        {"涪陵榨菜", "涪陵zc", "sound"},
        {"涪陵榨菜", "fuling榨菜", "sound"},
        {"涪陵榨菜", "fulingzhac", "sound"},
        {"涪陵榨菜", "zhacai", "sound_part"},
        {"涪陵榨菜", "lingzha", "sound_part"},
        {"涪陵榨菜", "zc", "sound_part"},
        {"涪陵榨菜", "fulinzhacai", ""},
        {"涪陵榨菜", "fulinzacai", "sound", true},
        {"涪陵榨菜", "hulinzacai", "sound", true},
        {"涪陵榨菜", "zhafuling", ""},
        {"重庆火锅", "chongqinghuoguo", "sound"},
        {"重庆火锅", "zhongqing", "sound_start"},
        {"重庆火锅", "chongqin", "sound_start"},
        {"犍为茉莉", "qianwei", "sound_start"},
        {"犍为茉莉", "jianwei", "sound_start"},
        {"六安瓜片", "luan", "sound_start"},
        {"六安瓜片", "lu'an", "sound_start"},
        {"六安瓜片", "liuanguapian", "sound"},
        {"长寿柚", "changshouyou", "sound"},
        {"西安", "xi'an", "sound"},
        {"西安", "xian", "sound"},
        {"绿茶", "lvcha", "sound"},
        {"绿茶", "lücha", "sound"},
        {"绿茶", "lǜchá", "sound"},
        {"绿茶", "lvca", "sound", true},
        {"绿茶", "lucha", "sound"},
        {"绿茶", "lyucha", "sound"},
        {"绿茶", "luc", "sound"},
        {"炉茶", "lvcha", ""},
        {"炉茶", "lyucha", ""},
        {"吕洞宾", "ludongbin", "sound"},
        {"吕洞宾", "lyudongbin", "sound"},
        {"女儿红", "nverhong", "sound"},
        {"女儿红", "nyuerhong", "sound"},
        {"女儿红", "nuerhong", "sound"},
        {"女儿红", "luerhon", "sound", true},
        {"侵略者", "qinluezhe", "sound"},
        {"侵略者", "qinlvezhe", "sound"},
        {"侵略者", "qinlyuezhe", "sound"},
        {"牛栏山", "liulanshan", "sound", true},
        {"牛栏山", "liulanshan", ""},
        {"豆瓣醬", "doubanjiang", "sound"},
        {"一种涪陵榨菜的制作方法", "zhacai", "sound_part"},
        {"𬭎图", "hongtu", "sound"},
        {"𬭎图", "ht", "sound"},
        {"𠅤记", "xiji", "sound"},
        {"䳏牌", "guipai", "sound"},  // its simplified form has no reading of its own
        {"䫼䉲䦘", "xuemixian", "sound"},
        {"二〇〇八", "erlinglingba", "sound"},
        {"二〇〇八", "二零零八", "name"},
        {"二零零八", "二○○八", "name"},
        {"国窖1573", "guojiao1573", "sound"},
        {"国窖1573", "guojiao 1573", "sound"},
        {"国窖1573", "guójiào1573", "sound"},
        {"国窖1573", "guo2jiao41573", ""},
        {"国窖1573", "guo2 jiao4 1573", "sound"},
        {"国窖1573", "gj1573", "sound"},
        {"国窖1573", "GJ 1573", "sound"},
        {"国窖1573", "guoj1573", "sound"},
        {"国窖1573", "国j1573", "sound"},
        {"国窖1573", "guo窖1573", "sound"},
        {"国窖1573", "jiao1573", "sound_part"},
        {"国窖1573", "guojiao15", "sound_start"},
        {"国窖1573", "guojiao573", ""},
        {"国窖1573", "guojiao1574", ""},
        {"国窖1573中国品味", "gj1573zgpw", "sound"},
        {"国窖1573中国品味", "guojiao1573zhongguo", "sound_start"},
        {"1573国窖", "1573guojiao", "sound"},
        {"1573国窖", "1573gj", "sound"},
        {"五粮液", "5liangye", "sound"},
        {"5粮液", "5liangye", "sound"},
        {"二零零八年", "2008nian", "sound"},
        {"7-Up七喜", "7upqixi", "sound"},
        {"7-Up七喜", "7 up qixi", "sound"},
        {"7-Up七喜", "7upqi", "sound_start"},
        {"七喜7UP", "qixi7up", "sound"},
        {"七喜7UP", "qixi up", ""},
        {"SKF轴承", "skfzhoucheng", "sound"},
        {"SKF轴承", "skf zhoucheng", "sound"},
        {"VIVO手机", "vivoshouji", "sound"},
        {"OPPO七喜", "oppoqixi", "sound"},
        {"NIKE鞋", "nikexie", ""},  // read as pinyin all through
        {"NIKE鞋", "nike xie", "sound"},
        {"五粮液VIP", "wuliangyevip", "sound"},
        {"Müller七喜", "müller qixi", "sound"},
        {"渝农3号", "yunong3hao", "sound"},
        {"渝农3号", "yn3h", "sound"},
        {"渝农号", "yunong3hao", "sound"},
        // Folded to a character that is read otherwise: both ways.
        {"乾汇", "qianhui", "sound"},
        {"乾汇", "ganhui", "sound"},
        {"乾汇", "qh", "sound"},
        {"乾汇", "乾hui", "sound"},
        {"乾汇", "qian汇", "sound"},
        {"乾汇", "干汇", "name"},
        {"干汇", "乾汇", "name"},
        {"干汇", "qianhui", ""},
        {"乾盛源", "qsy", "sound"},
        {"SKF 乾泰", "qiantai", "sound_part"},
        {"Ｓé 乾泰", "qiantai", "sound_part"},
        {"Müller乾泰", "mullerqiantai", "sound"},
        {"著香", "zhuxiang", "sound"},
        {"著香", "zhexiang", "sound"},
        {"重慶乾豐", "chongqingqianfeng", "sound"},
        {"麽麽茶", "momocha", "sound"},
        {"江小白", "x", ""},
        {"Lang", "lang", "name"},
    };
    for (const Case& c : cases)
        CHECK_MESSAGE(match(c.query, "gi/AGI01459", named(c.name), c.fuzzy) == c.match, std::string(c.name), " by ",
                      std::string(c.query));
}

TEST_CASE("Latin names are found closed up and apart") {
    struct Case {
        std::string_view name, query, match;
    };
    const Case cases[] = {
        {"Coca-Cola", "cocacola", "name"},
        {"Coca-Cola", "COCA COLA", "name"},
        {"CocaCola", "coca-cola", "name"},
        {"Coca-Cola", "coca", "name_start"},
        {"Coca-Cola", "cocac", "name_start"},
        {"Coca-Cola 可口可乐", "cocacola", "name_start"},
        {"可口可乐 Coca-Cola", "cocacola", "name_part"},
        {"可口可乐 Coca-Cola", "可口可乐cocac", "name_start"},
        {"7-Eleven", "7eleven", "name"},
        {"7-ELEVEN便利店", "7eleven便利店", "name"},
        {"7ELEVEN", "7 eleven", "name"},
        {"Miss Dior", "missdior", "name"},
        {"Miss Dior Blooming Bouquet", "diorblooming", "name_part"},
        {"Miss Dior Blooming Bouquet", "dior blooming", "name_part"},
        {"Miss Dior Blooming Bouquet", "dior bloomingb", "name_part"},
        {"WULIANGYE", "wu liang ye", "name"},
        {"WULIANGYE五粮液", "wu liang ye", "name_start"},
        {"La Vie Claire", "viecla", "name_part"},
        {"La Vie Claire", "ieclaire", ""},
        {"La Vie Claire", "lavie clai", "name_start"},
        {"La Vie Claire", "vielaire", ""},
        {"Café Müller", "cafe", "name_start"},
        {"Café Müller", "CAFE MULLER", "name"},
        {"Café Müller", "cafemull", "name_start"},
        {"Café Müller", "Cafe\xCC\x81 Mu\xCC\x88ller", "name"},
        {"Cafe Muller", "café müller", "name"},
        {"Señor Ñandú", "senor nandu", "name"},
        {"Société Générale de Surveillance Internationale", "generale de", "name_part"},
        {"Société Générale de Surveillance Internationale", "générale desurveillanceinternationale", "name_part"},
        {"Société Générale de Surveillance Internationale", "sociétégénéraledesurveillanceinter", "name_start"},
    };
    for (const Case& c : cases)
        CHECK_MESSAGE(match(c.query, "gi/AGI01459", named(c.name)) == c.match, std::string(c.name), " by ",
                      std::string(c.query));
}

TEST_CASE("names of the region are found by how they are read") {
    std::ifstream file(test::source_dir() / "tests/unit/catalog/names_read.tsv");
    std::size_t names = 0;
    std::size_t found = 0;
    std::size_t by_initials = 0;
    std::size_t read_right = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        const std::string name = line.substr(0, line.find('\t'));
        const std::string reading = line.substr(name.size() + 1);
        std::string initials;
        for (std::size_t i = 0; i < reading.size(); ++i)
            if (i == 0 || reading[i - 1] == ' ') initials.push_back(reading[i]);
        std::string first;
        for (const Sound& sound : sounds_of(name))
            first += (first.empty() ? "" : " ") + std::string(minglu::name(sound.readings().front()));
        ++names;
        std::string joined = reading;
        std::erase(joined, ' ');
        const bool heard = match(joined, "gi/AGI01459", named(name)) == "sound";
        found += heard ? 1u : 0u;
        by_initials += match(initials, "gi/AGI01459", named(name)) == "sound" ? 1u : 0u;
        read_right += first == reading ? 1u : 0u;
        CHECK_MESSAGE(heard, name, " by ", joined);
    }
    MESSAGE(names, " names: found by pinyin ", found, ", by initials ", by_initials, ", first reading right ",
            read_right);
    CHECK(names >= 500);
    CHECK(found == names);
    CHECK(by_initials == names);
    CHECK(read_right * 100 >= names * 97);
}

TEST_CASE("any length of text is planned within bounds") {
    std::string pasted;
    for (int i = 0; i < 40; ++i) pasted += "涪陵榨菜集";
    const SearchPlan long_text{pasted};
    std::string words;
    for (int i = 0; i < 80; ++i) words += "词" + std::to_string(i) + " ";
    const SearchPlan many_words{words};
    std::string letters(900, 'a');
    const SearchPlan many_letters{letters};
    for (const SearchPlan* plan : {&long_text, &many_words, &many_letters}) {
        CHECK(plan->classes().size() <= 24);
        for (const SearchClass& wanted : plan->classes()) CHECK(wanted.terms.size() <= 24);
        CHECK(plan->pieces().size() <= 16);
    }
    CHECK_FALSE(long_text.pieces().empty());
    CHECK_FALSE(many_words.pieces().empty());
}

TEST_CASE("letters that can be parted in more ways than anybody can wait for are parted in bounded time") {
    for (const char* const row : {"a", "n", "e", "zh", "an", "zhuang"})
        for (std::size_t letters = 1; letters <= 60; ++letters) {
            std::string typed;
            while (typed.size() < letters) typed += row;
            CHECK(SearchPlan{") " + typed + ")", true}.classes().size() <= 24);
        }
    CHECK(match("aaaaaaaaaaaaaaaaaaaaaaaa", "gi/AGI1", named("啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊")) ==
          "sound");
}

TEST_CASE("what stands on a packet is looked for in pieces") {
    const auto pieces = [](std::string_view query) {
        std::string out;
        const SearchPlan plan(query);
        for (const SearchWord& piece : plan.pieces()) out += piece.text + "/";
        return out + std::to_string(plan.pieces_least());
    };
    CHECK(pieces("老干妈280g") == "老干妈/1");
    CHECK(pieces("五粮液52度") == "五粮液/1");
    CHECK(pieces("康师傅280克") == "康师傅/1");
    CHECK(pieces("K康师傅") == "康师傅/1");
    CHECK(pieces("MES刀具") == "mes/刀具/2");
    CHECK(pieces("榨菜涪陵") == "榨菜/菜涪/涪陵/2");
    CHECK(pieces("乌江涪陵榨菜80g") == "乌江/江涪/涪陵/陵榨/榨菜/2");
    CHECK(pieces("涪陵 榨菜") == "涪陵/榨菜/1");
    CHECK(pieces("江小白500ml 40度") == "江小白/40度/1");
    CHECK(pieces("老干妈280g 两瓶") == "老干妈/两瓶/1");
    CHECK(pieces("老干妈") == "1");
    CHECK(pieces("cocacola") == "1");
}

TEST_CASE("numbers are found however they were shortened") {
    constexpr std::string_view mark = R"({"listing":"listed","name":"甲"})";
    CHECK(match("1630145A", "trademark/G1630145A/9", mark) == "number");
    CHECK(match("1630145a 第9类", "trademark/G1630145A/9", mark) == "number");
    CHECK(match("1630145A 第8类", "trademark/G1630145A/9", mark) == "");
    CHECK(match("1630145", "trademark/G1630145/9", mark) == "number");
    CHECK(match("国际注册第1630145A号", "trademark/G1630145A/9", mark) == "number");
    CHECK(match("国际注册第1630145号", "trademark/1630145/9", mark) == "number");
    CHECK(match("国际注册第1630145号", "trademark/G1630145A/9", mark) == "number_start");
    CHECK(match("1630145", "trademark/G1630145H1/9", mark) == "number_start");
    CHECK(match("1630145A", "trademark/G1630145/9", mark) == "");
    CHECK(match("26529741", "trademark/26529741A/9", mark) == "number_start");
    CHECK(match("公告第354号", "gi/乙", R"({"announcement_number":"国家知识产权局公告第354号"})") == "number");
    CHECK(match("公告第354号", "gi/乙", R"({"announcement_number":"国家质检总局公告2012年第354号"})") == "");
    CHECK(match("112734678", "patent/CN112734678B", mark) == "number_start");
    CHECK(match("112734679", "patent/CN112734678B", mark) == "");
    CHECK(match("agi 3244", "gi/AGI03244", mark) == "number");
}

TEST_CASE("a publication number is looked for as it is, then as any publication of the application") {
    const SearchPlan plan("公开号CN112734678A");
    REQUIRE(plan.classes().size() >= 2);
    CHECK(plan.classes()[0].match == Match::number);
    CHECK(plan.classes()[0].words.front().number == "#cn112734678a");
    CHECK(plan.classes()[1].match == Match::number_start);
    CHECK(plan.classes()[1].words.front().number == "#cn112734678");
    CHECK(plan.settling_classes() == 1);
}
