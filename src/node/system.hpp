#pragma once
/// The only place that reads a clock, draws a random number, asks for the bounds of the process, or starts a thread for
/// pure work.
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "minglu/ports.hpp"

namespace minglu {

class SystemClock final : public Clock {
public:
    [[nodiscard]] UnixMs now() const override;
    [[nodiscard]] std::int64_t steady_ms() const override;
};

/// From the operating system's generator; thread-safe.
class SystemRandom final : public Random {
public:
    [[nodiscard]] std::uint64_t next() override;
};

/// How many files and sockets this process may have open; the largest number when the system does not tell.
[[nodiscard]] std::size_t descriptors_max();

/// Puts the calling thread behind all others, for the processor and, where the scheduler of the disk knows of it,
/// there.
void yield_to_others();

/// A thread of its own that lives as long as this object.
class BesideThread final : public Beside {
public:
    BesideThread();
    ~BesideThread() override;
    BesideThread(const BesideThread&) = delete;
    BesideThread& operator=(const BesideThread&) = delete;

    void start(std::function<void()> work) override;
    void wait() override;

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void()> work_;
    std::exception_ptr fault_;
    bool busy_ = false;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace minglu
