#include "src/store/sqlite/database.hpp"

#include <sqlite3.h>

#include <string>

namespace minglu {

Database::Database(const std::filesystem::path& file, Mode mode, int busy_timeout_ms) {
    const int access = mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int code = sqlite3_open_v2(file.c_str(), &handle_, access | SQLITE_OPEN_NOMUTEX, nullptr);
    try {
        if (code != SQLITE_OK) throw_fault(handle_, code, "opening " + file.string());
        sqlite3_extended_result_codes(handle_, 1);
        sqlite3_busy_timeout(handle_, busy_timeout_ms);
        run_script("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;");
    } catch (...) {
        idle_.clear();
        sqlite3_close_v2(handle_);
        throw;
    }
}

Database::~Database() {
    idle_.clear();
    sqlite3_close_v2(handle_);
}

void Database::run_script(std::string_view script) {
    const std::string text{script};
    const int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw_fault(handle_, code, "running a script");
}

std::int64_t Database::last_insert_rowid() const {
    return sqlite3_last_insert_rowid(handle_);
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(handle_);
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

Statement Database::take(Sql sql) {
    const auto found = idle_.find(sql.text());
    if (found == idle_.end() || found->second.empty()) return Statement{handle_, sql};
    Statement statement = std::move(found->second.back());
    found->second.pop_back();
    return statement;
}

void Database::give_back(Sql sql, Statement statement) noexcept {
    statement.reset();
    try {
        idle_[sql.text()].push_back(std::move(statement));
    } catch (...) {  // no memory to keep it: it is finalised instead
    }
}

}  // namespace minglu
