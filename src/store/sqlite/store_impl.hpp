#pragma once
/// The store behind open_sqlite_store: one writer connection, a pool of readers, the policy of the WAL.
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "src/store/sqlite/sqlite_store.hpp"
#include "src/store/sqlite/transactions.hpp"

namespace minglu {

class SqliteStore final : public Store {
public:
    SqliteStore(std::filesystem::path file, const SqliteOptions& options);
    ~SqliteStore() override;
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    std::unique_ptr<ReadTx> read() override;
    std::unique_ptr<WriteTx> write() override;
    std::vector<std::string> check() override;
    bool check_slice(CheckPosition& position, std::vector<std::string>& findings);
    bool upkeep() override;
    void backup(const std::filesystem::path& target, const std::function<void(int, int)>& progress);

private:
    [[nodiscard]] std::unique_ptr<Connection> open_reader(RunCache& cache);
    [[nodiscard]] std::unique_ptr<Connection> take_reader();
    void give_back(std::unique_ptr<Connection> reader);
    void bound_wal() noexcept;

    /// Copies the WAL back into the file beside the writer, so that no commit waits for it.
    void checkpoint_until_closed();

    std::filesystem::path file_;
    SqliteOptions options_;
    RunCache readers_cache_;
    RunCache writer_cache_{0};  ///< what the writer sees may be rolled back; merges read every page once
    std::mutex writing_;
    Connection writer_;
    std::int64_t page_bytes_ = 0;
    int wal_pages_ = 0;  ///< told by SQLite after each commit
    std::mutex pool_;
    std::vector<std::unique_ptr<Connection>> idle_;

    std::mutex checkpoint_mutex_;
    std::condition_variable checkpoint_wanted_;
    bool wanted_ = false;
    bool closing_ = false;
    std::thread checkpointer_;
};

/// For what only this store can do. Throws std::logic_error when it is another one.
[[nodiscard]] SqliteStore& sqlite_of(Store& store);

/// Findings of the checks that one connection can make in a transaction, see Store::check.
[[nodiscard]] std::vector<std::string> check_database(Database& database, SearchIndex& search);
/// The next piece of them, see check_sqlite_slice.
[[nodiscard]] bool check_piece(Database& database, SearchIndex& search, CheckPosition& position,
                               std::vector<std::string>& findings);

}  // namespace minglu
