#pragma once
/// One prepared statement: bind, step, read columns. No SQL is ever built at run time: `Sql` takes string literals
/// only.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "minglu/hash.hpp"
#include "minglu/store.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace minglu {

/// The text of a statement; a literal, so that nothing typed by a user can get into it and its address can be its name.
class Sql {
public:
    template <std::size_t size>
    consteval Sql(const char (&text)[size]) : text_(text) {}  // NOLINT(google-explicit-constructor)
    [[nodiscard]] const char* text() const { return text_; }

private:
    const char* text_;
};

/// A value bound as a blob; everything else that is a string is bound as text.
struct Blob {
    std::string_view bytes;
};

/// Throws the StoreFault that an SQLite result code stands for; `database` adds its message when given.
[[noreturn]] void throw_fault(sqlite3* database, int code, std::string_view doing);

/// Owns an sqlite3_stmt. Parameters are counted from 1, columns from 0. Not thread-safe.
class Statement {
public:
    Statement(sqlite3* database, Sql sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;

    /// Bound bytes are not copied: they must live until `reset`, unless `copy` was asked for.
    enum class Bytes { borrowed, copied };
    void bind(int position, std::int64_t value, Bytes bytes);
    void bind(int position, std::string_view text, Bytes bytes);
    void bind(int position, Blob blob, Bytes bytes);
    void bind(int position, const std::optional<std::int64_t>& value, Bytes bytes);
    void bind(int position, const Hash& hash, Bytes bytes) { bind(position, Blob{bytes_of(hash)}, bytes); }

    /// True while there is a row. Faults are thrown after a reset, so the statement may be used again.
    bool step();
    void reset() noexcept;

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] bool flag(int column) const { return integer(column) != 0; }
    [[nodiscard]] bool is_null(int column) const;
    /// Bytes of a text or blob column, valid until the next step or reset.
    [[nodiscard]] std::string_view bytes(int column) const;
    [[nodiscard]] std::string text(int column) const { return std::string(bytes(column)); }
    [[nodiscard]] Hash hash(int column) const;  ///< throws StoreFault(corrupt) unless 32 bytes

private:
    sqlite3* database_;
    sqlite3_stmt* handle_ = nullptr;
};

}  // namespace minglu
