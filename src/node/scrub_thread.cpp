#include "src/node/scrub_thread.hpp"

#include <spdlog/spdlog.h>

#include <chrono>

#include "src/node/system.hpp"

namespace minglu {

ScrubThread::ScrubThread(Scrub& scrub, Replica& replica, std::function<void(const StoreFault&)> on_fault)
    : scrub_(scrub), replica_(replica), on_fault_(std::move(on_fault)), thread_([this] { run(); }) {}

ScrubThread::~ScrubThread() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
    try {
        scrub_.save();
    } catch (const CommitUnknown& fault) {
        on_fault_(fault);
    } catch (const std::exception& fault) {  // the next start goes on from where it was saved before
        spdlog::warn("verification: where it stands could not be written down: {}", fault.what());
    }
}

/// False once it is to stop.
bool ScrubThread::rest(std::int64_t ms) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
}

void ScrubThread::run() {
    yield_to_others();
    ScrubPause pause;
    do {
        const std::uint64_t revision = replica_.standing().revision;
        const ScrubState before = scrub_.state();
        try {
            pause = scrub_.step();
        } catch (const CommitUnknown& fault) {
            on_fault_(fault);
        }
        tell(before, scrub_.state());
        if (!rest(pause.least_ms)) return;
        replica_.wait_beyond(revision, pause.due_ms - pause.least_ms, [this] { return !rest(0); });
    } while (rest(0));
}

void ScrubThread::tell(const ScrubState& before, const ScrubState& after) const {
    if (after.findings > before.findings || after.last_findings > before.findings)
        spdlog::error("verification: something stored is damaged: see minglu incident list");
    if (!after.fault.empty() && before.fault.empty()) spdlog::error("verification: {}", after.fault);
    if (after.rounds > before.rounds)
        spdlog::debug("verification: a round is through, {} findings, {} ms of work", after.last_findings,
                      after.last_busy_ms);
}

}  // namespace minglu
