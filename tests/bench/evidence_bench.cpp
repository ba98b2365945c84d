/// Measures evidence and the two clocks in process: issue, check, absence, searches of a day and of what was known. Not
/// run by ctest.
///   bench_evidence [entries] [file]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "minglu/json_text.hpp"
#include "src/store/sqlite/sqlite_store.hpp"
#include "sync/catalogue_at.hpp"
#include "sync/evidence_check.hpp"
#include "sync/evidence_office.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t ops_per_record = 10'000;

EntryKey key_of(std::size_t i) {
    return EntryKey{"gi/AGI" + std::to_string(1'000'000 + i)};
}

Op op_of(std::size_t i, Vector seen = {}) {
    Op op{key_of(i), std::move(seen), *parse_day("2020-01-01"), {}};
    op.set = {{"goods", json_string(std::string(300, 'g'))},
              {"listing", json_string("listed")},
              {"name", json_string("涪陵榨菜 " + std::to_string(i))},
              {"status", json_string("certified")}};
    return op;
}

template <class Work>
void measure(const char* what, std::size_t runs, const Work& work) {
    std::vector<double> ms;
    for (std::size_t i = 0; i < runs; ++i) {
        const auto start = SteadyClock::now();
        work(i);
        ms.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count());
    }
    std::sort(ms.begin(), ms.end());
    std::printf("%-58s p50 %8.3f ms  p99 %8.3f ms\n", what, ms[runs / 2], ms[runs * 99 / 100]);
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t entries = argc > 1 ? std::stoul(argv[1]) : 100'000;
    const std::filesystem::path file = argc > 2 ? argv[2] : "bench_evidence.db";
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
    test::LoneNode node("cq", open_sqlite_store(file));
    for (std::size_t i = 0; i < entries;) {
        std::vector<Op> ops;
        for (; i < entries && ops.size() < ops_per_record; ++i) ops.push_back(op_of(i));
        (void)node.write(std::move(ops)).value();
    }
    const std::string card = test::fixed_card(node.id, *node.key);
    const std::vector<Card> trusted{*parse_card(card)};
    EvidenceOffice office(*node.replica, *node.store, *node.key, node.clock, card);
    const Day day = *parse_day("2025-01-01");
    std::string last;
    const auto issue = [&](const EntryKey& key) { last = office.issue(key, day, {}).value(); };
    std::printf("%zu entries, records of %zu ops\n", entries, ops_per_record);
    measure("evidence, first of its record", std::min<std::size_t>(entries / ops_per_record, 30),
            [&](std::size_t i) { issue(key_of(i * ops_per_record)); });
    measure("evidence, another one of these records", 500, [&](std::size_t i) { issue(key_of(i * 7919 % entries)); });
    std::printf("%zu bytes\n", last.size());
    measure("check", 500, [&](std::size_t) { (void)check_evidence(last, trusted).value(); });
    measure("evidence that a key is not listed", 50,
            [&](std::size_t i) { issue(EntryKey{"gi/AGI9" + std::to_string(i)}); });

    node.clock.advance(1'000);
    const UnixMs before = node.clock.now();
    node.clock.advance(1'000);
    std::vector<Op> changes;
    for (std::size_t i = 0; i < 1'000; ++i)
        changes.push_back(op_of(i * (entries / 1'000), node.store->read()->entry(key_of(i * (entries / 1'000)))->etag));
    (void)node.write(std::move(changes)).value();
    const auto tx = node.store->read();
    EntryQuery query;
    query.as_of = day;
    query.terms = {{"榨菜", false}};
    const auto search = [&](const Asked& asked) {
        const CatalogueAt catalogue(*tx, asked);
        std::size_t hits = 0;
        for (const EntryHit& hit : catalogue.query(query).hits)
            hits += catalogue.answer_about(hit).verdict == Verdict::is_protected;
        if (hits != query.limit) std::printf("only %zu hits\n", hits);
    };
    measure("search, best 20, no verdict", 500, [&](std::size_t) { (void)tx->query(query); });
    measure("search as of a day, best 20, with verdict", 500, [&](std::size_t) { search({day, {}, day}); });
    measure("the same as known before 1,000 changes", 50, [&](std::size_t) { search({day, before, day}); });
    measure("one key as of a day", 500, [&](std::size_t i) { (void)protection_at(*tx, key_of(i), {day, {}, day}); });
    measure("one key as known then", 500, [&](std::size_t i) {
        (void)protection_at(*tx, key_of(i), {day, before, day});
    });
    return 0;
}
