/// Measures the search box in process: filing entries, then queries of each kind, beside SQLite's FTS5 with trigrams on
/// the same texts. Not run by ctest.
///   bench_search [entries] [folder]
#include <sqlite3.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "catalog/search/explain.hpp"
#include "catalog/search/facets.hpp"
#include "catalog/text/terms.hpp"
#include "src/store/sqlite/sqlite_store.hpp"

using namespace minglu;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t entries_per_commit = 10'000;
constexpr int rounds = 300;
const Day today{20'600};

double us_since(SteadyClock::time_point start) {
    return std::chrono::duration<double, std::micro>(SteadyClock::now() - start).count();
}

/// Processor time of this process: other programs on the machine distort it less than wall time.
double processor_s() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// ----------------------------------------------------------------------------------------------------------- entries

const std::vector<std::string> places{"重庆", "涪陵", "江津", "合川", "永川", "万州", "成都", "泸州",
                                      "宜宾", "绵阳", "南充", "达州", "乐山", "眉山", "自贡", "德阳"};
const std::vector<std::string> things{"榨菜", "花椒", "白酒", "柑橘", "茶叶", "豆瓣", "火锅底料", "腊肉",
                                      "辣椒", "竹荪", "米粉", "桃片", "麻花", "丝绸", "夏布",     "酱油"};
const std::vector<std::string> trades{"食品", "酒业", "茶业", "农业发展", "生物科技", "实业", "商贸", "调味品"};

const std::string& one_of(const std::vector<std::string>& list, std::mt19937_64& random) {
    return list[random() % list.size()];
}

/// One of 3,000 characters, the first of them far more often.
std::string characters(int count, std::mt19937_64& random) {
    std::string out;
    for (; count > 0; --count) {
        const double share = static_cast<double>(random() >> 11) / 9007199254740992.0;
        append_utf8(out, 0x4E00 + static_cast<char32_t>(3000 * share * share));
    }
    return out;
}

struct Made {
    std::string number, name, goods, holder;
};

Made make(std::size_t i) {
    std::mt19937_64 random{i * 2654435761u + 17};
    Made made;
    made.number = std::to_string(10'000'000 + i);
    const std::string own = characters(2 + static_cast<int>(random() % 2), random);
    made.name = (random() % 3 == 0 ? one_of(places, random) : std::string()) + own + one_of(things, random);
    for (int goods = 0; goods < 8; ++goods)
        made.goods += (goods > 0 ? "；" : "") + one_of(things, random) + characters(2, random);
    made.holder = one_of(places, random) + "市" + own + one_of(trades, random) + "有限公司";
    return made;
}

EntryViews views_of(std::size_t i) {
    const Made made = make(i);
    EntryViews views;
    views.key = EntryKey{"trademark/" + made.number + "/30"};
    views.etag.raise(LogId{"cq-00000000000000aa"}, Seq{i / entries_per_commit + 1});
    views.trie_leaf = sha256({views.key.value()});
    Period& period = views.periods.emplace_back();
    period.from = Day{15'000};
    period.name = made.name;
    period.listing = i % 50 == 0 ? "removed" : "listed";
    period.legal_status = i % 7 == 0 ? "not_renewed" : "registered";
    period.region = i % 2 == 0 ? "500102" : "510100";
    period.home = i % 2 == 0 ? "cq" : "sc";
    period.view = R"({"goods":")" + made.goods + R"(","holders":[{"name":")" + made.holder +
                  R"(","role":"holder"}],"home":")" + period.home + R"(","listing":")" + period.listing +
                  R"(","name":")" + made.name + R"(","region":")" + period.region + R"(","status":")" +
                  period.legal_status + R"("})";
    return views;
}

// ----------------------------------------------------------------------------------------------------------- the
// others

/// FTS5 with its trigram tokenizer, one row of text for each entry; the best 20 are the first 20.
class Trigrams {
public:
    explicit Trigrams(const std::filesystem::path& file) {
        check(sqlite3_open(file.c_str(), &database_));
        run("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -50000;"
            "CREATE VIRTUAL TABLE t USING fts5(text, tokenize = 'trigram')");
    }
    ~Trigrams() { sqlite3_close(database_); }
    Trigrams(const Trigrams&) = delete;
    Trigrams& operator=(const Trigrams&) = delete;

    void fill(std::size_t entries) {
        run("BEGIN");
        sqlite3_stmt* insert = nullptr;
        check(sqlite3_prepare_v2(database_, "INSERT INTO t (text) VALUES (?)", -1, &insert, nullptr));
        for (std::size_t i = 0; i < entries; ++i) {
            const Made made = make(i);
            const std::string text = made.number + " " + made.name + " " + made.goods + " " + made.holder;
            sqlite3_bind_text(insert, 1, text.c_str(), -1, SQLITE_TRANSIENT);
            sqlite3_step(insert);
            sqlite3_reset(insert);
        }
        sqlite3_finalize(insert);
        run("COMMIT");
    }
    /// Words with at least three characters by the index, others by looking at every row.
    std::size_t find(const std::vector<std::string>& words) {
        std::string match;
        for (const std::string& word : words) match += "\"" + word + "\" ";
        const bool indexed =
            std::all_of(words.begin(), words.end(), [](const std::string& w) { return w.size() >= 9 || w[0] > 0; });
        sqlite3_stmt* query = nullptr;
        check(sqlite3_prepare_v2(database_,
                                 indexed ? "SELECT rowid, text FROM t WHERE t MATCH ? LIMIT 20"
                                         : "SELECT rowid, text FROM t WHERE text LIKE ? LIMIT 20",
                                 -1, &query, nullptr));
        const std::string like = "%" + words[0] + "%";
        sqlite3_bind_text(query, 1, (indexed ? match : like).c_str(), -1, SQLITE_TRANSIENT);
        std::size_t rows = 0;
        while (sqlite3_step(query) == SQLITE_ROW) ++rows;
        sqlite3_finalize(query);
        return rows;
    }

private:
    void run(const char* sql) { check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr)); }
    void check(int code) {
        if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(database_));
    }
    sqlite3* database_ = nullptr;
};

// --------------------------------------------------------------------------------------------------------------
// queries

struct Figures {
    double p50 = 0, p99 = 0, hits = 0;
};

template <class Action>
Figures measure(int count, const Action& action) {
    std::vector<double> us;
    double hits = 0;
    for (int round = 0; round < count; ++round) {
        const auto start = SteadyClock::now();
        hits += static_cast<double>(action(round));
        us.push_back(us_since(start));
    }
    std::sort(us.begin(), us.end());
    return {us[us.size() / 2], us[us.size() * 99 / 100], hits / count};
}

class Bench {
public:
    Bench(Store& store, Trigrams& trigrams, std::size_t entries)
        : store_(store), trigrams_(trigrams), entries_(entries) {}

    /// `words`: what FTS5 is asked for instead; none: it cannot be asked.
    void row(const char* what, const std::function<std::string(std::mt19937_64&)>& text,
             const std::function<std::vector<std::string>(const std::string&)>& words = {}) {
        std::vector<std::string> texts;
        std::mt19937_64 random{7};
        for (int i = 0; i < rounds; ++i) texts.push_back(text(random));
        const Figures ours = measure(rounds, [&](int i) { return search(texts[static_cast<std::size_t>(i)]); });
        std::printf("%-30s p50 %8.3f ms  p99 %8.3f ms  %5.1f hits", what, ours.p50 / 1e3, ours.p99 / 1e3, ours.hits);
        if (words) {
            // Rows that are scanned take long: fewer of them.
            const bool scanned = words(texts[0])[0].size() < 9 && words(texts[0])[0][0] < 0;
            const Figures theirs = measure(scanned ? 30 : rounds, [&](int i) {
                return trigrams_.find(words(texts[static_cast<std::size_t>(i)]));
            });
            if (theirs.hits == 0) {
                std::printf("   FTS5 finds nothing");
            } else {
                std::printf("   FTS5 p50 %8.3f  p99 %8.3f ms: %.1f x, %.1f x", theirs.p50 / 1e3, theirs.p99 / 1e3,
                            theirs.p50 / ours.p50, theirs.p99 / ours.p99);
            }
        }
        std::printf("\n");
        std::fflush(stdout);
    }
    void counts(const char* what, const std::string& text) {
        const Figures ours = measure(20, [&](int) {
            const auto tx = store_.read();
            return count_facets(planned(text), source(*tx)).entries;
        });
        std::printf("%-30s p50 %8.3f ms  p99 %8.3f ms  %5.0f counted\n", what, ours.p50 / 1e3, ours.p99 / 1e3,
                    ours.hits);
    }
    [[nodiscard]] std::size_t entries() const { return entries_; }

private:
    static EntrySource source(const ReadTx& tx) {
        return [&tx](const EntryQuery& query) { return tx.query(query); };
    }
    static RankedSearch planned(const std::string& text) {
        EntryQuery filters;
        filters.as_of = today;
        return {SearchPlan(text), filters, {}};
    }
    /// As a handler does it: plan, page, reasons.
    std::size_t search(const std::string& text) {
        const RankedSearch search = planned(text);
        const auto tx = store_.read();
        const SearchPage page = search.page(source(*tx), {}, 20);
        for (const FoundEntry& found : page.found) (void)explain(search.plan(), found);
        return page.found.size();
    }

    Store& store_;
    Trigrams& trigrams_;
    std::size_t entries_;
};

std::string part(const std::string& text, std::size_t first, std::size_t count) {
    return text.substr(3 * first, 3 * count);
}

std::string spoken(const std::string& name, bool initials) {
    std::string out;
    for (const Sound& sound : sounds_of(name)) {
        if (sound.count > 0) out += std::string(minglu::name(sound.syllables[0])).substr(0, initials ? 1 : 6);
    }
    return out;
}

void measure_queries(Bench& bench) {
    const auto any = [&](std::mt19937_64& random) { return make(random() % bench.entries()); };
    const auto whole = [](const std::string& text) { return std::vector<std::string>{text}; };
    bench.row(
        "exact number", [&](auto& random) { return any(random).number; }, whole);
    bench.row(
        "2 characters of a name", [&](auto& random) { return part(any(random).name, 1, 2); }, whole);
    bench.row(
        "4 characters of a name", [&](auto& random) { return part(any(random).name, 0, 4); }, whole);
    bench.row(
        "whole name", [&](auto& random) { return any(random).name; }, whole);
    bench.row("two words", [&](auto& random) {
        const Made made = any(random);
        return made.holder.substr(9, 9) + " " + made.name.substr(made.name.size() - 6);
    });
    bench.row(
        "beginning of a name", [&](auto& random) { return part(any(random).name, 0, 3); }, whole);
    bench.row(
        "beginning of a number", [&](auto& random) { return any(random).number.substr(0, 7); }, whole);
    bench.row("pinyin of a name", [&](auto& random) { return spoken(any(random).name, false); });
    bench.row("initials of a name", [&](auto& random) { return spoken(any(random).name, true); });
    std::printf("worst cases\n");
    bench.row(
        "有限公司", [](auto&) { return "有限公司"; }, whole);
    bench.row("重庆", [](auto&) { return "重庆"; });
    bench.row("one character", [&](auto& random) { return characters(1, random); });
    bench.row("200 characters", [](auto& random) { return characters(200, random); });
    bench.row("50 words", [&](auto& random) {
        std::string text;
        for (int i = 0; i < 50; ++i) text += characters(2, random) + " ";
        return text;
    });
    bench.row("two initials", [](auto&) { return "zc"; });
    bench.row("nothing typed", [](auto&) { return ""; });
    bench.counts("counts of 有限公司", "有限公司");
    bench.counts("counts of nothing typed", "");
}

void fill(Store& store, std::size_t entries) {
    double terms_s = 0;
    double store_s = 0;
    for (std::size_t begin = 0; begin < entries; begin += entries_per_commit) {
        std::vector<EntryViews> views;
        for (std::size_t i = begin; i < std::min(entries, begin + entries_per_commit); ++i)
            views.push_back(views_of(i));
        double start = processor_s();
        for (EntryViews& one : views) one.periods[0].terms = index_terms(one.key, one.periods[0].view);
        terms_s += processor_s() - start;
        start = processor_s();
        const auto tx = store.write();
        for (const EntryViews& one : views) tx->put_entry(one, UnixMs{1});
        tx->commit();
        store_s += processor_s() - start;
    }
    const double start = processor_s();
    while (store.upkeep()) {
    }
    const double n = static_cast<double>(entries) / 1e6;
    std::printf(
        "%zu entries; processor us per entry: terms %.1f, storing with index %.1f, merging in quiet moments %.1f\n",
        entries, terms_s / n, store_s / n, (processor_s() - start) / n);
}

void print_size(const std::filesystem::path& file, std::size_t entries) {
    sqlite3* database = nullptr;
    sqlite3_stmt* query = nullptr;
    if (sqlite3_open(file.c_str(), &database) == SQLITE_OK &&
        sqlite3_prepare_v2(database, "SELECT sum(bytes), count(*) FROM search_run WHERE state = 'live'", -1, &query,
                           nullptr) == SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW) {
        std::printf("index: %.0f bytes per entry in %d runs\n",
                    static_cast<double>(sqlite3_column_int64(query, 0)) / static_cast<double>(entries),
                    sqlite3_column_int(query, 1));
    }
    sqlite3_finalize(query);
    sqlite3_close(database);
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t entries = argc > 1 ? std::stoul(argv[1]) : 1'000'000;
    const std::filesystem::path folder = argc > 2 ? argv[2] : std::filesystem::temp_directory_path() / "bench_search";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const auto store = open_sqlite_store(folder / "minglu.db");
    fill(*store, entries);
    print_size(folder / "minglu.db", entries);
    Trigrams trigrams{folder / "trigrams.db"};
    const double start = processor_s();
    trigrams.fill(entries);
    std::printf("FTS5 trigrams: %.1f us and %.0f bytes per entry, text included\n",
                (processor_s() - start) / static_cast<double>(entries) * 1e6,
                static_cast<double>(std::filesystem::file_size(folder / "trigrams.db")) / static_cast<double>(entries));
    Bench bench{*store, trigrams, entries};
    measure_queries(bench);
    std::filesystem::remove_all(folder);
    return 0;
}
