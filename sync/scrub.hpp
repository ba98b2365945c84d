#pragma once
/// The node verifies itself while it runs: bytes that change on the disk are found although nobody asks for them.
///
/// A round goes through all that `minglu verify` checks, in slices of a few milliseconds, spread over a day. Where a
/// round stands is kept in the store, so that a node that is restarted every night comes to its end, too.
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "sync/reading.hpp"
#include "sync/replica.hpp"
#include "sync/verify.hpp"

namespace minglu {

/// The next piece of what the store alone can check: moves `part` and `after`, which begin at 0, and adds findings.
/// True while there is more.
using StoreCheck = std::function<bool(std::int64_t& part, std::int64_t& after, std::vector<std::string>& findings)>;

struct ScrubOptions {
    std::int64_t round_ms = std::int64_t{24} * 60 * 60 * 1000;  ///< how long a round is to take; it may take longer
    std::int64_t slice_ms = 20;                                 ///< after which a slice ends with what it is at
    std::int64_t save_every_ms = std::int64_t{10} * 60 * 1000;  ///< how often it writes down where it stands
};

struct ScrubState {
    std::uint64_t rounds = 0;         ///< ended since the node was made
    UnixMs last_end;                  ///< 0: none has ended yet, and so below
    UnixMs last_ok;                   ///< end of the last one that found nothing
    std::uint64_t last_findings = 0;  ///< of the last one that ended
    std::uint64_t last_busy_ms = 0;   ///< what that one cost
    UnixMs begun;                     ///< of the round that is under way
    std::uint64_t findings = 0;       ///< of that round so far
    std::uint64_t busy_ms = 0;
    double progress = 0;  ///< of that round, from 0 to 1
    std::string fault;    ///< why the round before broke off; empty: it came to its end
};

/// When to go on.
struct ScrubPause {
    std::int64_t least_ms = 0;  ///< not before, so that it never takes more than a twentieth of a processor
    std::int64_t due_ms = 0;    ///< then, so that the round takes as long as it is to; earlier where there is a cause
};

/// Steps are taken by one thread; `state` is for any.
class Scrub {
public:
    Scrub(Store& store, Replica& replica, const Clock& clock, StoreCheck check_store, const ScrubOptions& options = {});

    /// One slice. Each finding becomes an incident, once in a round. Faults of reading are findings; after any other
    /// the round begins anew, later. Throws CommitUnknown alone.
    ScrubPause step();
    /// Writes down where it stands, for the next start.
    void save();
    [[nodiscard]] ScrubState state() const;

private:
    void load();
    void begin();
    void slice();
    bool check_piece();
    void check_pieces(std::int64_t began_ms);
    void take(std::vector<std::string> lines);
    void report_pending();
    void end_round();
    void start_pacing();
    [[nodiscard]] double progress() const;
    [[nodiscard]] std::string text() const;
    void update(const std::function<void(ScrubState&)>& change);

    Store& store_;
    Replica& replica_;
    const Clock& clock_;
    StoreCheck check_store_;
    ScrubOptions options_;

    std::unique_ptr<VerifyRound> round_;
    bool in_store_ = false;  ///< the records and what they give are through, the store's own checks are not
    std::int64_t part_ = 0;
    std::int64_t after_ = 0;
    std::vector<IncidentRow> pending_;  ///< found and not written yet
    std::int64_t pace_from_ms_ = 0;     ///< when a round at this pace would have begun, on the steady clock
    std::int64_t saved_ms_ = 0;

    mutable std::mutex mutex_;
    ScrubState state_;
};

}  // namespace minglu
