#include "sync/puller.hpp"

#include <algorithm>

#include "sync/exchange.hpp"
#include "sync/fork_search.hpp"
#include "sync/link_answers.hpp"

namespace minglu {

namespace {

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
    cosigned_upto_.reset();
    ++status_.failures;
    status_.last_error = done.error();
    status_.state = "backing_off";
    return std::max(retry_after_ms_,
                    backoff_ms(status_.failures, options_.backoff_first_ms, options_.backoff_max_ms, random_));
}

/// A disk of this node that is full or fails ends the attempt like a lost line: shown, and tried again with patience.
Result<void> Puller::attempt(std::int64_t wait_s) {
    try {
        // Now and then again: a head that we would not be sent may contradict ours.
        if (clock_.steady_ms() - greeted_at_ms_ > options_.hello_again_ms) greeted_ = false;
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

Result<void> Puller::hello() {
    const auto greeted = greet(transport_, peer_);
    if (!greeted) return tl::unexpected(greeted.error());
    retry_after_ms_ = greeted->retry_after_s * 1000;
    if (greeted->refusal) return fail(*greeted->refusal);
    for (const LogId& log : replica_.contradicted(told_heads(greeted->body))) settle({log, std::nullopt});
    greeted_at_ms_ = clock_.steady_ms();
    return {};
}

/// Asks the peer for proofs. A fork is one whoever brought its heads; without one the sender is to blame. A log of ours
/// that somebody else continued is left in any case.
void Puller::settle(const Doubt& doubt) {
    const auto fork = find_fork(transport_, store_, doubt.log);
    if (fork && *fork) {
        const auto accepted = replica_.accept_fork(serialise(**fork), peer_);
        if (accepted) return;
    }
    if (doubt.incident) replica_.report(*doubt.incident);
    const auto forks = store_.read()->forks();
    if (!doubt.incident &&
        std::any_of(forks.begin(), forks.end(), [&](const ForkRow& row) { return row.log == doubt.log; }))
        replica_.leave_log(doubt.log);
}

Result<void> Puller::pull(std::int64_t wait_s) {
    forget_skips();
    std::set<LogId> skip = unknown_;
    skip.insert(refused_.begin(), refused_.end());
    const Standing standing = replica_.standing();
    PeerRequest request;
    request.path = "/sync/v1/records?have=" + to_string(standing.vector) + "&heads=" + to_string(standing.heads) +
                   "&skip=" + join_logs(skip) + "&forks=" + to_string(standing.forks) +
                   "&cosigned=" + (cosigned_upto_ ? to_string(*cosigned_upto_) : std::string(cosigned_all)) +
                   "&wait_s=" + std::to_string(wait_s) + "&limit_bytes=" + std::to_string(options_.limit_bytes);
    request.accept = std::string(bundle_media_type) + "; v=" + std::to_string(bundle_version);
    request.timeout_ms = (wait_s + 60) * 1000;
    request.answer_bytes_max = bundle_bytes_limit;
    const auto answer = transport_.call(request);
    if (!answer) return tl::unexpected(answer.error());
    retry_after_ms_ = answer->retry_after_s * 1000;
    if (answer->status == 204) return {};
    if (answer->status != 200) return fail(unexpected_answer(*answer));
    auto report = replica_.ingest(answer->body, peer_, Doubts::keep);
    if (!report) return tl::unexpected(report.error());
    if (report->cosigned_upto) cosigned_upto_ = report->cosigned_upto;
    for (const Doubt& doubt : report->doubts) settle(doubt);
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
    for (const auto* logs : {&report.refused, &report.postponed}) {
        if (!logs->empty()) refused_at_ms_ = clock_.steady_ms();
        for (const auto& [log, error] : *logs) refused_.insert(log);
    }
    const std::scoped_lock lock(status_mutex_);
    status_.skipped = unknown_;
    status_.skipped.insert(refused_.begin(), refused_.end());
}

/// Unknown logs are asked for again once their node's card is here, refused ones after a while. Then also for the
/// cosignatures that went by meanwhile.
void Puller::forget_skips() {
    const std::size_t skipped = refused_.size() + unknown_.size();
    if (!refused_.empty() && clock_.steady_ms() - refused_at_ms_ > options_.refused_again_ms) refused_.clear();
    if (!unknown_.empty()) {
        std::set<NodeId> carded;
        for (const PeerRow& peer : store_.read()->peers()) carded.insert(peer.node);
        std::erase_if(unknown_, [&](const LogId& log) { return carded.contains(node_of(log)); });
    }
    if (refused_.size() + unknown_.size() < skipped) cosigned_upto_.reset();
}

}  // namespace minglu
