#pragma once
/// One connection to the SQLite file, with its prepared statements. Used by one thread at a time.
#include <filesystem>
#include <unordered_map>
#include <vector>

#include "src/store/sqlite/statement.hpp"

namespace minglu {

class Database;

/// A running statement: rows are read while `next()` is true. Gives the statement back when it goes out of scope, so a
/// query may be running while another of the same text starts.
class Query {
public:
    Query(Database& database, Sql sql, Statement statement)
        : database_(database), sql_(sql), statement_(std::move(statement)) {}
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    bool next() { return statement_.step(); }
    [[nodiscard]] const Statement& row() const { return statement_; }
    [[nodiscard]] const Statement* operator->() const { return &statement_; }

private:
    friend class Database;
    Database& database_;
    Sql sql_;
    Statement statement_;
};

class Database {
public:
    enum class Mode { read_only, read_write_create };
    /// Throws StoreFault(io) when the file cannot be opened.
    Database(const std::filesystem::path& file, Mode mode, int busy_timeout_ms);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs a statement to its end. Arguments are bound in order, without copying.
    template <class... Args>
    void run(Sql sql, const Args&... args) {
        Query query{*this, sql, take(sql)};
        bind_all(query.statement_, Statement::Bytes::borrowed, args...);
        while (query.next()) {
        }
    }
    /// Starts a statement. Arguments are copied, so temporaries may be passed.
    template <class... Args>
    [[nodiscard]] Query query(Sql sql, const Args&... args) {
        Statement statement = take(sql);
        bind_all(statement, Statement::Bytes::copied, args...);
        return Query{*this, sql, std::move(statement)};
    }
    /// Several statements without parameters, e.g. a migration file.
    void run_script(std::string_view script);

    [[nodiscard]] std::int64_t last_insert_rowid() const;
    [[nodiscard]] std::int64_t changes() const;
    [[nodiscard]] bool in_transaction() const;
    [[nodiscard]] sqlite3* handle() const { return handle_; }

private:
    friend class Query;
    [[nodiscard]] Statement take(Sql sql);
    void give_back(Sql sql, Statement statement) noexcept;

    template <class... Args>
    static void bind_all(Statement& statement, [[maybe_unused]] Statement::Bytes bytes, const Args&... args) {
        [[maybe_unused]] int position = 0;
        (bind_one(statement, ++position, args, bytes), ...);
    }
    template <class T>
    static void bind_one(Statement& statement, int position, const T& value, Statement::Bytes bytes) {
        if constexpr (std::is_integral_v<T>) {
            statement.bind(position, static_cast<std::int64_t>(value), bytes);
        } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
            statement.bind(position, std::string_view(value), bytes);
        } else if constexpr (requires { value.value().size(); }) {  // Strong<std::string, …>
            statement.bind(position, std::string_view(value.value()), bytes);
        } else if constexpr (requires {
                                 typename T::value_type;
                                 static_cast<std::int64_t>(value.value());
                             } &&
                             !std::is_same_v<T, std::optional<std::int64_t>>) {  // Strong<integer, …>
            statement.bind(position, static_cast<std::int64_t>(value.value()), bytes);
        } else {
            statement.bind(position, value, bytes);
        }
    }

    sqlite3* handle_ = nullptr;
    std::unordered_map<const char*, std::vector<Statement>> idle_;
};

inline Query::~Query() {
    database_.give_back(sql_, std::move(statement_));
}

}  // namespace minglu
