/// What only the SQLite store has: an index in runs that are merged.
#include <sqlite3.h>

#include "catalog/text/terms.hpp"
#include "tests/contract/stores.hpp"

using namespace minglu;
using namespace minglu::contract;

namespace {

void put(WriteTx& tx, int number, std::vector<std::string> terms) {
    tx.put_entry(make_views("gi/AGI" + std::to_string(10'000 + number), {make_period(10, {}, std::move(terms))}, {}),
                 UnixMs{1});
}

void fill(Store& store, int first, int count, int per_commit) {
    for (int at = first; at < first + count; at += per_commit) {
        const auto tx = store.write();
        for (int i = at; i < at + per_commit; ++i) put(*tx, i, {"word", "own" + std::to_string(i)});
        tx->commit();
    }
}

std::size_t found(const ReadTx& tx, const std::string& word, bool prefix = false) {
    EntryQuery query = on_day(50);
    query.limit = 100'000;
    query.terms = {{word, prefix}};
    return tx.query(query).hits.size();
}

/// Numbers of entries that have both words, a few at a time.
std::vector<EntryNo> in_pages(const ReadTx& tx, std::uint32_t limit) {
    EntryQuery query = on_day(50);
    query.limit = limit;
    query.terms = {{"word", false}, {"own1", true}};
    std::vector<EntryNo> numbers;
    for (bool more = true; more;) {
        const EntryPage page = tx.query(query);
        for (const EntryHit& hit : page.hits) numbers.push_back(query.after = hit.no);
        more = page.more;
    }
    return numbers;
}

std::int64_t number_in(const std::filesystem::path& file, const char* sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    std::int64_t number = -1;
    const auto take = [](void* to, int, char** values, char**) {
        *static_cast<std::int64_t*>(to) = values[0] == nullptr ? 0 : std::stoll(values[0]);
        return 0;
    };
    CHECK(sqlite3_exec(database, sql, take, &number, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    return number;
}

constexpr auto live_runs = "SELECT count(*) FROM search_run WHERE state = 'live'";

}  // namespace

TEST_CASE("many small commits leave few runs, and every entry is found") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    fill(*store, 0, 600, 1);
    CHECK(number_in(dir / "minglu.db", live_runs) < 30);
    CHECK(found(*store->read(), "word") == 600);
    CHECK(found(*store->read(), "own599") == 1);
    CHECK(store->check().empty());
}

TEST_CASE("upkeep merges large runs, comes to an end and changes no answer, also for a reader from before") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    fill(*store, 0, 40'000, 2'500);
    const std::int64_t before = number_in(dir / "minglu.db", live_runs);
    const auto reader = store->read();
    int slices = 0;
    while (store->upkeep()) {
        REQUIRE(++slices < 10'000);
        if (slices == 3) fill(*store, 40'000, 20, 1);  // writes go on meanwhile
    }
    CHECK(slices > 3);
    CHECK(number_in(dir / "minglu.db", live_runs) < before);
    CHECK(number_in(dir / "minglu.db", "SELECT count(*) FROM search_run WHERE state <> 'live'") == 0);
    CHECK(found(*reader, "word") == 40'000);
    CHECK(found(*store->read(), "word") == 40'020);
    CHECK(found(*store->read(), "own4001", true) == 11);
    CHECK(store->check().empty());
}

TEST_CASE("a merge that a process left unfinished is begun again by the next") {
    test::TemporaryDirectory dir;
    {
        const auto store = open_sqlite_store(dir / "minglu.db");
        fill(*store, 0, 40'000, 2'500);
        CHECK(store->upkeep());
        CHECK(number_in(dir / "minglu.db", "SELECT count(*) FROM search_run WHERE state = 'building'") == 1);
    }
    const auto store = open_sqlite_store(dir / "minglu.db");
    CHECK(found(*store->read(), "word") == 40'000);
    while (store->upkeep()) {
    }
    CHECK(number_in(dir / "minglu.db", "SELECT count(*) FROM search_run WHERE state <> 'live'") == 0);
    CHECK(number_in(dir / "minglu.db",
                    "SELECT count(*) FROM search_page WHERE page_no >> 20 NOT IN (SELECT run_no FROM search_run)") ==
          0);
    CHECK(found(*store->read(), "word") == 40'000);
}

TEST_CASE("what a transaction searched before it was rolled back is not found after it") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    {
        const auto tx = store->write();
        put(*tx, 1, {"gone"});
        CHECK(found(*tx, "gone") == 1);
    }
    const auto tx = store->write();
    put(*tx, 2, {"kept", "other"});
    CHECK(found(*tx, "gone") == 0);
    CHECK(found(*tx, "kept") == 1);
    tx->commit();
    CHECK(found(*store->read(), "gone") == 0);
    CHECK(found(*store->read(), "kept") == 1);
}

TEST_CASE("pages of any size go on where the one before ended, over many runs and with a small cache") {
    test::TemporaryDirectory dir;
    SqliteOptions options;
    options.search_cache_bytes = 20'000;
    const auto store = open_sqlite_store(dir / "minglu.db", options);
    fill(*store, 0, 2'000, 40);
    const auto tx = store->read();
    const std::vector<EntryNo> whole = in_pages(*tx, 100'000);
    CHECK(whole.size() == 1'111);
    for (const std::uint32_t limit : {1u, 7u, 64u, 200u}) CHECK(in_pages(*tx, limit) == whole);
    // Backwards, and other words in between.
    CHECK(found(*tx, "own5") == 1);
    CHECK(in_pages(*tx, 7) == whole);
}

TEST_CASE("a row that is asked for again has to meet what is asked this time") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    const EntryKey key{"gi/AGI00001"};
    const auto views = [&](std::string name) {
        Period early = make_period(10, 20, {"word"});
        Period late = make_period(20, {}, {"word"});
        late.name = std::move(name);
        return make_views(key.value(), {early, late}, {});
    };
    const auto name_on = [](const ReadTx& tx, int day) {
        EntryQuery query = on_day(day);
        query.terms = {{"word", false}};
        const EntryPage page = tx.query(query);
        return page.hits.empty() ? std::string("none") : page.hits[0].period.name;
    };
    {
        const auto tx = store->write();
        tx->put_entry(views("before"), UnixMs{1});
        CHECK(name_on(*tx, 30) == "before");
        tx->put_entry(views("after"), UnixMs{1});
        CHECK(name_on(*tx, 30) == "after");
        tx->commit();
    }
    const auto tx = store->read();
    CHECK(name_on(*tx, 5) == "none");
    CHECK(name_on(*tx, 30) == "after");
    CHECK(name_on(*tx, 15) != "after");
    CHECK(name_on(*tx, 30) == "after");
    EntryQuery query = on_day(30);
    query.with_open_conflict = true;
    query.terms = {{"word", false}};
    CHECK(tx->query(query).hits.empty());
    {
        const auto write = store->write();
        write->put_entry(views("later"), UnixMs{1});
        write->commit();
    }
    CHECK(name_on(*tx, 30) == "after");
    CHECK(name_on(*store->read(), 30) == "later");
}

TEST_CASE("dropping the views empties the index, also in the middle of a merge") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    fill(*store, 0, 40'000, 2'500);
    CHECK(store->upkeep());
    {
        const auto tx = store->write();
        tx->clear_views();
        put(*tx, 7, {"word"});
        tx->commit();
    }
    CHECK(found(*store->read(), "word") == 1);
    while (store->upkeep()) {
    }
    CHECK(number_in(dir / "minglu.db", "SELECT count(*) FROM search_page") == 1);
    CHECK(found(*store->read(), "word") == 1);
}

TEST_CASE("a byte changed in a page of the index is found and named") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    fill(*store, 0, 500, 500);
    CHECK(store->check().empty());
    number_in(dir / "minglu.db",
              "UPDATE search_page SET data = CAST(substr(data, 1, 99) || x'07' || substr(data, 101) AS BLOB)"
              " WHERE page_no = (SELECT min(page_no) FROM search_page)");
    const auto findings = store->check();
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().starts_with("table search_page, page 0 of run 1: it was changed"));
}

TEST_CASE("piece by piece, beside a writer and whatever is kept in memory, the checks find the same") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    fill(*store, 0, 500, 500);
    CHECK(found(*store->read(), "word") == 500);  // the index is in memory now
    number_in(dir / "minglu.db",
              "UPDATE search_page SET data = CAST(substr(data, 1, 99) || x'07' || substr(data, 101) AS BLOB)"
              " WHERE page_no = (SELECT min(page_no) FROM search_page)");
    number_in(dir / "minglu.db", "UPDATE entry SET open_conflicts = 3 WHERE entry_no = 7");
    std::vector<std::string> in_pieces;
    {
        const auto writer = store->write();
        CheckPosition position;
        while (check_sqlite_slice(*store, position, in_pieces)) {
        }
        const std::size_t all = in_pieces.size();
        CHECK_FALSE(check_sqlite_slice(*store, position, in_pieces));
        CHECK(in_pieces.size() == all);
    }
    CHECK(in_pieces.size() == 2);
    CHECK(in_pieces == store->check());
}

TEST_CASE("an index that lost a row is found with its table") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    fill(*store, 0, 50, 50);
    number_in(dir / "minglu.db",
              "PRAGMA writable_schema = ON;"
              "UPDATE sqlite_schema SET sql = 'CREATE INDEX entry_by_open_conflict ON entry (entry_no)'"
              " WHERE name = 'entry_by_open_conflict'");
    std::vector<std::string> findings;
    CheckPosition position;
    while (check_sqlite_slice(*store, position, findings)) {
    }
    REQUIRE_FALSE(findings.empty());
    CHECK(findings.front().find("entry_by_open_conflict") != std::string::npos);
    CHECK(findings.front().starts_with("the file: "));
}

TEST_CASE("an index of another text analysis is made anew at opening, once, and begins again after a kill") {
    test::TemporaryDirectory dir;
    const auto file = dir / "minglu.db";
    {
        const auto store = open_sqlite_store(file);
        const auto tx = store->write();
        for (int i = 0; i < 25'000; ++i) {
            Period period = make_period(10, {}, {"outdated"});
            period.view = R"({"name":"涪陵榨菜"})";
            tx->put_entry(make_views("gi/AGI" + std::to_string(10'000 + i), {period}, {}), UnixMs{1});
        }
        tx->commit();
    }
    SqliteOptions options;
    std::vector<std::int64_t> done;
    options.reindexing = [&](std::int64_t now, std::int64_t total) {
        CHECK(total == 25'000);
        done.push_back(now);
        if (done.size() == 1) throw StoreFault(ErrorCode::io, "killed");
    };
    number_in(file, "DELETE FROM setting WHERE key = 'text_analysis'");
    CHECK_THROWS_AS((void)open_sqlite_store(file, options), StoreFault);
    const auto store = open_sqlite_store(file, options);
    CHECK(done == std::vector<std::int64_t>{20'000, 20'000, 25'000});
    CHECK(found(*store->read(), "榨菜") == 25'000);
    CHECK(found(*store->read(), "outdated") == 0);
    CHECK(store->check().empty());
    (void)open_sqlite_store(dir / "minglu.db", options);
    CHECK(done.size() == 3);

    // What is filed has to be known by its hash, or the next write of the same entry would file it again.
    const auto tx = store->write();
    Period period = make_period(10, {}, {});
    period.view = R"({"name":"涪陵榨菜"})";
    period.terms = index_terms(EntryKey{"gi/AGI10000"}, period.view);
    tx->put_entry(make_views("gi/AGI10000", {period}, {}), UnixMs{1});
    tx->commit();
    CHECK(number_in(file, "SELECT max(period_no & 0xFFFFFF) FROM period") == 0);
}
