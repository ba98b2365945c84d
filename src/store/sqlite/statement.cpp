#include "src/store/sqlite/statement.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace minglu {
namespace {

ErrorCode error_code_of(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL:
            return ErrorCode::disk_full;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::corrupt;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::busy;
        case SQLITE_IOERR:
            return code == SQLITE_IOERR_DATA || code == SQLITE_IOERR_CORRUPTFS ? ErrorCode::corrupt : ErrorCode::io;
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return ErrorCode::io;
        default:
            return ErrorCode::internal;
    }
}

/// errno of the last failed operation on the write-ahead log.
int last_error_of_log(sqlite3* database) {
    sqlite3_file* log = nullptr;
    int error = 0;
    if (sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK) return 0;
    if (log == nullptr || log->pMethods == nullptr) return 0;
    return log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error) == SQLITE_OK ? error : 0;
}

/// Whether a quota or a limit of the process ended the room: SQLite tells only ENOSPC as SQLITE_FULL. No other
/// operation than writing counts: after a failed fsync nobody knows what reached the disk.
bool is_out_of_room(sqlite3* database, int extended) {
    if (database == nullptr || extended != SQLITE_IOERR_WRITE) return false;
    const int error = last_error_of_log(database);
    return error == EFBIG || error == EDQUOT;
}

std::string_view cure_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::disk_full:
            return "make room on the data directory's file system, or raise the quota or limit, and try again";
        case ErrorCode::corrupt:
            return "stop the node and restore a backup into a new data directory";
        case ErrorCode::busy:
            return "close other programs that hold the database file";
        case ErrorCode::io:
            return "check the disk, the file's owner and its permissions";
        default:
            return "report it with the log of the node";
    }
}

}  // namespace

void throw_fault(sqlite3* database, int code, std::string_view doing) {
    const int extended = database != nullptr ? std::max(code, sqlite3_extended_errcode(database)) : code;
    const ErrorCode kind = is_out_of_room(database, extended) ? ErrorCode::disk_full : error_code_of(code);
    std::string what{doing};
    what.append(": ").append(database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code));
    what.append(" [sqlite ").append(std::to_string(extended)).append("] (").append(cure_of(kind)).append(")");
    throw StoreFault(kind, what);
}

Statement::Statement(sqlite3* database, Sql sql) : database_(database) {
    const int code = sqlite3_prepare_v3(database, sql.text(), -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
    if (code != SQLITE_OK) throw_fault(database, code, std::string("preparing ") + sql.text());
}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), handle_(std::exchange(other.handle_, nullptr)) {}

void Statement::bind(int position, std::int64_t value, Bytes) {
    const int code = sqlite3_bind_int64(handle_, position, value);
    if (code != SQLITE_OK) throw_fault(database_, code, "binding an integer");
}

void Statement::bind(int position, std::string_view text, Bytes bytes) {
    const auto destructor = bytes == Bytes::copied ? SQLITE_TRANSIENT : SQLITE_STATIC;
    const char* data = text.data() == nullptr ? "" : text.data();
    const int code = sqlite3_bind_text64(handle_, position, data, text.size(), destructor, SQLITE_UTF8);
    if (code != SQLITE_OK) throw_fault(database_, code, "binding a text");
}

void Statement::bind(int position, Blob blob, Bytes bytes) {
    const auto destructor = bytes == Bytes::copied ? SQLITE_TRANSIENT : SQLITE_STATIC;
    const char* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
    const int code = sqlite3_bind_blob64(handle_, position, data, blob.bytes.size(), destructor);
    if (code != SQLITE_OK) throw_fault(database_, code, "binding a blob");
}

void Statement::bind(int position, const std::optional<std::int64_t>& value, Bytes bytes) {
    if (value) return bind(position, *value, bytes);
    const int code = sqlite3_bind_null(handle_, position);
    if (code != SQLITE_OK) throw_fault(database_, code, "binding null");
}

bool Statement::step() {
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    const std::string doing = std::string("running ") + sqlite3_sql(handle_);
    try {
        throw_fault(database_, code, doing);
    } catch (...) {
        reset();
        throw;
    }
}

void Statement::reset() noexcept {
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::string_view Statement::bytes(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    const int size = sqlite3_column_bytes(handle_, column);
    return data == nullptr ? std::string_view{} : std::string_view{data, static_cast<std::size_t>(size)};
}

Hash Statement::hash(int column) const {
    const std::string_view value = bytes(column);
    Hash hash{};
    if (value.size() != hash.size()) throw StoreFault(ErrorCode::corrupt, "a stored hash is not 32 bytes long");
    std::copy(value.begin(), value.end(), reinterpret_cast<char*>(hash.data()));
    return hash;
}

}  // namespace minglu
