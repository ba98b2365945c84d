#pragma once
/// Workers that wait for their clients: for more of a body, or until more of an answer has been taken.
///
/// Such a worker is lost to everybody else, so it waits only while others do not need it: once requests are ready and
/// no worker is free, the client with the most waits loses the oldest of them, one after the other until there is a
/// worker again. A crowd of slow clients so ends itself, and one that is slow on its own is left its time.
#include <atomic>
#include <list>
#include <mutex>
#include <string>

#include "minglu/ports.hpp"
#include "src/http/server_channel.hpp"

namespace minglu {

/// How long an exchange is left alone while others wait for a worker. Once many had to go, the rest of the crowd still
/// stands in front of everybody else: from then on each is given no more than a moment.
class Grace {
public:
    /// A wait was ended for the sake of others.
    void ended(std::int64_t now_ms);
    [[nodiscard]] std::int64_t at_ms(std::int64_t now_ms) const;

private:
    std::int64_t window_ = 0;  ///< the latest in which a wait was ended
    int in_window_ = 0;
    int in_window_before_ = 0;
};

/// Shared by the workers of a listener.
class ClientWaits {
public:
    explicit ClientWaits(const Clock& clock) : clock_(clock) {}

    /// The event queue of the listener: readable while a connection is ready for a worker.
    void watch(int events) { events_ = events; }
    /// A worker begins and ends to wait for a connection that is ready.
    void worker_is_free() { ++free_; }
    void worker_is_taken() { --free_; }

private:
    friend class AwaitedClient;
    struct Wait {
        std::string client;
        std::int64_t began_ms = 0;  ///< of the exchange, not of this pause: a trickle does not make it younger
    };
    [[nodiscard]] bool are_workers_wanted() const;
    /// Whether `mine` is the next to end for the sake of others.
    [[nodiscard]] bool is_next_to_end(const Wait& mine) const;

    const Clock& clock_;
    int events_ = -1;
    std::atomic<int> free_{0};
    mutable std::mutex mutex_;
    std::list<const Wait*> waits_;
    Grace grace_;
};

/// The client of one exchange, as its worker sees it.
class AwaitedClient {
public:
    /// `client` tells clients apart. One without `patience` is let go before all others.
    enum class Patience { some, none };
    AwaitedClient(const Channel& channel, ClientWaits& waits, std::string client, Patience patience = Patience::some);

    /// Waits until what `io` asks for is possible; false when time is up, or the worker is needed for others.
    [[nodiscard]] bool wait(Io io, std::int64_t timeout_ms) const;

private:
    const Channel& channel_;
    ClientWaits& waits_;
    ClientWaits::Wait wait_;
};

}  // namespace minglu
