#pragma once
/// The Store port on one SQLite file in WAL mode.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

struct SqliteOptions {
    std::int64_t writer_cache_bytes = 48 << 20;
    std::int64_t reader_cache_bytes = 4 << 20;   ///< per read connection
    std::int64_t search_cache_bytes = 32 << 20;  ///< pages of the search index, for all read connections together
    std::size_t idle_readers_max = 8;            ///< read connections kept open; more are opened while needed
    int busy_timeout_ms = 5'000;                 ///< for a file that another program holds
    std::int64_t wal_bytes_soft =
        16 << 20;  ///< from here on the WAL is copied back beside the writer, as far as readers let it
    std::int64_t wal_bytes_hard = 256 << 20;  ///< from here on a commit waits up to `wal_wait_ms` for readers to end
    int wal_wait_ms = 200;
    std::int64_t file_bytes_max = 0;  ///< growth beyond is refused as disk_full; 0 = the disk's own limit
    /// Told while the search index of an older program is made anew at opening: periods done and in all.
    std::function<void(std::int64_t done, std::int64_t total)> reindexing = {};
};

/// Opens or creates the file and brings its schema and its search index up to date (the latter takes about a minute for
/// a million entries). The Store must outlive its transactions; ReadTx and
/// WriteTx are each used by one thread at a time, the Store by any number. One process at a time may write.
/// Throws StoreFault: io (cannot open), corrupt, busy (another program holds the file), unsupported_version (a newer
/// schema).
[[nodiscard]] std::unique_ptr<Store> open_sqlite_store(const std::filesystem::path& file,
                                                       const SqliteOptions& options = {});

/// Copies a consistent snapshot into a new file while the store stays in use, then syncs and renames it into place.
/// `progress` is told pages done and in all. `store` must come from open_sqlite_store.
/// Throws StoreFault: already_exists (the target is there), io, disk_full.
void backup_sqlite_store(Store& store, const std::filesystem::path& target,
                         const std::function<void(int done, int total)>& progress = {});

/// How far the checks of a store have come: which of them, and up to where.
struct CheckPosition {
    std::int64_t part = 0;
    std::int64_t after = 0;
    friend bool operator==(const CheckPosition&, const CheckPosition&) = default;
};
/// The next piece of Store::check, in a snapshot of its own and beside writers, beginning at {}; true while there is
/// more. What only shows in the file as a whole is left to `check`. `store` must come from open_sqlite_store.
bool check_sqlite_slice(Store& store, CheckPosition& position, std::vector<std::string>& findings);

/// The newest version of the schema that this program knows; an older file is brought to it when it is opened.
[[nodiscard]] std::int64_t newest_schema();

}  // namespace minglu
