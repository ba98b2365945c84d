#pragma once
/// The thread in which a node verifies itself (sync/scrub.hpp), behind everybody else who wants the processor.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "sync/scrub.hpp"

namespace minglu {

class ScrubThread {
public:
    /// A slice is due by the pace of the round, and whenever the replica has committed something: what comes from a
    /// peer, a write, a head. `on_fault`: a commit whose outcome is unknown; it does not return.
    ScrubThread(Scrub& scrub, Replica& replica, std::function<void(const StoreFault&)> on_fault);
    /// Waits for the slice that is under way, and writes down where the round stands.
    ~ScrubThread();
    ScrubThread(const ScrubThread&) = delete;
    ScrubThread& operator=(const ScrubThread&) = delete;

private:
    void run();
    void tell(const ScrubState& before, const ScrubState& after) const;
    bool rest(std::int64_t ms);

    Scrub& scrub_;
    Replica& replica_;
    std::function<void(const StoreFault&)> on_fault_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace minglu
