/// Measures the SQLite store alone: bulk load by part, bytes on disk, queries. Not run by ctest.
///   bench_store [entries] [file]
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "src/store/sqlite/sqlite_store.hpp"

using namespace minglu;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t ops_per_record = 20'000;

double seconds_since(SteadyClock::time_point start) {
    return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// One of about 4,000 Chinese characters, the first of them far more often.
void append_character(std::string& out, std::mt19937_64& random) {
    const double share = static_cast<double>(random() >> 11) / 9007199254740992.0;
    const auto code = 0x4e00u + static_cast<unsigned>(4000 * share * share * share);
    out.push_back(static_cast<char>(0xe0 | (code >> 12)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
}

EntryKey key_of(std::size_t i) {
    return EntryKey{"patent/2017" + std::to_string(10000000 + (i * 7919) % 9999991) + ".3"};
}

EntryViews views_of(std::size_t i, std::mt19937_64& random) {
    EntryViews views;
    views.key = key_of(i);
    views.state = R"({"state":")" + std::string(300, 's') + R"("})";
    views.etag.raise(LogId{"cq-00000000000000aa"}, Seq{i / ops_per_record + 1});
    views.trie_leaf = sha256({views.key.value()});
    Period& period = views.periods.emplace_back();
    period.from = Day{15000};
    period.view = std::string(300, 'v');
    for (int c = 0; c < 21; ++c) append_character(period.name, random);
    period.subtype = "invention";
    period.listing = i % 50 == 0 ? "removed" : "listed";
    period.legal_status = i % 7 == 0 ? "expired" : "granted";
    period.region = i % 2 == 0 ? "500102" : "510100";
    period.category = "机械";
    period.home = i % 2 == 0 ? "cq" : "sc";
    for (std::size_t c = 0; c + 3 <= period.name.size(); c += 3) {
        period.terms.push_back(period.name.substr(c, 3));
        if (c + 6 <= period.name.size()) period.terms.push_back(period.name.substr(c, 6));
    }
    period.terms.push_back("#" + views.key.value().substr(7));
    for (int extra = 0; extra < 3; ++extra) period.terms.push_back("w" + std::to_string(random() % 100000));
    return views;
}

/// Processor time of this process, for the load: other programs on the machine distort it less than wall time.
double processor_s() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Times {
    double add_record = 0, ops_of_key = 0, entry = 0, put_entry = 0, commit = 0;
};

void load_record(Store& store, std::size_t begin, std::size_t end, Times& times) {
    std::mt19937_64 random{begin};
    std::vector<EntryViews> views;
    std::vector<std::string> lines;
    for (std::size_t i = begin; i < end; ++i) {
        views.push_back(views_of(i, random));
        lines.push_back(std::string(520, 'o') + views.back().key.value());
    }
    std::vector<EntryKey> keys;
    for (const EntryViews& one : views) keys.push_back(one.key);
    const std::vector<std::string_view> ops(lines.begin(), lines.end());

    const auto tx = store.write();
    double start = processor_s();
    const auto lap = [&start](double& sum) {
        const double now = processor_s();
        sum += now - start;
        start = now;
    };
    LogRow log = *tx->log(LogId{"cq-00000000000000aa"});
    log.size = Seq{log.size.value() + 1};
    tx->update_log(log);
    NewRecord record;
    record.row.dot = {log.id, log.size};
    record.row.ops = static_cast<std::uint32_t>(ops.size());
    record.ops = ops;
    record.keys = keys;
    tx->add_record(record);
    lap(times.add_record);
    for (const EntryKey& key : keys) (void)tx->ops_of_key(key);
    lap(times.ops_of_key);
    for (const EntryKey& key : keys) (void)tx->entry(key);
    lap(times.entry);
    for (const EntryViews& one : views) tx->put_entry(one, UnixMs{1});
    lap(times.put_entry);
    tx->commit();
    lap(times.commit);
}

void measure_query(Store& store, const char* what, const std::function<void(EntryQuery&, std::size_t)>& set) {
    std::vector<double> us;
    std::size_t hits = 0;
    for (std::size_t round = 0; round < 300; ++round) {
        EntryQuery query;
        query.as_of = Day{20000};
        set(query, round);
        const auto start = SteadyClock::now();
        hits += store.read()->query(query).hits.size();
        us.push_back(seconds_since(start) * 1e6);
    }
    std::sort(us.begin(), us.end());
    std::printf("%-28s p50 %8.1f us   p99 %8.1f us   %.1f hits\n", what, us[us.size() / 2], us[us.size() * 99 / 100],
                static_cast<double>(hits) / 300);
}

void measure_queries(Store& store, std::size_t entries) {
    std::mt19937_64 random{7};
    const auto word = [&random](int characters) {
        std::string text;
        for (int i = 0; i < characters; ++i) append_character(text, random);
        return text;
    };
    std::vector<double> us;
    for (std::size_t round = 0; round < 1000; ++round) {
        const EntryKey key = key_of(random() % entries);
        const auto start = SteadyClock::now();
        const auto tx = store.read();
        (void)tx->periods(tx->entry(key)->no);
        us.push_back(seconds_since(start) * 1e6);
    }
    std::sort(us.begin(), us.end());
    std::printf("%-28s p50 %8.1f us   p99 %8.1f us\n", "exact key", us[us.size() / 2], us[us.size() * 99 / 100]);
    measure_query(store, "number as a word", [&](EntryQuery& q, std::size_t) {
        q.terms = {{"#" + key_of(random() % entries).value().substr(7), false}};
    });
    measure_query(store, "two characters", [&](EntryQuery& q, std::size_t) { q.terms = {{word(2), false}}; });
    measure_query(store, "hot character", [&](EntryQuery& q, std::size_t) { q.terms = {{"一", false}}; });
    measure_query(store, "two characters AND two", [&](EntryQuery& q, std::size_t) {
        q.terms = {{word(1), false}, {word(1), false}};
    });
    measure_query(store, "word, kind, rare listing", [&](EntryQuery& q, std::size_t) {
        q.terms = {{word(1), false}}, q.kind = Kind::patent, q.listing = "removed";
    });
    measure_query(store, "filters only",
                  [&](EntryQuery& q, std::size_t) { q.home = "cq", q.listing = "removed", q.region_prefix = "50"; });
    measure_query(store, "prefix of 10", [&](EntryQuery& q, std::size_t) {
        q.terms = {{"#" + key_of(random() % entries).value().substr(7, 9), true}};
    });
    measure_query(store, "prefix of 7", [&](EntryQuery& q, std::size_t) {
        q.terms = {{"#" + key_of(random() % entries).value().substr(7, 6), true}};
    });
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t entries = argc > 1 ? std::stoul(argv[1]) : 100'000;
    const std::filesystem::path file = argc > 2 ? argv[2] : "/tmp/bench_store.db";
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
    const auto store = open_sqlite_store(file);
    {
        const auto tx = store->write();
        LogRow log;
        log.id = LogId{"cq-00000000000000aa"};
        tx->add_log(log);
        tx->commit();
    }
    Times t;
    for (std::size_t at = 0; at < entries; at += ops_per_record) {
        load_record(*store, at, std::min(entries, at + ops_per_record), t);
    }
    const double n = static_cast<double>(entries) / 1e6;
    std::printf(
        "processor us per entry: add_record %.2f, ops_of_key %.2f, entry %.2f, put_entry %.2f, commit %.2f, all %.2f\n",
        t.add_record / n, t.ops_of_key / n, t.entry / n, t.put_entry / n, t.commit / n,
        (t.add_record + t.ops_of_key + t.entry + t.put_entry + t.commit) / n);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("bytes per entry: file %.0f, wal %.0f; peak memory %ld MB\n",
                static_cast<double>(std::filesystem::file_size(file)) / static_cast<double>(entries),
                static_cast<double>(std::filesystem::file_size(file.string() + "-wal")) / static_cast<double>(entries),
                usage.ru_maxrss / 1024);
    measure_queries(*store, entries);
    std::vector<double> us;
    for (std::size_t i = 0; i < 200; ++i) {
        Times one;
        const auto start = SteadyClock::now();
        load_record(*store, entries + i, entries + i + 1, one);
        us.push_back(seconds_since(start) * 1e6);
    }
    std::sort(us.begin(), us.end());
    std::printf("one entry per commit: p50 %.0f us, p99 %.0f us\n", us[100], us[197]);
    return 0;
}
