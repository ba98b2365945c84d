#include <sqlite3.h>

#include <stdexcept>

#include "tests/bench/search/rival.hpp"

namespace minglu::bench {
namespace {

class Fts5 final : public Rival {
public:
    explicit Fts5(std::filesystem::path file) : file_(std::move(file)) {
        check(sqlite3_open(file_.c_str(), &database_));
        run("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -50000;"
            "CREATE VIRTUAL TABLE t USING fts5(text, tokenize = 'trigram'); BEGIN");
        check(sqlite3_prepare_v2(database_, "INSERT INTO t (text) VALUES (?)", -1, &insert_, nullptr));
    }
    ~Fts5() override {
        for (sqlite3_stmt* const statement : {insert_, match_, like_}) sqlite3_finalize(statement);
        sqlite3_close(database_);
    }
    Fts5(const Fts5&) = delete;
    Fts5& operator=(const Fts5&) = delete;

    [[nodiscard]] std::string name() const override { return "FTS5 trigrams"; }
    void add(const RivalRow& row) override {
        bind(insert_, row.text);
        sqlite3_step(insert_);
        sqlite3_reset(insert_);
    }
    void finish() override {
        run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
        check(
            sqlite3_prepare_v2(database_, "SELECT rowid, text FROM t WHERE t MATCH ? LIMIT 20", -1, &match_, nullptr));
        check(
            sqlite3_prepare_v2(database_, "SELECT rowid, text FROM t WHERE text LIKE ? LIMIT 20", -1, &like_, nullptr));
    }
    [[nodiscard]] double bytes() override { return static_cast<double>(std::filesystem::file_size(file_)); }
    std::size_t find(Ask, std::string_view text) override {
        std::string match;
        bool indexed = true;
        for_each_word(text, [&](std::string_view word) {
            match.append("\"").append(word).append("\" ");
            indexed = indexed && (word.size() >= 9 || word[0] > 0);
        });
        sqlite3_stmt* const query = indexed ? match_ : like_;
        bind(query, indexed ? match : "%" + std::string(text) + "%");
        std::size_t rows = 0;
        while (sqlite3_step(query) == SQLITE_ROW) ++rows;
        sqlite3_reset(query);
        return rows;
    }

private:
    static void bind(sqlite3_stmt* statement, const std::string& text) {
        sqlite3_bind_text(statement, 1, text.c_str(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    }
    void run(const char* sql) { check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr)); }
    void check(int code) {
        if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(database_));
    }

    std::filesystem::path file_;
    sqlite3* database_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    sqlite3_stmt* match_ = nullptr;
    sqlite3_stmt* like_ = nullptr;
};

}  // namespace

std::unique_ptr<Rival> open_fts5(const std::filesystem::path& file) {
    return std::make_unique<Fts5>(file);
}

}  // namespace minglu::bench
