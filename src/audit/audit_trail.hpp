#pragma once
/// Brings what is asked and answered into the audit trail: rows are queued and written in groups, through the node's
/// one writer, so that an answer waits for its row only where it has to.
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "minglu/ports.hpp"
#include "sync/audit_chain.hpp"
#include "sync/replica.hpp"

namespace minglu {

/// Whose answers wait until their row is on the disk, and are withheld when it cannot get there.
enum class AuditMode {
    of_cases,  ///< those to requests with a case number
    of_all,
};

struct AuditOptions {
    AuditMode mode = AuditMode::of_cases;
    bool behind_proxy = false;          ///< X-Forwarded-For is our proxy's word, and is written down
    std::size_t rows_max = 4'096;       ///< that wait to be written; 1 KiB each is usual, 8 KiB the most
    std::int64_t gather_ms = 200;       ///< how long a row that nobody waits for may wait for others
    std::int64_t wait_ms = 10'000;      ///< how long an answer waits for its row before it is withheld
    std::int64_t refusals_ms = 60'000;  ///< equal refusals within this time become one row
};

struct AuditState {
    std::uint64_t written = 0;  ///< since the start
    std::uint64_t waiting = 0;
    std::uint64_t lost = 0;  ///< could not be written and are named as a gap, or will be
};

/// Thread-safe. All that is given to the constructor must outlive it.
class AuditTrail {
public:
    /// `on_fault` hears of every fault of the store; for a commit whose outcome is unknown it does not return.
    AuditTrail(Replica& replica, const Clock& clock, AuditOptions options,
               std::function<void(const StoreFault&)> on_fault);
    ~AuditTrail();  ///< writes what is queued
    AuditTrail(const AuditTrail&) = delete;
    AuditTrail& operator=(const AuditTrail&) = delete;

    [[nodiscard]] const AuditOptions& options() const { return options_; }

    /// Queues a row. When there is no room it is lost, and the trail will say that rows are missing.
    void note(AuditEntry entry);
    /// The same for somebody who was not let in: one row at once, and one for all equal ones that follow in a while, so
    /// that knocking at the door does not fill the disk.
    void note_refusal(AuditEntry entry);
    /// Returns when the row is on the disk, with its number. Errors: disk_full, io, busy (the writer was taken for too
    /// long); then nothing of it is written.
    [[nodiscard]] Result<std::int64_t> record(AuditEntry entry);
    /// Returns when everything that was noted before is on the disk, or could not get there.
    void flush();

    [[nodiscard]] AuditState state() const;

private:
    struct Row;
    using Rows = std::deque<std::shared_ptr<Row>>;
    struct Refusals {
        AuditEntry entry;
        std::uint64_t more = 0;
        std::int64_t since_ms = 0;
    };

    void run();
    void write_group();
    void give_back(Rows taken, const StoreFault& fault);
    void gather_refusals(bool all);
    [[nodiscard]] Rows take_queue();
    [[nodiscard]] AuditEntry gap() const;

    Replica& replica_;
    const Clock& clock_;
    const AuditOptions options_;
    std::function<void(const StoreFault&)> on_fault_;

    mutable std::mutex mutex_;  ///< guards all below; never held while the store is written
    std::condition_variable wake_;
    std::condition_variable done_;
    Rows queue_;
    std::map<std::string, Refusals> refusals_;
    std::uint64_t awaited_ = 0;  ///< rows in the queue that somebody waits for
    std::uint64_t written_ = 0;
    std::uint64_t lost_ = 0;  ///< ever
    std::uint64_t gap_ = 0;   ///< of those, how many no row tells of yet
    UnixMs gap_since_;
    bool hurry_ = false;  ///< somebody waits in `flush`
    bool failing_ = false;
    bool stopping_ = false;
    std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace minglu
