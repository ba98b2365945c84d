#include "sync/puller.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "minglu/json_text.hpp"
#include "sync/exchange.hpp"

namespace minglu {

namespace {

using Json = nlohmann::json;

Error unexpected_answer(const PeerAnswer& answer) {
    std::string what = "the peer answered " + std::to_string(answer.status);
    ErrorCode code = ErrorCode::unreachable;
    const Json problem = Json::parse(answer.body, nullptr, false);
    if (problem.is_object() && problem.contains("detail") && problem["detail"].is_string())
        what += ": " + problem["detail"].get<std::string>();
    if (answer.status == 406) code = ErrorCode::unsupported_version;
    return {code, std::move(what), "",
            code == ErrorCode::unsupported_version ? "upgrade the older of both programs" : ""};
}

std::string join_logs(const std::set<LogId>& logs) {
    std::string text;
    for (const LogId& log : logs) {
        if (!text.empty()) text += ',';
        text += log.value();
    }
    return text;
}

}  // namespace

Puller::Puller(NodeId peer, Replica& replica, Store& store, Transport& transport, const Clock& clock, Random& random,
               PullerOptions options)
    : peer_(std::move(peer)),
      replica_(replica),
      store_(store),
      transport_(transport),
      clock_(clock),
      random_(random),
      options_(options) {}

PullStatus Puller::status() const {
    const std::scoped_lock lock(status_mutex_);
    return status_;
}

std::int64_t Puller::step() {
    return exchange(options_.wait_s);
}
std::int64_t Puller::step_now() {
    return exchange(0);
}

std::int64_t Puller::exchange(std::int64_t wait_s) {
    {
        const std::scoped_lock lock(status_mutex_);
        status_.last_attempt = clock_.now();
        ++status_.requests;
    }
    retry_after_ms_ = 0;
    more_ = false;
    const Result<void> done = attempt(wait_s);
    const std::scoped_lock lock(status_mutex_);
    if (done) {
        status_.failures = 0;
        status_.last_error = {};
        status_.last_success = clock_.now();
        status_.state = more_ ? "catching_up" : "up_to_date";
        return more_ ? 0 : retry_after_ms_;
    }
    greeted_ = false;
    ++status_.failures;
    status_.last_error = done.error();
    status_.state = "backing_off";
    return std::max(retry_after_ms_, backoff_ms());
}

/// A disk of this node that is full or fails ends the attempt like a lost line: shown, and tried again with patience.
Result<void> Puller::attempt(std::int64_t wait_s) {
    try {
        if (!greeted_)
            if (auto greeting = hello(); !greeting) return greeting;
        greeted_ = true;
        return pull(wait_s);
    } catch (const CommitUnknown&) {
        throw;
    } catch (const StoreFault& fault) {
        return fail({fault.code(), fault.what(), "the data directory of this node",
                     "mend the cause; what was not taken is asked for again"});
    }
}

/// Doubles with every failure in a row; half of it is left to chance, so that nodes that lost the same link do not come
/// back in the same instant.
std::int64_t Puller::backoff_ms() {
    std::int64_t full = options_.backoff_first_ms;
    for (std::int64_t i = 1; i < status_.failures && full < options_.backoff_max_ms; ++i) full *= 2;
    full = std::min(full, options_.backoff_max_ms);
    return full / 2 + static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(full / 2 + 1));
}

Result<void> Puller::hello() {
    PeerRequest request;
    request.path = "/sync/v1/node";
    request.accept = "application/json";
    request.timeout_ms = 10'000;
    request.answer_bytes_max = 1024u * 1024;
    const auto answer = transport_.call(request);
    if (!answer) return tl::unexpected(answer.error());
    if (answer->status != 200) return fail(unexpected_answer(*answer));
    const Json json = Json::parse(answer->body, nullptr, false);
    if (!json.is_object() || json.value("node", "") != peer_.value())
        return fail({ErrorCode::bad_signature,
                     "the peer says that it is '" + (json.is_object() ? json.value("node", "") : "") + "'", "",
                     "check the address of peer " + peer_.value()});
    const Json spoken = json.value("protocol", Json::array());
    if (std::find(spoken.begin(), spoken.end(), protocol_version) == spoken.end())
        return fail({ErrorCode::unsupported_version, "the peer speaks protocol versions " + spoken.dump(), "",
                     "upgrade the older of both programs"});
    return {};
}

Result<void> Puller::pull(std::int64_t wait_s) {
    forget_skips();
    std::set<LogId> skip = unknown_;
    skip.insert(refused_.begin(), refused_.end());
    const Standing standing = replica_.standing();
    PeerRequest request;
    request.path = "/sync/v1/records?have=" + to_string(standing.vector) + "&heads=" + to_string(standing.heads) +
                   "&skip=" + join_logs(skip) + "&wait_s=" + std::to_string(wait_s) +
                   "&limit_bytes=" + std::to_string(options_.limit_bytes);
    request.accept = std::string(bundle_media_type) + "; v=" + std::to_string(bundle_version);
    request.timeout_ms = (wait_s + 60) * 1000;
    request.answer_bytes_max = bundle_bytes_limit;
    const auto answer = transport_.call(request);
    if (!answer) return tl::unexpected(answer.error());
    retry_after_ms_ = answer->retry_after_s * 1000;
    if (answer->status == 204) return {};
    if (answer->status != 200) return fail(unexpected_answer(*answer));
    auto report = replica_.ingest(answer->body, peer_);
    if (!report) return tl::unexpected(report.error());
    note_report(*report);
    const std::scoped_lock lock(status_mutex_);
    status_.their_vector = report->sender_vector;
    status_.bytes_received += answer->bytes_received;
    status_.records += report->records;
    status_.ops += report->ops;
    // A bundle that was refused whole must not be fetched again at once.
    if (report->records == 0 && !report->refused.empty()) return tl::unexpected(report->refused.front().second);
    return {};
}

void Puller::note_report(const IngestReport& report) {
    more_ = report.records > 0 && !replica_.standing().vector.covers(report.sender_vector);
    unknown_.insert(report.unknown.begin(), report.unknown.end());
    if (!report.refused.empty()) refused_at_ms_ = clock_.steady_ms();
    for (const auto& [log, error] : report.refused) refused_.insert(log);
    const std::scoped_lock lock(status_mutex_);
    status_.skipped = unknown_;
    status_.skipped.insert(refused_.begin(), refused_.end());
}

/// Unknown logs are asked for again once their node's card is here, refused ones after a while.
void Puller::forget_skips() {
    if (!refused_.empty() && clock_.steady_ms() - refused_at_ms_ > options_.refused_again_ms) refused_.clear();
    if (unknown_.empty()) return;
    std::set<NodeId> carded;
    for (const PeerRow& peer : store_.read()->peers()) carded.insert(peer.node);
    std::erase_if(unknown_, [&](const LogId& log) { return carded.contains(node_of(log)); });
}

}  // namespace minglu
