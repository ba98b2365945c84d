#include "src/store/sqlite/transactions.hpp"

#include <stdexcept>

namespace minglu {

SqliteReadTx::SqliteReadTx(std::unique_ptr<Connection> connection, Release release)
    : Reading(*connection), connection_(std::move(connection)), release_(std::move(release)) {
    connection_->database.run("BEGIN DEFERRED");
    connection_->database.run("SELECT 1 FROM log LIMIT 1");  // the snapshot is taken by the first read
    connection_->views.begin_reading();
}

SqliteReadTx::~SqliteReadTx() {
    try {
        connection_->views.end_reading();
        connection_->database.run("ROLLBACK");
        release_(std::move(connection_));
    } catch (...) {  // the connection is closed instead of kept
    }
}

SqliteWriteTx::SqliteWriteTx(Connection& connection, std::unique_lock<std::mutex> lock, std::function<void()> committed)
    : Reading(connection), lock_(std::move(lock)), committed_(std::move(committed)) {
    c_.database.run("BEGIN IMMEDIATE");
    c_.keys.remember(true);
}

SqliteWriteTx::~SqliteWriteTx() {
    if (lock_.owns_lock()) end();
}

void SqliteWriteTx::commit() {
    if (!lock_.owns_lock()) throw std::logic_error("commit: the transaction has ended");
    c_.search.flush();
    c_.database.run("COMMIT");
    committed_();
    end();
}

void SqliteWriteTx::end() noexcept {
    c_.keys.remember(false);
    c_.search.end();
    try {
        // After some faults SQLite has rolled back already.
        if (c_.database.in_transaction()) c_.database.run("ROLLBACK");
    } catch (...) {  // BEGIN of the next transaction will tell
    }
    lock_.unlock();
}

}  // namespace minglu
