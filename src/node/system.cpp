#include "src/node/system.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <limits>
#include <utility>

#include "src/crypto/random.hpp"

namespace minglu {

UnixMs SystemClock::now() const {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return UnixMs{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

std::int64_t SystemClock::steady_ms() const {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

std::uint64_t SystemRandom::next() {
    const std::string bytes = random_bytes(sizeof(std::uint64_t));
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
}

std::size_t descriptors_max() {
    rlimit limit{};
    const bool is_told = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return is_told ? static_cast<std::size_t>(limit.rlim_cur) : std::numeric_limits<std::size_t>::max();
}

/// On Linux each thread has a nice value of its own. Refused: it goes on as it is.
void yield_to_others() {
    constexpr int last = 19;
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), last);
}

BesideThread::BesideThread() : thread_([this] { run(); }) {}

BesideThread::~BesideThread() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void BesideThread::start(std::function<void()> work) {
    const std::scoped_lock lock(mutex_);
    work_ = std::move(work);
    busy_ = true;
    changed_.notify_all();
}

void BesideThread::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !busy_; });
    if (const auto fault = std::exchange(fault_, nullptr)) std::rethrow_exception(fault);
}

void BesideThread::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return ending_ || work_; });
        if (ending_) return;
        const auto work = std::exchange(work_, nullptr);
        lock.unlock();
        std::exception_ptr fault;
        try {
            work();
        } catch (...) {
            fault = std::current_exception();
        }
        lock.lock();
        fault_ = fault;
        busy_ = false;
        changed_.notify_all();
    }
}

}  // namespace minglu
