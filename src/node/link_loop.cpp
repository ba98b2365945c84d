#include "src/node/link_loop.hpp"

#include <spdlog/spdlog.h>

#include <chrono>

namespace minglu {

LinkLoop::LinkLoop(std::string name, Transport& transport, Step step, std::function<void(const StoreFault&)> on_fault)
    : name_(std::move(name)),
      transport_(transport),
      step_(std::move(step)),
      on_fault_(std::move(on_fault)),
      thread_([this] { run(); }) {}

LinkLoop::~LinkLoop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    transport_.cancel();
    thread_.join();
}

void LinkLoop::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        const std::int64_t pause_ms = step();
        lock.lock();
        wake_.wait_for(lock, std::chrono::milliseconds(pause_ms), [&] { return stopping_.load(); });
    }
}

std::int64_t LinkLoop::step() {
    try {
        const LinkState state = step_([this] { return stopping_.load(); });
        tell(state);
        return state.pause_ms;
    } catch (const CommitUnknown& fault) {
        on_fault_(fault);
    } catch (const std::exception& fault) {
        spdlog::error("{}: {}", name_, fault.what());
    }
    constexpr std::int64_t after_fault_ms = 5'000;  // a full disk, say: nothing was lost, try again
    return after_fault_ms;
}

void LinkLoop::tell(const LinkState& state) {
    if (state.failures == 1) spdlog::warn("{}: {}", name_, describe(state.last_error));
    if (state.failures == 0 && failing_) spdlog::info("{}: the link is back", name_);
    failing_ = state.failures > 0;
}

}  // namespace minglu
