#pragma once
/// The asking side: follows one peer, for as long as its owner calls `step`.
///
/// There is no checkpoint to lose: what to ask for is derived from the records held. A transfer cut at any byte is
/// dropped whole and asked for again. The owner sleeps as long as `step` says; nothing here sleeps.
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "sync/cosigned_position.hpp"
#include "sync/link.hpp"
#include "sync/skipped_logs.hpp"

namespace minglu {

struct PullerOptions {
    std::int64_t wait_s = 25;  ///< long-poll; below the idle limits of common middle boxes
    std::size_t limit_bytes = bundle_bytes_max;
    std::size_t limit_bytes_min = 64u * 1024;  ///< asked for where a larger bundle brings too much of one entry
    Backoff backoff;
    SkipWaits refused;                       ///< a refused log is asked for again after these
    std::int64_t hello_again_ms = 300'000;   ///< the peer's heads are compared with ours after this
    std::int64_t compare_again_ms = 60'000;  ///< the entries that differ are looked for again after this
};

struct PullStatus : LinkStatus {
    std::uint64_t bytes_received = 0;  ///< bodies, on the wire
    std::uint64_t ops = 0;
};

class Puller {
public:
    Puller(Link link, PullerOptions options);

    /// One exchange with the peer, without long-poll at the beginning and after a failure. Returns the milliseconds to
    /// wait before the next one; 0 = go on at once. A fault of the own store is a failed exchange, with its code in
    /// `last_error`; only CommitUnknown is thrown on.
    std::int64_t step();
    /// One exchange without long-poll; for "sync now" and tests.
    std::int64_t step_now();

    [[nodiscard]] PullStatus status() const;

private:
    std::int64_t exchange(std::int64_t wait_s);
    Result<void> attempt(std::int64_t wait_s);
    Result<void> hello();
    Result<void> pull(std::int64_t wait_s);
    void settle(const Doubt& doubt);
    void look_into(const LogId& diverged);
    void note_report(const IngestReport& report);
    bool ask_for_less(const IngestReport& report);
    [[nodiscard]] std::set<LogId> skipped();

    Link link_;
    PullerOptions options_;
    std::size_t limit_bytes_;

    bool greeted_ = false;
    bool more_ = false;
    CosignedPosition cosigned_;
    std::set<LogId> unknown_;
    SkippedLogs refused_;
    std::int64_t greeted_at_ms_ = 0;
    std::int64_t retry_after_ms_ = 0;
    std::optional<std::int64_t> compared_at_ms_;
    bool named_entries_ = false;  ///< a comparison has come to its end once

    mutable std::mutex status_mutex_;
    PullStatus status_;
};

}  // namespace minglu
