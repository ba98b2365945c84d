#include "src/http/api/maintenance_stream.hpp"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "src/http/api/json_answer.hpp"

namespace minglu {

namespace {

std::string failure_json(ErrorCode code, const std::string& what) {
    JsonWriter json;
    json.begin_object().member_boolean("ok", false).member_raw("findings", "[]");
    json.key("error").begin_object().member("code", name(code)).member("what", what).end_object();
    return std::move(json.end_object()).take();
}

/// The task and what it has told so far. Only the latest progress is kept for a slow reader.
class Task {
public:
    Task(std::function<std::string(const Progress&)> task, std::function<void()> after,
         std::function<void(const StoreFault&)> on_unknown)
        : task_(std::move(task)),
          after_(std::move(after)),
          on_unknown_(std::move(on_unknown)),
          thread_([this] { run(); }) {}
    ~Task() { thread_.join(); }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    /// Waits for the next line; false after the last.
    bool next(std::string& line) {
        std::unique_lock lock(mutex_);
        if (ended_) return false;
        changed_.wait(lock, [&] { return progress_ || over_; });
        if (progress_) {
            line = *std::exchange(progress_, std::nullopt);
            return true;
        }
        ended_ = true;
        line = "{\"result\":" + result_ + "}\n";
        return true;
    }

private:
    void run() {
        std::string result;
        try {
            result = task_([this](std::uint64_t done, std::uint64_t total) { tell(done, total); });
        } catch (const CommitUnknown& fault) {
            if (!on_unknown_) throw;
            on_unknown_(fault);  // the process ends, whether anybody still listens or not
        } catch (const StoreFault& error) {
            result = failure_json(error.code(), error.what());
        } catch (const std::exception& error) {
            result = failure_json(ErrorCode::internal, error.what());
        }
        after_();
        const std::scoped_lock lock(mutex_);
        result_ = std::move(result);
        over_ = true;
        changed_.notify_all();
    }

    void tell(std::uint64_t done, std::uint64_t total) {
        const std::scoped_lock lock(mutex_);
        progress_ = "{\"done\":" + std::to_string(done) + ",\"total\":" + std::to_string(total) + "}\n";
        changed_.notify_all();
    }

    std::function<std::string(const Progress&)> task_;
    std::function<void()> after_;
    std::function<void(const StoreFault&)> on_unknown_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<std::string> progress_;
    std::string result_;
    bool over_ = false;
    bool ended_ = false;
    std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace

HttpResponse stream_task(std::function<std::string(const Progress&)> task, std::function<void()> after,
                         std::function<void(const StoreFault&)> on_unknown) {
    const auto running = std::make_shared<Task>(std::move(task), std::move(after), std::move(on_unknown));
    HttpResponse response;
    response.content_type = "application/x-ndjson";
    response.headers.emplace("Cache-Control", "no-store");
    response.stream = [running](std::string& line) { return running->next(line); };
    return response;
}

}  // namespace minglu
