#include "src/node/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace minglu {

namespace {

std::string holder_of(int descriptor) {
    std::array<char, 32> text{};
    const auto count = ::pread(descriptor, text.data(), text.size() - 1, 0);
    return count > 0 ? std::string(text.data(), static_cast<std::size_t>(count)) : "unknown";
}

}  // namespace

Result<DataLock> DataLock::take(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return fail({ErrorCode::io, "cannot open the lock: " + std::generic_category().message(errno), file.string(),
                     "check that the data directory exists and belongs to you"});
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        const std::string holder = holder_of(descriptor);
        ::close(descriptor);
        return fail({ErrorCode::busy, "the data directory is in use by process " + holder, file.string(),
                     "stop that process, or talk to it: the command line does so by itself while it serves"});
    }
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, pid.data(), pid.size(), 0) < 0) {
        ::close(descriptor);
        return fail(
            {ErrorCode::io, "cannot write the lock: " + std::generic_category().message(errno), file.string(), ""});
    }
    return DataLock(descriptor);
}

DataLock::~DataLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

DataLock::DataLock(DataLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

DataLock& DataLock::operator=(DataLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

bool server_is_running(const std::filesystem::path& data_dir) {
    const int descriptor = ::open(DataPaths(data_dir).lock.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool held = ::flock(descriptor, LOCK_EX | LOCK_NB) != 0;
    ::close(descriptor);
    return held;
}

void wait_until_free(const DataPaths& paths, std::chrono::milliseconds wait_max) {
    constexpr std::chrono::milliseconds interval{50};
    const auto give_up = std::chrono::steady_clock::now() + wait_max;
    while (server_is_running(paths.lock.parent_path()) && !std::filesystem::exists(paths.socket) &&
           std::chrono::steady_clock::now() < give_up)
        std::this_thread::sleep_for(interval);
}

}  // namespace minglu
