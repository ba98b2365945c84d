/// Measures the search box; scripts/bench search calls it. Not run by ctest.
///   bench_search csv ENTRIES                what is to be imported, on standard output
///   bench_search filing ENTRIES FOLDER      what an entry costs the search index
///   bench_search queries ...                questions in process, over HTTP, and of other engines
#include <sqlite3.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <vector>

#include "catalog/search/explain.hpp"
#include "catalog/search/facets.hpp"
#include "catalog/text/canonical_walk.hpp"
#include "catalog/text/terms.hpp"
#include "src/store/sqlite/sqlite_store.hpp"
#include "sync/catalogue_at.hpp"
#include "tests/bench/search/clocks.hpp"
#include "tests/bench/search/corpus.hpp"
#include "tests/bench/search/http.hpp"
#include "tests/bench/search/questions.hpp"

using namespace minglu;
using namespace minglu::bench;

namespace {

/// A question that takes an engine longer in all is asked less often.
constexpr double engine_us_max = 4e6;
/// Before it is measured an engine answers other questions of the kind, this many for each one that counts, or for so
/// long: its caches are then as full as in service.
constexpr int warm_factor = 10;
constexpr double warm_us_max = 4e6;

// ------------------------------------------------------------------------------------------------------------- filing

/// The same entries in two stores in turns, in one without terms: the difference is the index.
void print_filing(std::size_t entries, const std::filesystem::path& folder) {
    constexpr std::size_t entries_per_commit = 10'000;
    const auto indexed = open_sqlite_store(folder / "filing.db");
    const auto plain = open_sqlite_store(folder / "filing-plain.db");
    const auto put_s = [](Store& store, const std::vector<EntryViews>& views) {
        const double start = processor_s();
        const auto tx = store.write();
        for (const EntryViews& one : views) tx->put_entry(one, UnixMs{1});
        tx->commit();
        return processor_s() - start;
    };
    double terms_s = 0;
    double indexed_s = 0;
    double plain_s = 0;
    for (std::size_t begin = 0; begin < entries; begin += entries_per_commit) {
        std::vector<EntryViews> views;
        for (std::size_t i = begin; i < std::min(entries, begin + entries_per_commit); ++i)
            views.push_back(views_of(i));
        plain_s += put_s(*plain, views);
        const double start = processor_s();
        for (EntryViews& one : views) one.periods[0].terms = index_terms(one.key, one.periods[0].view);
        terms_s += processor_s() - start;
        indexed_s += put_s(*indexed, views);
    }
    const double start = processor_s();
    while (indexed->upkeep()) {
    }
    const double merging_s = processor_s() - start;
    const double n = static_cast<double>(entries) / 1e6;
    std::printf(
        "filing, processor us an entry: terms %.1f, entry and index %.1f (without index %.1f), merging %.1f; "
        "the index in all %.1f\n",
        terms_s / n, indexed_s / n, plain_s / n, merging_s / n, (terms_s + indexed_s - plain_s + merging_s) / n);
}

// ------------------------------------------------------------------------------------------------------------ figures

struct Figures {
    std::vector<double> us;
    double hits = 0;

    template <class Action>
    void add(const Action& action) {
        const auto start = Clock::now();
        const auto found = static_cast<double>(action());
        us.push_back(us_since(start));
        hits += found;
        total_us += us.back();
    }
    [[nodiscard]] double ms(double share) {
        if (us.empty()) return 0;
        std::sort(us.begin(), us.end());
        return us[static_cast<std::size_t>(static_cast<double>(us.size()) * share)] / 1e3;
    }
    double total_us = 0;
};

CatalogueAt as_of(const ReadTx& tx, Day day) {
    return {tx, Asked{day, {}, day}};
}

RankedSearch planned(const std::string& text, Day day) {
    EntryQuery filters;
    filters.as_of = day;
    return {SearchPlan(text), filters, {}};
}

/// As a handler does it: plan, page, reasons.
std::size_t search(Store& store, const std::string& text, Day day) {
    const RankedSearch search = planned(text, day);
    const auto tx = store.read();
    const SearchPage page = search.page(as_of(*tx, day).source(), {}, 20);
    for (const FoundEntry& found : page.found) static_cast<void>(explain(search.plan(), found));
    return page.found.size();
}

class Bench {
public:
    Bench(Store& store, Day today, int rounds) : store_(store), today_(today), rounds_(rounds) {}

    void against(std::unique_ptr<Rival> rival) { rivals_.push_back(std::move(rival)); }
    void over_http(const std::filesystem::path& socket) { http_ = std::make_unique<HttpClient>(socket); }
    void print_head() const {
        std::printf("%-36s %17s %17s %5s", "ms, p50 / p99", "wall", "processor", "hits");
        if (http_) std::printf(" %17s %7s", "over HTTP", "more");
        for (const auto& rival : rivals_) std::printf("   %-35s", (rival->name() + ", times as long").c_str());
        std::printf("\n");
    }
    /// One engine after the other, each warmed up with other questions of the same kind.
    void row(const Question& question) {
        std::mt19937_64 random{7};
        std::vector<std::string> texts;
        for (int i = 0; i < (warm_factor + 1) * rounds_; ++i) texts.push_back(question.text(random));
        Figures processor;
        Figures ours = figures(texts, [&](const std::string& text) {
            const double before = thread_processor_s();
            const std::size_t found = search(store_, text, today_);
            processor.us.push_back((thread_processor_s() - before) * 1e6);
            return found;
        });
        processor.us.erase(processor.us.begin(), processor.us.end() - static_cast<std::ptrdiff_t>(ours.us.size()));
        Figures http;
        if (http_) http = figures(texts, [&](const std::string& text) { return http_->search(text); });
        std::vector<Figures> theirs(rivals_.size());
        for (std::size_t i = 0; i < rivals_.size() && question.ask != Ask::nothing; ++i)
            theirs[i] = figures(texts, [&](const std::string& text) { return rivals_[i]->find(question.ask, text); });
        std::printf("%-36s %8.3f %8.3f %8.3f %8.3f %5.1f", question.name.c_str(), ours.ms(0.5), ours.ms(0.99),
                    processor.ms(0.5), processor.ms(0.99), ours.hits / static_cast<double>(ours.us.size()));
        if (http_) std::printf(" %8.3f %8.3f %7.3f", http.ms(0.5), http.ms(0.99), http.ms(0.5) - ours.ms(0.5));
        for (Figures& rival : theirs) print_ratio(rival, ours);
        std::printf("\n");
        std::fflush(stdout);
    }
    /// The same questions as of today and as of a day long ago, in turns.
    void print_other_day(const Question& question, Day day) {
        std::mt19937_64 random{7};
        Figures now;
        Figures then;
        for (int i = 0; i < rounds_; ++i) {
            const std::string text = question.text(random);
            // In turns, since the first has to read what the second finds in memory.
            const bool first = i % 2 == 0;
            (first ? now : then).add([&] { return search(store_, text, first ? today_ : day); });
            (first ? then : now).add([&] { return search(store_, text, first ? day : today_); });
        }
        std::printf("as of another day: %s p50 / p99 %.3f / %.3f ms, of today %.3f / %.3f ms\n", question.name.c_str(),
                    then.ms(0.5), then.ms(0.99), now.ms(0.5), now.ms(0.99));
    }
    /// Nothing typed, and filters that half of the entries, or hardly one, meet.
    void print_filtered() {
        for (const auto& [what, region, category] :
             {std::array{"half of the entries", "50", ""}, std::array{"none of them", "50", "none"},
              std::array{"none of them by place", "99", ""}}) {
            EntryQuery filters;
            filters.as_of = today_;
            filters.kind = Kind::trademark;
            filters.region_prefix = region;
            filters.category = category;
            const RankedSearch search{SearchPlan(""), filters, {}};
            Figures pages;
            for (int i = 0; i < rounds_ && pages.total_us < engine_us_max; ++i)
                pages.add([&] { return search.page(as_of(*store_.read(), today_).source(), {}, 20).found.size(); });
            std::printf("nothing typed, filters that %s meet: p50 / p99 %.3f / %.3f ms\n", what, pages.ms(0.5),
                        pages.ms(0.99));
        }
    }
    void print_counts(const std::string& text) {
        Figures counts;
        for (int i = 0; i < 30; ++i) {
            counts.add([&] {
                const auto tx = store_.read();
                return count_facets(planned(text, today_), as_of(*tx, today_).source()).entries;
            });
        }
        std::printf("counts of %s: %.0f entries, p50 / p99 %.3f / %.3f ms\n",
                    text.empty() ? "nothing typed" : text.c_str(), counts.hits / 30, counts.ms(0.5), counts.ms(0.99));
    }

private:
    /// Of the last texts, one for each round; with a slow engine of less.
    template <class Action>
    [[nodiscard]] Figures figures(const std::vector<std::string>& texts, const Action& action) const {
        const std::size_t others = texts.size() - static_cast<std::size_t>(rounds_);
        Figures warm;
        for (std::size_t i = 0; i < others && warm.total_us < warm_us_max; ++i)
            warm.add([&] { return action(texts[i]); });
        Figures figures;
        for (std::size_t i = others; i < texts.size() && figures.total_us < engine_us_max; ++i)
            figures.add([&] { return action(texts[i]); });
        return figures;
    }
    static void print_ratio(Figures& rival, Figures& ours) {
        if (rival.us.empty()) {
            std::printf("   %-35s", "cannot be asked");
        } else if (rival.hits == 0) {
            std::printf("   %8.3f %8.3f %-17s", rival.ms(0.5), rival.ms(0.99), "finds nothing");
        } else {
            std::printf("   %8.3f %8.3f %7.1f x %6.1f", rival.ms(0.5), rival.ms(0.99), rival.ms(0.5) / ours.ms(0.5),
                        rival.ms(0.99) / ours.ms(0.99));
        }
    }

    Store& store_;
    Day today_;
    int rounds_;
    std::unique_ptr<HttpClient> http_;
    std::vector<std::unique_ptr<Rival>> rivals_;
};

// ------------------------------------------------------------------------------------------------------------- rivals

/// What is searched in an entry, as plain text.
RivalRow rival_row(const EntryHit& hit) {
    RivalRow row;
    row.number = std::string(parts_of(hit.key).number);
    row.name = hit.period.name;
    row.text = hit.key.value().substr(hit.key.value().find('/') + 1);
    std::string scratch;
    const auto add = [&](std::string_view value) { row.text.append(" ").append(json_text_view(value, scratch)); };
    for_each_json_member(hit.period.view, [&](std::string_view field, std::string_view value) {
        const SearchedField kind = searched_field(field);
        if (kind != SearchedField::holders && kind != SearchedField::none) add(value);
        if (kind != SearchedField::holders) return;
        for_each_json_element(value, [&](std::string_view holder) {
            for_each_json_member(holder, [&](std::string_view member, std::string_view text) {
                if (member == "name" || member == "credit_code") add(text);
            });
        });
    });
    for (std::string* const text : {&row.number, &row.name, &row.text})
        std::replace_if(
            text->begin(), text->end(), [](char c) { return c == '\t' || c == '\n' || c == '\r' || c == '\\'; }, ' ');
    return row;
}

/// The same entries as the store has.
std::unique_ptr<Rival> filled(std::unique_ptr<Rival> rival, Store& store, Day today) {
    const double processor = processor_s();
    const auto start = Clock::now();
    std::size_t entries = 0;
    const auto tx = store.read();
    EntryQuery query;
    query.as_of = today;
    query.limit = 1'000;
    for (bool more = true; more;) {
        const EntryPage page = tx->query(query);
        for (const EntryHit& hit : page.hits) {
            rival->add(rival_row(hit));
            query.after = hit.no;
            ++entries;
        }
        more = page.more;
    }
    rival->finish();
    std::printf("%s: filled in %.1f s (%.1f us an entry, processor time of this program %.1f), %.0f bytes an entry\n",
                rival->name().c_str(), us_since(start) / 1e6, us_since(start) / static_cast<double>(entries),
                (processor_s() - processor) * 1e6 / static_cast<double>(entries),
                rival->bytes() / static_cast<double>(entries));
    std::fflush(stdout);
    return rival;
}

void print_index_size(const std::filesystem::path& file) {
    sqlite3* database = nullptr;
    sqlite3_stmt* query = nullptr;
    if (sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK &&
        sqlite3_prepare_v2(database,
                           "SELECT sum(bytes), count(*), (SELECT count(*) FROM entry) FROM search_run"
                           " WHERE state = 'live'",
                           -1, &query, nullptr) == SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW) {
        std::printf(
            "%lld entries; index: %.0f bytes an entry in %d runs\n", sqlite3_column_int64(query, 2),
            static_cast<double>(sqlite3_column_int64(query, 0)) / static_cast<double>(sqlite3_column_int64(query, 2)),
            sqlite3_column_int(query, 1));
    }
    sqlite3_finalize(query);
    sqlite3_close(database);
}

// ------------------------------------------------------------------------------------------------------------ queries

struct Options {
    std::filesystem::path store, socket, fts5, names;
    std::string postgres, only;
    std::size_t entries = 0;
    int rounds = 300;
    double load_s = 5;
};

/// One of the lines of a file each time.
Question real_names(const std::filesystem::path& file) {
    std::vector<std::string> names;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) names.push_back(line);
    return {"whole name of a real entry", names.empty() ? Ask::nothing : Ask::words,
            [names](auto& random) { return names.empty() ? std::string("无") : names[random() % names.size()]; }};
}

void print_load(const Options& options) {
    std::vector<std::string> texts;
    std::mt19937_64 random{11};
    for (int i = 0; i < 400; ++i)
        for (const Question& question : usual_questions(options.entries)) texts.push_back(question.text(random));
    std::shuffle(texts.begin(), texts.end(), random);
    for (const std::size_t clients : {1u, 8u, 64u}) {
        const Load figures = load(options.socket, clients, texts, options.load_s);
        std::printf(
            "%2zu clients, questions of the first nine rows mixed: %.0f a second, p50 / p99 %.2f / %.2f ms; the"
            " driver took %.0f %% of a core\n",
            clients, figures.per_s, figures.p50_ms, figures.p99_ms, 100 * figures.driver_share);
        std::fflush(stdout);
    }
}

/// The files of the other engines were written a moment ago: one that was kept is then in the page cache as they are,
/// and as in a node that has served for a while.
void read_through(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::vector<char> block(std::size_t{1} << 20);
    while (in.read(block.data(), static_cast<std::streamsize>(block.size()))) {
    }
}

void measure(const Options& options) {
    const auto store = open_sqlite_store(options.store);
    print_index_size(options.store);
    const Day today = *parse_day("2026-06-01");
    Bench bench{*store, today, options.rounds};
    if (!options.socket.empty()) bench.over_http(options.socket);
    if (!options.fts5.empty()) bench.against(filled(open_fts5(options.fts5), *store, today));
    if (!options.postgres.empty()) {
        if (auto rival = open_postgres(options.postgres))
            bench.against(filled(std::move(rival), *store, today));
        else
            std::printf("PostgreSQL: built without libpq; run scripts/install-deps --for bench, and build again\n");
    }
    read_through(options.store);
    bench.print_head();
    const auto row = [&](const Question& question) {
        if (question.name.find(options.only) != std::string::npos) bench.row(question);
    };
    for (const Question& question : usual_questions(options.entries)) row(question);
    if (!options.names.empty()) row(real_names(options.names));
    std::printf("worst cases\n");
    for (const Question& question : worst_questions(options.entries)) row(question);
    if (!options.only.empty()) return;
    bench.print_filtered();
    bench.print_counts("有限公司");
    bench.print_counts("");
    bench.print_other_day(usual_questions(options.entries)[1], *parse_day("2026-01-01"));
    if (!options.socket.empty()) print_load(options);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Measures the search box"};
    app.require_subcommand(1);
    Options options;
    std::filesystem::path folder;
    auto* const csv = app.add_subcommand("csv", "A list of generated trademarks");
    auto* const filing = app.add_subcommand("filing", "What an entry costs the search index");
    auto* const queries = app.add_subcommand("queries", "Questions of a node's catalogue");
    for (auto* const command : {csv, filing, queries})
        command->add_option("--entries", options.entries, "How many were generated")->required();
    filing->add_option("--folder", folder, "For a store of its own")->required();
    queries->add_option("--store", options.store, "The node's minglu.db")->required();
    queries->add_option("--socket", options.socket, "The node's local socket, while it runs");
    queries->add_option("--fts5", options.fts5, "Where to put a database of FTS5");
    queries->add_option("--postgres", options.postgres, "How libpq reaches an empty database");
    queries->add_option("--names", options.names, "Names of real entries, one a line");
    queries->add_option("--only", options.only, "Only rows whose name has this");
    queries->add_option("--rounds", options.rounds, "Questions of each kind");
    queries->add_option("--load-seconds", options.load_s, "For each number of clients");
    CLI11_PARSE(app, argc, argv);
    try {
        if (csv->parsed()) write_csv(std::cout, options.entries);
        if (filing->parsed()) print_filing(options.entries, folder);
        if (queries->parsed()) measure(options);
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "bench_search: %s\n", fault.what());
        return 1;
    }
    return 0;
}
