#pragma once
/// Imports that run beside everything else, one at a time: read and plan, then publish exactly what was planned.
///
/// A plan becomes one record, or several announced as 标题（1/3）, 标题（2/3） … where it is too large for one. Each is
/// atomic. If the process ends in between, what was published stays; the same file again publishes the rest, since what
/// is as the file says is left alone. Jobs live in memory for a day after they came to rest, and in the spool directory
/// as far as somebody may ask for it: the plan of a dry run, refused rows.
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "src/imports/import_status.hpp"
#include "src/imports/plan_file.hpp"
#include "sync/replica.hpp"

namespace minglu {

constexpr std::int64_t import_kept_ms = 24 * 60 * 60 * 1000;
constexpr std::uint64_t import_bytes_limit = std::uint64_t{1} << 30;

/// Thread-safe. All that is given to the constructor must outlive it.
class ImportJobs {
public:
    /// Makes the spool directory, and empties it of what an earlier process left there. Throws StoreFault (io).
    /// `beside` maps rows on another core; none = in the jobs' own thread. `on_unknown`: a commit whose outcome is
    /// unknown; it does not return, and nobody may be told how the job ended.
    ImportJobs(std::filesystem::path spool, Store& store, Replica& replica, const Clock& clock, Random& random,
               PlanLimits limits = {}, Beside* beside = nullptr,
               std::function<void(const StoreFault&)> on_unknown = {});
    /// Waits for the record that is being published, not for the rest of the job.
    ~ImportJobs();
    ImportJobs(const ImportJobs&) = delete;
    ImportJobs& operator=(const ImportJobs&) = delete;

    /// Takes the bytes of a file; the answer is the job's id. Throws StoreFault (io, disk_full).
    [[nodiscard]] Result<std::string> submit_bytes(ImportRequest request, std::string_view bytes);
    /// Takes a file, which stays where it is and may go afterwards. Errors: too_large, not_found.
    [[nodiscard]] Result<std::string> submit_file(ImportRequest request, const std::filesystem::path& file);

    [[nodiscard]] std::optional<ImportStatus> status(std::string_view id);
    /// Until the job rests, or the time is over; then as `status`.
    [[nodiscard]] std::optional<ImportStatus> wait(std::string_view id, std::int64_t timeout_ms);
    /// Publishes a dry run as it was previewed, in the name of `actor`. Errors: not_found, already_exists (there is no
    /// plan waiting).
    [[nodiscard]] Result<void> publish(std::string_view id, std::string_view actor);
    /// The file of refused rows; stays until the job goes. Errors: not_found (no such job, or no row refused so far).
    [[nodiscard]] Result<std::filesystem::path> refused_rows(std::string_view id);
    /// Forgets a job that rests. Errors: not_found, busy (it is at work).
    [[nodiscard]] Result<void> remove(std::string_view id);

private:
    struct Job;
    using JobPtr = std::shared_ptr<Job>;

    [[nodiscard]] JobPtr make_job(ImportRequest request);
    [[nodiscard]] std::string start(const JobPtr& job);
    [[nodiscard]] JobPtr find(std::string_view id);
    void forget_old();
    void work();
    void step(Job& job);
    void plan(Job& job);
    void publish_plan(Job& job);
    [[nodiscard]] Result<bool> publish_records(Job& job);
    void show(Job& job, const ImportStatus& status);
    void rest(Job& job, ImportState state, std::optional<Error> error = {});

    std::filesystem::path spool_;
    Store& store_;
    Replica& replica_;
    const Clock& clock_;
    Random& random_;
    PlanLimits limits_;
    AtOnce at_once_;
    Beside& beside_;
    std::function<void(const StoreFault&)> on_unknown_;

    std::mutex mutex_;  ///< guards all below, and the status of each job
    std::condition_variable changed_;
    std::unordered_map<std::string, JobPtr> jobs_;
    std::deque<JobPtr> queue_;
    bool stopping_ = false;
    std::thread worker_;
};

}  // namespace minglu
