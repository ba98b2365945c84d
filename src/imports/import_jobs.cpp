#include "src/imports/import_jobs.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "src/imports/planning.hpp"

namespace minglu {

namespace fs = std::filesystem;

struct ImportJobs::Job {
    ImportRequest request;
    fs::path directory;
    std::vector<std::size_t> records;  ///< ops of each record of the plan; the worker's
    ImportStatus status;
    UnixMs rested;

    [[nodiscard]] fs::path input() const { return directory / "input"; }
    [[nodiscard]] fs::path plan() const { return directory / "plan"; }
    [[nodiscard]] fs::path refused() const { return directory / "refused.csv"; }
    /// Of a dry run its plan, and rows to be mended; of a job that failed nothing: its file is imported again.
    void keep_what_is_needed(ImportState at_rest) const {
        std::error_code ignored;
        fs::remove(input(), ignored);
        if (at_rest != ImportState::planned) fs::remove(plan(), ignored);
        if (at_rest == ImportState::failed) fs::remove(refused(), ignored);
        fs::remove(directory, ignored);  // stays while there is something in it
    }
};

namespace {

Error no_such_job(std::string_view id) {
    return {ErrorCode::not_found, "there is no import " + std::string(id), "",
            "imports are kept for a day; import the file again"};
}

std::string hex_id(std::uint64_t value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[value >> shift & 15];
    return text;
}

/// 标题（2/3）; the title alone when there is one record.
std::string title_of(const ImportRequest& request, std::size_t number, std::size_t records) {
    const std::string& title = request.batch.title.empty() ? request.file_name : request.batch.title;
    if (records == 1) return title;
    return title + "（" + std::to_string(number) + "/" + std::to_string(records) + "）";
}

}  // namespace

std::string_view name(ImportState state) {
    static constexpr std::array<std::string_view, 6> names{"reading", "planned", "publishing",
                                                           "done",    "refused", "failed"};
    return names[static_cast<std::size_t>(state)];
}

bool is_resting(ImportState state) {
    return state != ImportState::reading && state != ImportState::publishing;
}

ImportJobs::ImportJobs(fs::path spool, Store& store, Replica& replica, const Clock& clock, Random& random,
                       PlanLimits limits, Beside* beside, std::function<void(const StoreFault&)> on_unknown)
    : spool_(std::move(spool)),
      store_(store),
      replica_(replica),
      clock_(clock),
      random_(random),
      limits_(limits),
      beside_(beside != nullptr ? *beside : at_once_),
      on_unknown_(std::move(on_unknown)) {
    try {
        fs::create_directories(spool_);
        for (const auto& left : fs::directory_iterator(spool_)) fs::remove_all(left.path());
    } catch (const fs::filesystem_error& error) {
        throw StoreFault(ErrorCode::io, std::string("spool directory: ") + error.what());
    }
    worker_ = std::thread([this] { work(); });
}

ImportJobs::~ImportJobs() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        changed_.notify_all();
    }
    worker_.join();
}

Result<std::string> ImportJobs::submit_bytes(ImportRequest request, std::string_view bytes) {
    const JobPtr job = make_job(std::move(request));
    std::ofstream out(job->input(), std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) {
        fs::remove_all(job->directory);
        throw StoreFault(ErrorCode::disk_full, "no space to take the file in");
    }
    return start(job);
}

Result<std::string> ImportJobs::submit_file(ImportRequest request, const fs::path& file) {
    std::error_code failure;
    const auto bytes = fs::file_size(file, failure);
    if (failure)
        return fail({ErrorCode::not_found, "cannot read the file: " + failure.message(), file.string(),
                     "give a file that is there"});
    if (bytes > import_bytes_limit)
        return fail({ErrorCode::too_large, "the file is larger than 1 GiB", file.string(), "split it"});
    const JobPtr job = make_job(std::move(request));
    fs::create_hard_link(file, job->input(), failure);
    if (failure) fs::copy_file(file, job->input(), failure);
    if (failure) {
        fs::remove_all(job->directory);
        throw StoreFault(ErrorCode::disk_full, "cannot take the file in: " + failure.message());
    }
    return start(job);
}

ImportJobs::JobPtr ImportJobs::make_job(ImportRequest request) {
    auto job = std::make_shared<Job>();
    {
        const std::scoped_lock lock(mutex_);
        forget_old();
        job->status.id = hex_id(random_.next());
    }
    job->directory = spool_ / job->status.id;
    job->status.file_name = request.file_name;
    job->status.actor = request.actor;
    job->request = std::move(request);
    std::error_code failure;
    fs::create_directory(job->directory, failure);
    if (failure == std::errc::no_space_on_device)
        throw StoreFault(ErrorCode::disk_full, "no space for the spool directory of an import");
    if (failure) throw StoreFault(ErrorCode::io, "spool directory: " + failure.message());
    return job;
}

std::string ImportJobs::start(const JobPtr& job) {
    job->status.bytes_total = fs::file_size(job->input());
    const std::scoped_lock lock(mutex_);
    jobs_.emplace(job->status.id, job);
    queue_.push_back(job);
    changed_.notify_all();
    return job->status.id;
}

ImportJobs::JobPtr ImportJobs::find(std::string_view id) {
    const auto found = jobs_.find(std::string(id));
    return found == jobs_.end() ? nullptr : found->second;
}

std::optional<ImportStatus> ImportJobs::status(std::string_view id) {
    return wait(id, 0);
}

std::optional<ImportStatus> ImportJobs::wait(std::string_view id, std::int64_t timeout_ms) {
    std::unique_lock lock(mutex_);
    forget_old();
    const JobPtr job = find(id);
    if (!job) return std::nullopt;
    changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                      [&] { return stopping_ || is_resting(job->status.state); });
    return job->status;
}

Result<void> ImportJobs::publish(std::string_view id, std::string_view actor) {
    const std::scoped_lock lock(mutex_);
    const JobPtr job = find(id);
    if (!job) return fail(no_such_job(id));
    if (job->status.state != ImportState::planned)
        return fail({ErrorCode::already_exists,
                     "the import is " + std::string(name(job->status.state)) + ", not planned",
                     "import " + std::string(id), "only a dry run can be published, and only once"});
    job->request.actor = actor;
    job->status.state = ImportState::publishing;
    queue_.push_back(job);
    changed_.notify_all();
    return {};
}

Result<fs::path> ImportJobs::refused_rows(std::string_view id) {
    const std::scoped_lock lock(mutex_);
    const JobPtr job = find(id);
    if (!job) return fail(no_such_job(id));
    if (!is_resting(job->status.state) || !fs::exists(job->refused()))
        return fail({ErrorCode::not_found, "no file of refused rows", "import " + std::string(id),
                     "ask again when the import has come to rest and has refused rows"});
    return job->refused();
}

Result<void> ImportJobs::remove(std::string_view id) {
    const std::scoped_lock lock(mutex_);
    const JobPtr job = find(id);
    if (!job) return fail(no_such_job(id));
    if (!is_resting(job->status.state))
        return fail({ErrorCode::busy, "the import is at work", "import " + std::string(id), "wait until it rests"});
    jobs_.erase(job->status.id);
    fs::remove_all(job->directory);
    return {};
}

/// With the mutex held.
void ImportJobs::forget_old() {
    const UnixMs now = clock_.now();
    for (auto job = jobs_.begin(); job != jobs_.end();) {
        const bool old =
            is_resting(job->second->status.state) && now.value() - job->second->rested.value() > import_kept_ms;
        if (old) fs::remove_all(job->second->directory);
        job = old ? jobs_.erase(job) : std::next(job);
    }
}

void ImportJobs::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        const JobPtr job = queue_.front();
        queue_.pop_front();
        lock.unlock();
        step(*job);
        lock.lock();
    }
}

/// Whatever goes wrong is the job's end, but for a commit whose outcome is unknown: that must end the process.
void ImportJobs::step(Job& job) {
    try {
        const bool planned = !job.records.empty();
        planned ? publish_plan(job) : plan(job);
    } catch (const CommitUnknown& fault) {
        if (!on_unknown_) throw;
        on_unknown_(fault);
    } catch (const StoreFault& fault) {
        rest(job, ImportState::failed,
             Error{fault.code(), fault.what(), job.request.file_name, "mend the cause, then import the file again"});
    } catch (const std::exception& fault) {
        rest(job, ImportState::failed,
             Error{ErrorCode::internal, fault.what(), job.request.file_name, "report this, with the file"});
    }
}

void ImportJobs::plan(Job& job) {
    ImportStatus status = job.status;
    const auto watch = [&](const ImportStatus& now) {
        show(job, now);
        const std::scoped_lock lock(mutex_);
        return !stopping_;
    };
    Result<std::vector<std::size_t>> records = fail({});
    {
        const auto tx = store_.read();
        Planning planning(*tx, replica_.node(), day_of(clock_.now()), job.request,
                          {job.input(), job.plan(), job.refused()}, limits_, beside_);
        records = planning.run(status, watch);
    }
    show(job, status);
    std::error_code ignored;
    fs::remove(job.input(), ignored);  // records need the room
    if (!records) return rest(job, ImportState::failed, std::move(records.error()));
    if (status.refused > 0 && !job.request.skip_invalid) return rest(job, ImportState::refused);
    job.records = *std::move(records);
    if (job.records.empty()) return rest(job, ImportState::done);
    if (job.request.dry_run) return rest(job, ImportState::planned);
    status.state = ImportState::publishing;
    show(job, status);
    publish_plan(job);
}

void ImportJobs::publish_plan(Job& job) {
    auto published = publish_records(job);
    if (!published) return rest(job, ImportState::failed, std::move(published.error()));
    if (*published) rest(job, ImportState::done);
}

/// False when the process ends in between.
Result<bool> ImportJobs::publish_records(Job& job) {
    PlanReader plan(job.plan());
    for (std::size_t i = 0; i < job.records.size(); ++i) {
        {
            const std::scoped_lock lock(mutex_);
            if (stopping_) return false;
        }
        Draft draft;
        draft.actor = job.request.actor;
        draft.reason = job.request.reason;
        draft.label = "import";
        draft.batch = job.request.batch;
        draft.batch->title = title_of(job.request, i + 1, job.records.size());
        draft.ops = plan.next(job.records[i]);
        std::string title = draft.batch->title;
        const std::size_t ops = draft.ops.size();
        auto published = replica_.publish(std::move(draft));
        if (!published) return tl::unexpected(std::move(published.error()));
        const std::scoped_lock lock(mutex_);
        job.status.batches.push_back({std::move(published->dot), std::move(title), ops});
        job.status.published_ops += ops;
    }
    return true;
}

void ImportJobs::show(Job& job, const ImportStatus& status) {
    const std::scoped_lock lock(mutex_);
    job.status = status;
}

/// First the files go that nobody asks for any more: who hears that the job rests may need their room.
void ImportJobs::rest(Job& job, ImportState state, std::optional<Error> error) {
    job.keep_what_is_needed(state);
    const std::scoped_lock lock(mutex_);
    job.status.state = state;
    job.status.error = std::move(error);
    job.rested = clock_.now();
    changed_.notify_all();
}

}  // namespace minglu
