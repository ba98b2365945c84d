/// Measures look-alikes: how many imitations are found among a million marks, how many innocent names are suspected,
/// how long a question takes and how much memory. Not run by ctest.
///   bench_lookalike [marks] [--held-out]     also names what is missed of the held-out part
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "catalog/lookalike/beginnings.hpp"
#include "catalog/lookalike/sign_index.hpp"
#include "catalog/text/encoding.hpp"
#include "tests/support/source_dir.hpp"

using namespace minglu;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t best_of = 10;
constexpr std::size_t innocents_count = 1'000;

struct Imitation {
    std::string sign;
    std::string mark;
};

std::vector<std::string> lines_of(const std::string& file) {
    std::ifstream in(test::source_dir() / file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        if (!line.empty() && line.front() != '#') lines.push_back(line);
    if (lines.empty()) throw std::runtime_error("nothing in " + file);
    return lines;
}

std::vector<Imitation> imitations(const std::string& file) {
    std::vector<Imitation> all;
    for (const std::string& line : lines_of("tests/bench/data/" + file)) {
        const std::size_t tab = line.find('\t');
        all.push_back({line.substr(0, tab), line.substr(tab + 1)});
    }
    return all;
}

/// The names of the sample catalogue and those that are imitated.
std::set<std::string> known_marks(const std::vector<Imitation>& of) {
    std::set<std::string> marks;
    for (const char* file : {"gi_cq", "gi_sc", "trademarks_cq", "trademarks_sc"}) {
        const std::vector<std::string> lines = lines_of(std::string("config/sample/") + file + ".csv");
        for (std::size_t i = 1; i < lines.size(); ++i) marks.insert(lines[i].substr(0, lines[i].find(',')));
    }
    for (const Imitation& one : of) marks.insert(one.mark);
    return marks;
}

/// The 3,755 characters of GB 2312 level 1, in an order of chance: the first are to be the commonest.
std::vector<std::string> common_characters(std::mt19937_64& random) {
    std::vector<std::string> characters;
    for (int row = 0xB0; row <= 0xD7; ++row) {
        for (int cell = 0xA1; cell <= (row == 0xD7 ? 0xF9 : 0xFE); ++cell) {
            const std::string bytes{static_cast<char>(row), static_cast<char>(cell)};
            characters.push_back(to_utf8(bytes, Encoding::gb18030).value());
        }
    }
    std::shuffle(characters.begin(), characters.end(), random);
    return characters;
}

class Marks {
public:
    explicit Marks(std::uint64_t seed) : random_(seed), characters_(common_characters(random_)) {}

    /// Two to four characters, the common ones far more often; one in ten a word of letters.
    std::string next() {
        std::string mark;
        const std::uint64_t kind = random_() % 20;
        if (kind < 2) {
            static constexpr std::string_view consonants = "bcdfghklmnprstvwz";
            static constexpr std::string_view vowels = "aeiou";
            for (std::uint64_t i = 2 + random_() % 3; i > 0; --i) {
                mark.push_back(consonants[random_() % consonants.size()]);
                mark.push_back(vowels[random_() % vowels.size()]);
            }
            return mark;
        }
        for (std::uint64_t i = kind < 9 ? 2 : kind < 16 ? 3 : 4; i > 0; --i) {
            const double share = static_cast<double>(random_() >> 11) / 9007199254740992.0;
            mark += characters_[static_cast<std::size_t>(static_cast<double>(characters_.size()) * share * share)];
        }
        return mark;
    }

private:
    std::mt19937_64 random_;
    std::vector<std::string> characters_;
};

/// Names as new firms choose them: a place or mood and a thing.
std::vector<std::string> innocents() {
    const std::vector<std::string> first{"锦绣", "巴山", "蜀道", "渝都", "云岭", "青禾", "明月", "竹溪",
                                         "长滩", "古渡", "松涛", "梅岭", "晨曦", "望江", "听雨", "归田",
                                         "四方", "同心", "百年", "清泉", "翠屏", "金沙", "石桥", "银杏",
                                         "远山", "春晓", "秋实", "和顺", "聚福", "安居"};
    const std::vector<std::string> second{"小镇", "人家", "记忆", "牧场", "工坊", "茶舍", "书院", "食府", "果园",
                                          "酒肆", "绣庄", "印象", "田园", "药房", "乐器", "机电", "软件", "物流",
                                          "家具", "陶艺", "米业", "养生", "影视", "童装", "园艺", "咖啡", "酱园",
                                          "面馆", "建材", "教育", "风华", "流芳", "永固", "新知"};
    std::vector<std::string> names;
    for (std::size_t i = 0; names.size() < innocents_count; ++i)
        names.push_back(first[i % first.size()] + second[(i / first.size() + i * 7) % second.size()]);
    return names;
}

/// The same names, as lists of goods write them: with what the thing is behind them.
std::vector<std::string> with_goods(const std::vector<std::string>& names) {
    const std::vector<std::string> goods{"方便面", "白酒500ml", "辣椒酱",   "运动鞋",
                                         "牛肉干", "洗发水",    "茶叶礼盒", "连衣裙"};
    std::vector<std::string> out;
    for (std::size_t i = 0; i < names.size(); ++i) out.push_back(names[i] + goods[i % goods.size()]);
    return out;
}

/// The best of the whole sign, or else of its beginnings: as the product asks.
std::vector<LookalikeCandidate> best(const SignIndex& index, const std::string& sign, std::size_t limit) {
    std::vector<LookalikeCandidate> found;
    LookalikeQuery query;
    query.limit = limit;
    const auto take = [&](const LookalikeCandidate& candidate) {
        found.push_back(candidate);
        return true;
    };
    index.find(SignComparer(sign_of(sign)), query, take);
    if (!found.empty()) return found;
    for (const Beginning& beginning : beginnings_of(sign)) {
        query.score_min = beginning.score_min(lookalike_score_default);
        index.find(SignComparer(beginning.sign), query, take);
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    if (found.size() > limit) found.resize(limit);
    return found;
}

struct Recall {
    std::size_t found = 0;
    std::size_t all = 0;
};

void print(const char* what, const Recall& recall) {
    std::printf("%-44s %zu of %zu = %.3f\n", what, recall.found, recall.all,
                static_cast<double>(recall.found) / static_cast<double>(recall.all));
}

void measure_recall(const char* what, const SignIndex& index, const std::vector<Imitation>& cases, bool name_held_out) {
    Recall tuned;
    Recall held_out;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const bool held = i % 3 == 2;
        Recall& recall = held ? held_out : tuned;
        const std::u32string wanted = sign_of(cases[i].mark).units;
        const auto found = best(index, cases[i].sign, best_of);
        const bool hit = std::any_of(found.begin(), found.end(), [&](const auto& one) { return one.units == wanted; });
        ++recall.all;
        recall.found += hit ? 1u : 0u;
        if (!hit && (!held || name_held_out))
            std::printf("  missed: %s / %s, score %d\n", cases[i].sign.c_str(), cases[i].mark.c_str(),
                        compare_signs(cases[i].sign, cases[i].mark).score);
    }
    std::printf("%s\n", what);
    print("recall@10, tuned on", tuned);
    print("recall@10, held out", held_out);
}

void measure_false_alarms(const char* what, const SignIndex& index, const std::vector<std::string>& names) {
    std::size_t alarms = 0;
    for (const std::string& name : names) alarms += best(index, name, 1).empty() ? 0u : 1u;
    std::printf("%-44s %zu of %zu names\n", what, alarms, names.size());
}

/// Processor time of this process: other programs on the machine distort it less than wall time.
double processor_ms() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

double wall_ms() {
    return std::chrono::duration<double, std::milli>(SteadyClock::now().time_since_epoch()).count();
}

void print_times(const char* what, std::vector<double> ms) {
    double all = 0;
    for (const double one : ms) all += one;
    std::sort(ms.begin(), ms.end());
    std::printf("%-44s p50 %.2f ms, p99 %.2f ms, %.0f signs/s\n", what, ms[ms.size() / 2], ms[ms.size() * 99 / 100],
                1e3 * static_cast<double>(ms.size()) / all);
}

void measure_time(const SignIndex& index, const std::vector<std::string>& signs) {
    std::vector<double> wall;
    std::vector<double> processor;
    for (const std::string& sign : signs) {
        const double wall_start = wall_ms();
        const double processor_start = processor_ms();
        (void)best(index, sign, 20);
        processor.push_back(processor_ms() - processor_start);
        wall.push_back(wall_ms() - wall_start);
    }
    print_times("question, processor time", processor);
    print_times("question, wall time", wall);
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t marks = 1'000'000;
    bool name_held_out = false;
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--held-out")
            name_held_out = true;
        else
            marks = std::stoul(argv[i]);
    }
    const std::vector<Imitation> cases = imitations("imitations.tsv");
    const std::vector<Imitation> goods = imitations("imitations_of_goods.tsv");
    const std::vector<std::string> names = innocents();
    SignIndex known;
    SignIndex all;
    std::int64_t no = 0;
    const auto start = SteadyClock::now();
    for (const std::string& mark : known_marks(cases)) {
        known.add(EntryNo{++no}, Kind::trademark, mark);
        all.add(EntryNo{no}, Kind::trademark, mark);
    }
    std::printf("%zu imitations of %zu marks, and the sample catalogue\n", cases.size(), known.size());
    Marks generated{1};
    for (std::size_t i = 0; i < marks; ++i) all.add(EntryNo{++no}, Kind::trademark, generated.next());
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("%zu marks indexed in %.1f s, %zu MB; peak memory %ld MB\n", all.size(),
                std::chrono::duration<double>(SteadyClock::now() - start).count(), all.bytes() / 1'000'000,
                usage.ru_maxrss / 1024);
    measure_recall("signs alone", all, cases, name_held_out);
    measure_recall("signs with the name of the goods", all, goods, name_held_out);
    measure_false_alarms("suspected beside the known marks", known, names);
    measure_false_alarms("suspected beside all marks", all, names);
    const std::vector<std::string> goods_names = with_goods(names);
    measure_false_alarms("with goods, beside the known marks", known, goods_names);
    measure_false_alarms("with goods, beside all marks", all, goods_names);
    std::vector<std::string> signs = names;
    for (const Imitation& one : cases) signs.push_back(one.sign);
    measure_time(all, signs);
    measure_time(all, goods_names);
    return 0;
}
