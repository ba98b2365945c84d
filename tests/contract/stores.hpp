#pragma once
/// The stores under test, and short ways to fill them.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "minglu/store.hpp"
#include "src/store/memory/memory_store.hpp"
#include "src/store/sqlite/sqlite_store.hpp"
#include "tests/support/temporary_directory.hpp"

namespace minglu::contract {

struct Memory {
    std::unique_ptr<Store> store = make_memory_store();
};
struct Sqlite {
    test::TemporaryDirectory dir;
    std::unique_ptr<Store> store = open_sqlite_store(dir / "minglu.db");
};

/// Runs statements on a connection of their own, beside the program. Returns SQLite's complaint, if it has one.
[[nodiscard]] inline std::string run_sql(const std::filesystem::path& file, const char* sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    char* complaint = nullptr;
    (void)sqlite3_exec(database, sql, nullptr, nullptr, &complaint);
    const std::string said = complaint == nullptr ? "" : complaint;
    sqlite3_free(complaint);
    sqlite3_close(database);
    return said;
}

inline const LogId log_cq{"cq-00000000000000aa"};
inline const LogId log_sc{"sc-00000000000000bb"};

inline Hash hash_of_text(std::string_view text) {
    return sha256({text});
}

inline LogRow make_log(const LogId& id) {
    LogRow log;
    log.id = id;
    log.signing_key = std::string("key\0bytes", 9);
    return log;
}

/// Adds a record with one op per key, "line of KEY at DOT", and raises the log's size; the log is made when missing.
inline RecordNo add_change(WriteTx& tx, const LogId& id, const std::vector<std::string>& keys, bool is_batch = false,
                           RecordKind kind = RecordKind::change) {
    if (!tx.log(id)) tx.add_log(make_log(id));
    LogRow log = *tx.log(id);
    log.size = Seq{log.size.value() + 1};
    tx.update_log(log);
    NewRecord record;
    record.row.dot = {id, log.size};
    record.row.kind = kind;
    record.row.time = {1000 + tx.last_record().value(), 7};
    record.row.arrived = UnixMs{5000 + tx.last_record().value()};
    record.row.leaf = hash_of_text(to_string(record.row.dot));
    record.row.ops = static_cast<std::uint32_t>(keys.size());
    record.row.is_batch = is_batch;
    record.row.header = "header of " + to_string(record.row.dot);
    std::vector<std::string> lines;
    std::vector<EntryKey> entry_keys;
    for (const std::string& key : keys) {
        lines.push_back("line of " + key + " at " + to_string(record.row.dot));
        entry_keys.emplace_back(key);
    }
    const std::vector<std::string_view> views(lines.begin(), lines.end());
    record.ops = views;
    record.keys = entry_keys;
    return tx.add_record(record);
}

inline Period make_period(int from, std::optional<int> until, std::vector<std::string> terms) {
    Period period;
    period.from = Day{from};
    if (until) period.until = Day{*until};
    period.view = "{\"from\":" + std::to_string(from) + "}";
    period.name = "涪陵榨菜";
    period.listing = "listed";
    period.legal_status = "granted";
    period.region = "500102";
    period.category = "特色 食品";
    period.subtype = "product";
    period.home = "cq";
    period.terms = std::move(terms);
    return period;
}

inline EntryViews make_views(const std::string& key, std::vector<Period> periods,
                             std::vector<ConflictView> conflicts = {}) {
    EntryViews views;
    views.key = EntryKey{key};
    views.state = R"({"key":")" + key + R"("})";
    views.etag.raise(log_cq, Seq{3});
    views.trie_leaf = hash_of_text(key);
    views.periods = std::move(periods);
    views.conflicts = std::move(conflicts);
    return views;
}

inline ConflictView make_conflict(std::string_view id, ConflictState state) {
    ConflictView conflict;
    conflict.id = hash_of_text(id);
    conflict.a = {log_cq, Seq{1}};
    conflict.b = {log_sc, Seq{2}};
    conflict.state = state;
    conflict.type = "update_update";
    conflict.groups = {"holders", "name"};
    return conflict;
}

inline EntryQuery on_day(int day) {
    EntryQuery query;
    query.as_of = Day{day};
    query.limit = 100;
    return query;
}

inline std::vector<std::string> keys_of(const EntryPage& page) {
    std::vector<std::string> keys;
    for (const EntryHit& hit : page.hits) keys.push_back(hit.key.value());
    return keys;
}

inline std::vector<std::string> events_of(const ReadTx& tx, const Hash& conflict) {
    std::vector<std::string> events;
    for (const JournalRow& row : tx.journal(conflict)) events.push_back(row.event);
    return events;
}

using Strings = std::vector<std::string>;

}  // namespace minglu::contract

#define STORE_TEST(title) TEST_CASE_TEMPLATE(title, StoreUnderTest, minglu::contract::Memory, minglu::contract::Sqlite)
TYPE_TO_STRING(minglu::contract::Memory);
TYPE_TO_STRING(minglu::contract::Sqlite);
