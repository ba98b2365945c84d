#pragma once
/// The bringing side: takes our records and heads to one peer that cannot ask us for them, for as long as its owner
/// calls `step`.
///
/// There is no checkpoint here either: what to bring follows from the vector and heads that the peer answers with, and
/// from its newest head that came with its own records. A lost answer costs one greeting.
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "sync/cosigned_position.hpp"
#include "sync/link.hpp"
#include "sync/skipped_logs.hpp"

namespace minglu {

struct PusherOptions {
    std::int64_t idle_ms = 25'000;  ///< with nothing to bring, one step lasts until a commit, and this at most
    std::size_t limit_bytes = bundle_bytes_max;
    std::size_t limit_bytes_min = 64u * 1024;  ///< not asked to go below: a record goes alone then
    Backoff backoff;
    SkipWaits refused;  ///< a log that the peer refused, or whose card it lacks, is offered again after these
    std::int64_t hello_again_ms = 300'000;  ///< what the peer holds is asked again after this
};

struct PushStatus : LinkStatus {
    std::uint64_t bytes_sent = 0;  ///< bodies
};

class Pusher {
public:
    Pusher(Link link, PusherOptions options);

    /// One exchange with the peer; with nothing to bring it waits for a commit first. `gone` is asked while it waits.
    /// Returns the milliseconds to wait before the next step; 0 = go on at once.
    std::int64_t step(const std::function<bool()>& gone);
    /// The same without waiting; for "sync now" and tests.
    std::int64_t step_now();

    [[nodiscard]] PushStatus status() const;

private:
    struct Offer;

    std::int64_t bring_or_rest(const std::optional<Offer>& offer);
    std::int64_t settle(const Result<void>& done);
    void rest();
    [[nodiscard]] bool is_greeted() const;
    Result<void> hello();
    Result<void> bring(const Offer& first);
    Result<void> note_told(std::string_view body);
    void note_offer(const Offer& offer, std::string_view body);
    [[nodiscard]] std::optional<Offer> next_offer();
    [[nodiscard]] bool shrink(std::size_t bytes);

    Link link_;
    PusherOptions options_;

    bool greeted_ = false;
    std::size_t limit_bytes_;
    Vector their_vector_;
    std::vector<HeldHead> their_heads_;
    Vector their_forks_;  ///< proofs that the peer has, or was offered
    CosignedPosition cosigned_;
    std::int64_t greeted_at_ms_ = 0;
    HybridTime told_at_;                          ///< of the peer's own head among those
    HybridTime known_when_told_;                  ///< of its newest head that was here by then
    std::map<LogId, std::string> offered_heads_;  ///< not to be brought again and again to a peer that keeps another
    SkippedLogs refused_;
    std::int64_t retry_after_ms_ = 0;

    mutable std::mutex status_mutex_;
    PushStatus status_;
};

}  // namespace minglu
