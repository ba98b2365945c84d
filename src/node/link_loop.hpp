#pragma once
/// A thread that exchanges with one peer step by step, until it is destroyed.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"

namespace minglu {

/// How it stands after a step.
struct LinkState {
    std::int64_t pause_ms = 0;  ///< until the next one
    std::int64_t failures = 0;  ///< in a row
    Error last_error;
};

class LinkLoop {
public:
    /// `step` makes one exchange over `transport`; it may wait as long as `gone`, which it is given, says no.
    /// `on_fault`: a commit whose outcome is unknown; it does not return.
    using Step = std::function<LinkState(const std::function<bool()>& gone)>;
    LinkLoop(std::string name, Transport& transport, Step step, std::function<void(const StoreFault&)> on_fault);
    ~LinkLoop();
    LinkLoop(const LinkLoop&) = delete;
    LinkLoop& operator=(const LinkLoop&) = delete;

private:
    void run();
    std::int64_t step();
    void tell(const LinkState& state);

    std::string name_;
    Transport& transport_;
    Step step_;
    std::function<void(const StoreFault&)> on_fault_;
    bool failing_ = false;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace minglu
