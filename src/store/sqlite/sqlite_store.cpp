#include "src/store/sqlite/sqlite_store.hpp"

#include <sqlite3.h>

#include <stdexcept>
#include <string>

#include "src/store/sqlite/reindex.hpp"
#include "src/store/sqlite/schema.hpp"
#include "src/store/sqlite/store_impl.hpp"

namespace minglu {
namespace {

/// Fewer, larger pages hold op lines of half a kilobyte with less waste; must be set before the file has any. Without
/// recursive triggers a row that is replaced is removed unseen by what forbids its removal.
constexpr std::string_view file_settings = R"(
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 0;
PRAGMA temp_store = MEMORY;
PRAGMA recursive_triggers = ON;
)";

void set_cache(Database& database, std::int64_t bytes) {
    database.run_script("PRAGMA cache_size = -" + std::to_string(bytes / 1024));
}

/// A process that was killed may have written a commit and not synced it. It is read like every other, so it has to be
/// on the disk before anybody is told of it.
void sync_wal(Database& database) {
    sqlite3_file* wal = nullptr;
    int code = sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    if (code == SQLITE_OK && wal != nullptr && wal->pMethods != nullptr)
        code = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
    if (code != SQLITE_OK) throw_fault(database.handle(), code, "syncing the write-ahead log");
}

}  // namespace

SqliteStore& sqlite_of(Store& store) {
    auto* sqlite = dynamic_cast<SqliteStore*>(&store);
    if (sqlite == nullptr) throw std::logic_error("this store is no SQLite store");
    return *sqlite;
}

SqliteStore::SqliteStore(std::filesystem::path file, const SqliteOptions& options)
    : file_(std::move(file)),
      options_(options),
      readers_cache_(static_cast<std::size_t>(options.search_cache_bytes)),
      writer_(file_, Database::Mode::read_write_create, options.busy_timeout_ms, writer_cache_) {
    Database& database = writer_.database;
    database.run_script(file_settings);
    set_cache(database, options_.writer_cache_bytes);
    database.run_script("PRAGMA journal_size_limit = " + std::to_string(options_.wal_bytes_soft));
    migrate(database);
    sync_wal(database);
    reindex_if_outdated(writer_, options_.reindexing);
    Query page = database.query("PRAGMA page_size");
    page.next();
    page_bytes_ = page->integer(0);
    if (options_.file_bytes_max > 0) {
        database.run_script("PRAGMA max_page_count = " + std::to_string(options_.file_bytes_max / page_bytes_));
    }
    sqlite3_wal_hook(
        database.handle(),
        [](void* pages_out, sqlite3*, const char*, int pages) {
            *static_cast<int*>(pages_out) = pages;
            return SQLITE_OK;
        },
        &wal_pages_);
    checkpointer_ = std::thread([this] { checkpoint_until_closed(); });
}

SqliteStore::~SqliteStore() {
    {
        const std::lock_guard lock{checkpoint_mutex_};
        closing_ = true;
    }
    checkpoint_wanted_.notify_all();
    checkpointer_.join();
}

std::unique_ptr<ReadTx> SqliteStore::read() {
    return std::make_unique<SqliteReadTx>(take_reader(),
                                          [this](std::unique_ptr<Connection> reader) { give_back(std::move(reader)); });
}

std::unique_ptr<WriteTx> SqliteStore::write() {
    std::unique_lock lock{writing_};
    return std::make_unique<SqliteWriteTx>(writer_, std::move(lock), [this] { bound_wal(); });
}

std::unique_ptr<Connection> SqliteStore::open_reader(RunCache& cache) {
    auto reader = std::make_unique<Connection>(file_, Database::Mode::read_only, options_.busy_timeout_ms, cache);
    set_cache(reader->database, options_.reader_cache_bytes);
    return reader;
}

std::unique_ptr<Connection> SqliteStore::take_reader() {
    {
        const std::lock_guard lock{pool_};
        if (!idle_.empty()) {
            auto reader = std::move(idle_.back());
            idle_.pop_back();
            return reader;
        }
    }
    return open_reader(readers_cache_);
}

void SqliteStore::give_back(std::unique_ptr<Connection> reader) {
    const std::lock_guard lock{pool_};
    if (idle_.size() < options_.idle_readers_max) idle_.push_back(std::move(reader));
}

/// Runs after COMMIT, so a fault here must not look like one of the commit: the next commit meets it again.
void SqliteStore::bound_wal() noexcept {
    const std::int64_t bytes = page_bytes_ * wal_pages_;
    sqlite3* handle = writer_.database.handle();
    if (bytes >= options_.wal_bytes_hard) {
        sqlite3_busy_timeout(handle, options_.wal_wait_ms);
        sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
        sqlite3_busy_timeout(handle, options_.busy_timeout_ms);
    } else if (bytes >= options_.wal_bytes_soft) {
        const std::lock_guard lock{checkpoint_mutex_};
        wanted_ = true;
        checkpoint_wanted_.notify_all();
    }
}

/// A fault here costs nothing but room: the WAL stays longer, and at the hard bound a commit meets it.
void SqliteStore::checkpoint_until_closed() {
    std::unique_ptr<Database> database;
    std::unique_lock lock{checkpoint_mutex_};
    while (true) {
        checkpoint_wanted_.wait(lock, [this] { return wanted_ || closing_; });
        if (closing_) return;
        wanted_ = false;
        lock.unlock();
        try {
            if (!database) {
                database =
                    std::make_unique<Database>(file_, Database::Mode::read_write_create, options_.busy_timeout_ms);
            }
            sqlite3_wal_checkpoint_v2(database->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
        } catch (const StoreFault&) {  // no connection now; the next commit asks again
        }
        lock.lock();
    }
}

std::vector<std::string> SqliteStore::check() {
    const std::lock_guard lock{writing_};
    return check_database(writer_.database, writer_.search);
}

/// Over a connection without a past: what the others keep in memory would hide what stands in the file.
bool SqliteStore::check_slice(CheckPosition& position, std::vector<std::string>& findings) {
    RunCache cache{0};
    SqliteReadTx snapshot{open_reader(cache), [](std::unique_ptr<Connection>) {}};
    return check_piece(snapshot.database(), snapshot.search(), position, findings);
}

bool SqliteStore::upkeep() {
    const std::lock_guard lock{writing_};
    const bool more = writer_.search.upkeep();
    bound_wal();
    return more;
}

bool check_sqlite_slice(Store& store, CheckPosition& position, std::vector<std::string>& findings) {
    return sqlite_of(store).check_slice(position, findings);
}

std::unique_ptr<Store> open_sqlite_store(const std::filesystem::path& file, const SqliteOptions& options) {
    return std::make_unique<SqliteStore>(file, options);
}

}  // namespace minglu
