#include "src/http/server_waits.hpp"

#include <poll.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace minglu {

namespace {

/// What every exchange is given whoever else comes; also how late a wait notices that workers are wanted.
constexpr std::int64_t grace_ms = 20;
constexpr std::int64_t crowd_grace_ms = 1;
constexpr std::int64_t turn_ms = 2;  ///< how late it notices that its turn to end has come
/// It is a crowd when so many had to go in this window or the one before.
constexpr std::int64_t window_ms = 100;
constexpr int crowd_min = 32;

}  // namespace

void Grace::ended(std::int64_t now_ms) {
    const std::int64_t window = now_ms / window_ms;
    if (window != window_) {
        in_window_before_ = window == window_ + 1 ? in_window_ : 0;
        in_window_ = 0;
        window_ = window;
    }
    ++in_window_;
}

std::int64_t Grace::at_ms(std::int64_t now_ms) const {
    const std::int64_t since = now_ms / window_ms - window_;
    const int lately = since == 0 ? in_window_ + in_window_before_ : since == 1 ? in_window_ : 0;
    return lately >= crowd_min ? crowd_grace_ms : grace_ms;
}

bool ClientWaits::are_workers_wanted() const {
    if (free_ > 0) return false;
    pollfd item{events_, POLLIN, 0};
    return ::poll(&item, 1, 0) > 0;
}

bool ClientWaits::is_next_to_end(const Wait& mine) const {
    const std::lock_guard lock(mutex_);
    std::map<std::string_view, std::size_t> counts;
    for (const Wait* wait : waits_) ++counts[wait->client];
    const std::size_t my_count = counts[mine.client];
    return std::none_of(waits_.begin(), waits_.end(), [&](const Wait* other) {
        const std::size_t count = counts[other->client];
        return count != my_count ? count > my_count : other->began_ms < mine.began_ms;
    });
}

AwaitedClient::AwaitedClient(const Channel& channel, ClientWaits& waits, std::string client, Patience patience)
    : channel_(channel),
      waits_(waits),
      wait_{std::move(client), patience == Patience::some ? waits.clock_.steady_ms() : 0} {}

bool AwaitedClient::wait(Io io, std::int64_t timeout_ms) const {
    const std::int64_t until_ms = waits_.clock_.steady_ms() + timeout_ms;
    std::unique_lock lock(waits_.mutex_);
    const auto at = waits_.waits_.insert(waits_.waits_.end(), &wait_);
    bool is_possible = false;
    for (std::int64_t now_ms = until_ms - timeout_ms;; now_ms = waits_.clock_.steady_ms()) {
        const std::int64_t grace_now_ms = waits_.grace_.at_ms(now_ms);
        lock.unlock();
        const bool is_pressed = now_ms - wait_.began_ms >= grace_now_ms && waits_.are_workers_wanted();
        const bool has_to_end = is_pressed && waits_.is_next_to_end(wait_);
        const std::int64_t pause_ms = is_pressed ? std::min(turn_ms, grace_now_ms) : grace_now_ms;
        if (!has_to_end) is_possible = channel_.wait(io, std::clamp<std::int64_t>(until_ms - now_ms, 0, pause_ms));
        lock.lock();
        if (has_to_end) waits_.grace_.ended(now_ms);
        if (has_to_end || is_possible || now_ms >= until_ms) break;
    }
    waits_.waits_.erase(at);
    return is_possible;
}

}  // namespace minglu
