#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <system_error>

#include "src/store/sqlite/store_impl.hpp"

namespace minglu {
namespace {

constexpr int pages_per_step = 512;  ///< 4 MiB between two calls of `progress`

void sync_to_disk(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (!done) throw StoreFault(ErrorCode::io, "cannot sync " + path.string() + " (check the disk)");
}

/// SQLite would leave it to the umask who may read audit trail and tokens; it takes an empty file as a new database.
void create_private(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0 || ::close(descriptor) != 0)
        throw StoreFault(ErrorCode::io,
                         "cannot write " + path.string() + " (check the folder, its owner and the disk)");
}

/// The source holds one snapshot throughout, so writers neither disturb the copy nor make it start again.
void copy_pages(Database& source, Database& target, const std::function<void(int, int)>& progress) {
    sqlite3_backup* backup = sqlite3_backup_init(target.handle(), "main", source.handle(), "main");
    if (backup == nullptr) throw_fault(target.handle(), sqlite3_errcode(target.handle()), "starting the backup");
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
        code = sqlite3_backup_step(backup, pages_per_step);
        const int total = sqlite3_backup_pagecount(backup);
        try {
            if (progress) progress(total - sqlite3_backup_remaining(backup), total);
        } catch (...) {
            sqlite3_backup_finish(backup);
            throw;
        }
    }
    sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE) throw_fault(target.handle(), code, "copying the database");
}

}  // namespace

void SqliteStore::backup(const std::filesystem::path& target, const std::function<void(int, int)>& progress) {
    if (std::filesystem::exists(target)) {
        throw StoreFault(ErrorCode::already_exists, target.string() + " is there already (name another file)");
    }
    std::filesystem::path part = target;
    part += ".part";
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    try {
        {
            SqliteReadTx snapshot{take_reader(),
                                  [this](std::unique_ptr<Connection> reader) { give_back(std::move(reader)); }};
            create_private(part);
            Database copy{part, Database::Mode::read_write_create, options_.busy_timeout_ms};
            copy_pages(snapshot.database(), copy, progress);
        }
        sync_to_disk(part);
        std::filesystem::rename(part, target);
        sync_to_disk(std::filesystem::absolute(target).parent_path());
    } catch (const std::filesystem::filesystem_error& error) {
        throw StoreFault(ErrorCode::io, error.what());
    } catch (...) {
        std::filesystem::remove(part, ignored);
        throw;
    }
}

void backup_sqlite_store(Store& store, const std::filesystem::path& target,
                         const std::function<void(int, int)>& progress) {
    sqlite_of(store).backup(target, progress);
}

}  // namespace minglu
