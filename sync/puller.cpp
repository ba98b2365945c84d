#include "sync/puller.hpp"

#include <algorithm>
#include <utility>

#include "sync/divergence.hpp"
#include "sync/exchange.hpp"
#include "sync/fork_search.hpp"
#include "sync/head.hpp"
#include "sync/key_changes.hpp"
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

/// A node is the one that knows its own log best: one that states a smaller head of it than it signed before was put
/// back to an old state, and has not noticed yet. Of several logs it writes the one with the newest head. `held`: as of
/// before it was asked.
std::optional<IncidentRow> rewound_history(const std::vector<LogRow>& held, const std::vector<std::string>& told,
                                           const NodeId& peer) {
    std::optional<Head> newest;
    const LogRow* log = nullptr;
    for (const std::string& note : told) {
        const auto form = parse_note(note);
        if (!form || node_of(form->head.log) != peer || (newest && form->head.time < newest->time)) continue;
        newest = form->head;
        const auto found =
            std::find_if(held.begin(), held.end(), [&](const LogRow& row) { return row.id == newest->log; });
        log = found == held.end() || !is_signed_by(*form, peer, found->suite, found->signing_key) ? nullptr : &*found;
    }
    if (log == nullptr || newest->size >= log->head_size) return std::nullopt;
    IncidentRow incident;
    incident.kind = "rewound_history";
    incident.peer = peer.value();
    incident.subject = log->id.value();
    incident.received = "its own head of size " + std::to_string(newest->size.value()) +
                        ", though it signed one of size " + std::to_string(log->head_size.value()) + " before";
    incident.done = "nothing that is held was given up; it is sent back to the node, which then opens a new log";
    incident.advice =
        "tell " + peer.value() + ": it was put back to an old state; see the operations guide, copied node";
    return incident;
}

}  // namespace

Puller::Puller(Link link, PullerOptions options)
    : link_(std::move(link)), options_(options), limit_bytes_(options.limit_bytes), refused_(options.refused) {}

PullStatus Puller::status() const {
    const std::scoped_lock lock(status_mutex_);
    return status_;
}

/// Until an answer has come it is not known how the link stands: that one is not to be waited for.
std::int64_t Puller::step() {
    const PullStatus now = status();
    const bool is_known = now.last_success != UnixMs{} && now.failures == 0;
    return exchange(is_known ? options_.wait_s : 0);
}
std::int64_t Puller::step_now() {
    return exchange(0);
}

std::int64_t Puller::exchange(std::int64_t wait_s) {
    {
        const std::scoped_lock lock(status_mutex_);
        status_.last_attempt = link_.clock.now();
        ++status_.requests;
    }
    retry_after_ms_ = 0;
    const Result<void> done = attempt(wait_s);
    const std::scoped_lock lock(status_mutex_);
    if (done) {
        note_success(status_, more_ ? "catching_up" : "up_to_date");
        status_.last_success = link_.clock.now();
        return more_ ? 0 : retry_after_ms_;
    }
    greeted_ = false;
    cosigned_.restart();
    return std::max(retry_after_ms_, note_failure(status_, done.error(), options_.backoff, link_.random));
}

/// A disk of this node that is full or fails ends the attempt like a lost line: shown, and tried again with patience.
Result<void> Puller::attempt(std::int64_t wait_s) {
    try {
        // Now and then again: a head that we would not be sent may contradict ours.
        if (link_.clock.steady_ms() - greeted_at_ms_ > options_.hello_again_ms) greeted_ = false;
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
    const std::vector<LogRow> held = link_.store.read()->logs();
    const auto greeted = greet(link_.transport, link_.peer);
    if (!greeted) return tl::unexpected(greeted.error());
    retry_after_ms_ = greeted->retry_after_s * 1000;
    if (greeted->refusal) return fail(*greeted->refusal);
    const auto told = told_heads(greeted->body);
    if (!link_.replica.contradicted(told).empty()) {
        // First what the peer holds: its log's author may have cut it already, and written its branch again.
        while (pull(0) && more_) {
        }
        for (const LogId& log : link_.replica.contradicted(told)) settle({log, std::nullopt});
    }
    if (auto rewound = rewound_history(held, told, link_.peer)) link_.replica.report(*std::move(rewound));
    greeted_at_ms_ = link_.clock.steady_ms();
    cosigned_.greet();
    return {};
}

/// Asks the peer for proofs. A fork is one whoever brought its heads; without one the sender is to blame. A log of ours
/// that somebody else continued is left in any case.
void Puller::settle(const Doubt& doubt) {
    const auto fork = find_fork(link_.transport, link_.store, doubt.log);
    if (fork && *fork) {
        const auto accepted = link_.replica.accept_fork(serialise(**fork), link_.peer);
        if (accepted) return;
    }
    if (doubt.incident) link_.replica.report(*doubt.incident);
    const auto forks = link_.store.read()->forks();
    if (!doubt.incident &&
        std::any_of(forks.begin(), forks.end(), [&](const ForkRow& row) { return row.log == doubt.log; }))
        link_.replica.leave_log(doubt.log);
}

/// Only the peer itself can be asked for its entries, and not at every head.
void Puller::look_into(const LogId& diverged) {
    if (node_of(diverged) != link_.peer) return link_.replica.report(divergence_incident(diverged, nullptr));
    const std::int64_t now_ms = link_.clock.steady_ms();
    if (compared_at_ms_ && now_ms - *compared_at_ms_ < options_.compare_again_ms) return;
    compared_at_ms_ = now_ms;
    const auto found = compare_states(link_.transport, link_.replica, link_.store, link_.peer);
    if (!found && named_entries_) return;  // the incident says more than could be said now
    named_entries_ = named_entries_ || found;
    link_.replica.report(divergence_incident(diverged, found ? &*found : nullptr));
}

Result<void> Puller::pull(std::int64_t wait_s) {
    more_ = false;
    const std::set<LogId> skip = skipped();
    cosigned_.prepare(key_changes(*link_.store.read()).size(), skip);
    const Standing standing = link_.replica.standing();
    PeerRequest request;
    request.path = "/sync/v1/records?have=" + to_string(standing.vector) + "&heads=" + to_string(standing.heads) +
                   "&skip=" + join_logs(skip) + "&forks=" + to_string(standing.forks) +
                   "&cosigned=" + (cosigned_.upto() ? to_string(*cosigned_.upto()) : std::string(cosigned_all)) +
                   "&wait_s=" + std::to_string(wait_s) + "&limit_bytes=" + std::to_string(limit_bytes_);
    request.accept = std::string(bundle_media_type) + "; v=" + std::to_string(bundle_version);
    request.timeout_ms = (wait_s + 60) * 1000;
    request.answer_bytes_max = bundle_bytes_limit;
    const auto answer = link_.transport.call(request);
    if (!answer) return tl::unexpected(answer.error());
    retry_after_ms_ = answer->retry_after_s * 1000;
    if (answer->status == 204) return {};
    if (answer->status != 200) return fail(unexpected_answer(*answer));
    auto report = link_.replica.ingest(answer->body, link_.peer, Doubts::keep);
    if (!report) return tl::unexpected(report.error());
    for (const Doubt& doubt : report->doubts) settle(doubt);
    for (const LogId& log : report->diverged) look_into(log);
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

/// Of an entry that is written very often only so much is taken at once. True when less will be asked for at once.
bool Puller::ask_for_less(const IngestReport& report) {
    const bool is_crowded = std::any_of(report.postponed.begin(), report.postponed.end(),
                                        [](const auto& log) { return log.second.code == ErrorCode::too_large; });
    const std::size_t before = limit_bytes_;
    limit_bytes_ = is_crowded ? std::min(before, options_.limit_bytes_min) : std::min(options_.limit_bytes, 2 * before);
    return limit_bytes_ < before;
}

void Puller::note_report(const IngestReport& report) {
    const Vector held = link_.replica.standing().vector;
    const bool again = ask_for_less(report);
    more_ = again || (report.records > 0 && !held.covers(report.sender_vector));
    unknown_.insert(report.unknown.begin(), report.unknown.end());
    for (const auto* logs : {&report.refused, &report.postponed})
        for (const auto& [log, error] : *logs)
            if (!again || error.code != ErrorCode::too_large) refused_.skip(log, held.at(log), link_.clock.steady_ms());
    std::set<LogId> skip = skipped();
    cosigned_.advance(report.cosigned_upto, report.cosigned_spoilt, skip);
    const std::scoped_lock lock(status_mutex_);
    status_.skipped = std::move(skip);
}

/// Logs that are not asked for at present: unknown until their node's card is here, refused a moment ago, or through
/// with what they may bring today.
std::set<LogId> Puller::skipped() {
    const auto tx = link_.store.read();
    if (!unknown_.empty()) {
        std::set<NodeId> carded;
        for (const PeerRow& peer : tx->peers()) carded.insert(peer.node);
        std::erase_if(unknown_, [&](const LogId& log) { return carded.contains(node_of(log)); });
    }
    std::set<LogId> skip = link_.replica.quota().used_up(*tx);
    skip.insert(unknown_.begin(), unknown_.end());
    skip.merge(refused_.at(link_.clock.steady_ms()));
    return skip;
}

}  // namespace minglu
