#include "tests/bench/search/corpus.hpp"

#include <ostream>
#include <vector>

#include "catalog/text/utf8.hpp"

namespace minglu::bench {
namespace {

const std::vector<std::string> places{"重庆", "涪陵", "江津", "合川", "永川", "万州", "成都", "泸州",
                                      "宜宾", "绵阳", "南充", "达州", "乐山", "眉山", "自贡", "德阳"};
const std::vector<std::string> things{"榨菜", "花椒", "白酒", "柑橘", "茶叶", "豆瓣", "火锅底料", "腊肉",
                                      "辣椒", "竹荪", "米粉", "桃片", "麻花", "丝绸", "夏布",     "酱油"};
const std::vector<std::string> trades{"食品", "酒业", "茶业", "农业发展", "生物科技", "实业", "商贸", "调味品"};

const std::string& one_of(const std::vector<std::string>& list, std::mt19937_64& random) {
    return list[random() % list.size()];
}

}  // namespace

std::string characters(int count, std::mt19937_64& random) {
    std::string out;
    for (; count > 0; --count) {
        const double share = static_cast<double>(random() >> 11) / 9007199254740992.0;
        append_utf8(out, 0x4E00 + static_cast<char32_t>(3000 * share * share));
    }
    return out;
}

Made made(std::size_t i) {
    std::mt19937_64 random{i * 2654435761u + 17};
    Made made;
    made.number = std::to_string(10'000'000 + i);
    const std::string own = characters(2 + static_cast<int>(random() % 2), random);
    made.name = (random() % 3 == 0 ? one_of(places, random) : std::string()) + own + one_of(things, random);
    for (int goods = 0; goods < 8; ++goods)
        made.goods += (goods > 0 ? "；" : "") + one_of(things, random) + characters(2, random);
    made.holder = one_of(places, random) + "市" + own + one_of(trades, random) + "有限公司";
    made.region = i % 2 == 0 ? "500102" : "510100";
    made.ended = i % 7 == 0;
    return made;
}

EntryViews views_of(std::size_t i) {
    const Made entry = made(i);
    EntryViews views;
    views.key = EntryKey{"trademark/" + entry.number + "/30"};
    views.etag.raise(LogId{"cq-00000000000000aa"}, Seq{i / 10'000 + 1});
    views.trie_leaf = sha256({views.key.value()});
    Period& period = views.periods.emplace_back();
    period.from = Day{15'000};
    period.name = entry.name;
    period.listing = "listed";
    period.legal_status = entry.ended ? "not_renewed" : "registered";
    period.region = entry.region;
    period.home = "cq";
    period.view = R"({"goods":")" + entry.goods + R"(","holders":[{"name":")" + entry.holder +
                  R"(","role":"holder"}],"home":"cq","listing":"listed","name":")" + entry.name + R"(","region":")" +
                  entry.region + R"(","status":")" + period.legal_status + R"("})";
    return views;
}

void write_csv(std::ostream& out, std::size_t entries) {
    out << "商标,商标注册号,类别,权利人,地区,核定商品,法律状态\n";
    for (std::size_t i = 0; i < entries; ++i) {
        const Made entry = made(i);
        out << entry.name << ',' << entry.number << ",30," << entry.holder << ','
            << (entry.region == "500102" ? "重庆市涪陵区" : "四川省成都市") << ',' << entry.goods << ','
            << (entry.ended ? "not_renewed" : "registered") << '\n';
    }
}

}  // namespace minglu::bench
