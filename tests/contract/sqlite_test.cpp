#include <sqlite3.h>

#include <fstream>

#include "tests/contract/stores.hpp"

using namespace minglu;
using namespace minglu::contract;

namespace {

void write_some(Store& store) {
    const auto tx = store.write();
    add_change(*tx, log_cq, {"patent/1", "gi/涪陵榨菜"});
    tx->put_entry(make_views("gi/涪陵榨菜", {make_period(10, {}, {"榨菜"})}, {make_conflict("c", ConflictState::open)}),
                  UnixMs{1});
    tx->claim(hash_of_text("c"), "li.wei", UnixMs{2});
    tx->put_setting("s", "kept");
    tx->commit();
}

void check_some(Store& store) {
    CHECK(store.check().empty());
    const auto tx = store.read();
    CHECK(tx->ops_of_key(EntryKey{"patent/1"}).size() == 1);
    EntryQuery query = on_day(50);
    query.terms = {{"榨菜", false}};
    CHECK(keys_of(tx->query(query)) == Strings{"gi/涪陵榨菜"});
    CHECK(tx->conflict(hash_of_text("c"))->claimed_by == "li.wei");
    CHECK(tx->setting("s") == "kept");
}

void run(const std::filesystem::path& file, const char* sql) {
    CHECK(run_sql(file, sql).empty());
}

ErrorCode fault_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const StoreFault& fault) {
        CAPTURE(fault.what());
        return fault.code();
    }
    FAIL("no fault");
    return ErrorCode::internal;
}

}  // namespace

TEST_CASE("a file that is closed and opened again keeps everything") {
    test::TemporaryDirectory dir;
    write_some(*open_sqlite_store(dir / "minglu.db"));
    check_some(*open_sqlite_store(dir / "minglu.db"));
}

TEST_CASE("conflicts that stay as they are are not written again") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    std::vector<ConflictView> conflicts;
    const auto put = [&] {
        const auto tx = store->write();
        tx->put_entry(make_views("patent/1", {make_period(10, {}, {"x"})}, conflicts), UnixMs{1});
        tx->commit();
    };
    for (int i = 0; i < 500; ++i) conflicts.push_back(make_conflict(std::to_string(i), ConflictState::open));
    put();
    run(dir / "minglu.db",
        "CREATE TABLE touched (n INTEGER PRIMARY KEY);"
        "CREATE TRIGGER a AFTER INSERT ON conflict BEGIN INSERT INTO touched VALUES (NULL); END;"
        "CREATE TRIGGER b AFTER UPDATE ON finding BEGIN INSERT INTO touched VALUES (NULL); END;"
        "CREATE TRIGGER c AFTER INSERT ON finding BEGIN INSERT INTO touched VALUES (NULL); END;"
        "CREATE TRIGGER d AFTER INSERT ON journal BEGIN INSERT INTO touched VALUES (NULL); END;");
    const auto touched = [&] {
        sqlite3* database = nullptr;
        REQUIRE(sqlite3_open((dir / "minglu.db").c_str(), &database) == SQLITE_OK);
        int count = -1;
        const auto read = [](void* into, int, char** values, char**) {
            *static_cast<int*>(into) = std::stoi(values[0]);
            return 0;
        };
        CHECK(sqlite3_exec(database, "SELECT count(*) FROM touched", read, &count, nullptr) == SQLITE_OK);
        sqlite3_close(database);
        return count;
    };
    put();
    CHECK(touched() == 0);
    conflicts.push_back(make_conflict("one more", ConflictState::open));
    put();
    CHECK(touched() == 3);  // itself, that it was found, and the journal of it
    conflicts[0].state = ConflictState::resolved;
    put();
    CHECK(touched() == 6);
}

TEST_CASE("what a crash leaves behind, database and WAL, opens with all that was committed and nothing else") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    write_some(*store);
    const auto unfinished = store->write();
    unfinished->put_setting("s", "never committed");
    add_change(*unfinished, log_cq, {"patent/2"});
    for (const char* name : {"minglu.db", "minglu.db-wal"}) {
        std::filesystem::copy_file(dir / name, dir / (std::string("crashed.db") + (name + 9)).c_str());
    }
    check_some(*open_sqlite_store(dir / "crashed.db"));
}

TEST_CASE("a backup made beside a writer is whole") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    write_some(*store);
    const auto writer = store->write();
    writer->put_setting("s", "later");
    int calls = 0;
    backup_sqlite_store(*store, dir / "backup.db", [&](int done, int total) {
        CHECK(done <= total);
        ++calls;
    });
    CHECK(calls > 0);
    writer->commit();
    check_some(*open_sqlite_store(dir / "backup.db"));
    CHECK_FALSE(std::filesystem::exists(dir / "backup.db.part"));
    CHECK(fault_of([&] { backup_sqlite_store(*store, dir / "backup.db"); }) == ErrorCode::already_exists);
    CHECK(fault_of([&] { backup_sqlite_store(*store, dir / "none/backup.db"); }) == ErrorCode::io);
    CHECK_THROWS_AS(backup_sqlite_store(*make_memory_store(), dir / "b.db"), std::logic_error);
}

TEST_CASE("faults carry what an operator must know") {
    test::TemporaryDirectory dir;
    CHECK(fault_of([&] { (void)open_sqlite_store(dir / "no/such/folder.db"); }) == ErrorCode::io);
    std::ofstream(dir / "text.db") << std::string(9000, 'x');
    CHECK(fault_of([&] { (void)open_sqlite_store(dir / "text.db"); }) == ErrorCode::corrupt);
    write_some(*open_sqlite_store(dir / "newer.db"));
    run(dir / "newer.db", "PRAGMA user_version = 99");
    CHECK(fault_of([&] { (void)open_sqlite_store(dir / "newer.db"); }) == ErrorCode::unsupported_version);
}

TEST_CASE("a full disk is told as such, and the transaction leaves no trace") {
    test::TemporaryDirectory dir;
    SqliteOptions options;
    options.file_bytes_max = 1 << 20;
    const auto store = open_sqlite_store(dir / "minglu.db", options);
    write_some(*store);
    {
        const auto tx = store->write();
        CHECK(fault_of([&] {
                  for (int i = 0; i < 100; ++i) tx->put_setting(std::to_string(i), std::string(50'000, 'x'));
                  tx->commit();
              }) == ErrorCode::disk_full);
    }
    check_some(*store);
    const auto tx = store->write();
    CHECK(tx->setting("0").empty());
    tx->put_setting("small", "fits");
    tx->commit();
}

TEST_CASE("the WAL stays bounded") {
    test::TemporaryDirectory dir;
    SqliteOptions options;
    options.wal_bytes_soft = 1 << 20;
    options.wal_bytes_hard = 2 << 20;
    const auto store = open_sqlite_store(dir / "minglu.db", options);
    for (int i = 0; i < 60; ++i) {
        const auto tx = store->write();
        tx->put_setting("big", std::string(200'000, static_cast<char>('a' + i % 26)));
        tx->commit();
    }
    CHECK(std::filesystem::file_size(dir / "minglu.db-wal") < 3u << 20);
}

TEST_CASE("check finds what was changed behind the store's back") {
    struct Case {
        const char* what;
        const char* sql;
    };
    for (const Case& c : {Case{"op", "DELETE FROM op WHERE op_no = 32769"}, Case{"record", "UPDATE record SET seq = 7"},
                          Case{"entry", "DELETE FROM entry"}, Case{"conflict", "UPDATE entry SET open_conflicts = 5"},
                          Case{"number", "UPDATE entry SET period_next = 0"},
                          Case{"foreign key", "PRAGMA foreign_keys = OFF; DELETE FROM key"}}) {
        test::TemporaryDirectory dir;
        const auto store = open_sqlite_store(dir / "minglu.db");
        write_some(*store);
        CHECK(store->check().empty());
        run(dir / "minglu.db", c.sql);
        CAPTURE(c.what);
        CHECK_FALSE(store->check().empty());
    }
}
