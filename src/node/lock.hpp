#pragma once
/// One process writes: it holds an advisory lock on a file in the data directory for as long as it lives.
#include <chrono>
#include <filesystem>

#include "minglu/error.hpp"
#include "src/node/config.hpp"

namespace minglu {

class DataLock {
public:
    /// Errors: busy (naming the process that holds it), io.
    [[nodiscard]] static Result<DataLock> take(const std::filesystem::path& file);
    ~DataLock();
    DataLock(DataLock&& other) noexcept;
    DataLock& operator=(DataLock&& other) noexcept;
    DataLock(const DataLock&) = delete;
    DataLock& operator=(const DataLock&) = delete;

private:
    explicit DataLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

/// True while another process holds the lock of that data directory.
[[nodiscard]] bool server_is_running(const std::filesystem::path& data_dir);

/// Returns when no process holds the lock any more, when a service has opened its socket meanwhile, or after
/// `wait_max`.
void wait_until_free(const DataPaths& paths, std::chrono::milliseconds wait_max);

}  // namespace minglu
