#include "src/http/api/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>

#include "src/audit/audit_trail.hpp"
#include "src/http/api/sync_status.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

const prometheus::Histogram::BucketBoundaries seconds_buckets{0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                              0.25,  0.5,   1,     2.5,  10,    60};

void set_gauge(prometheus::Registry& registry, const std::string& name, const std::string& help, double value) {
    prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({}).Set(value);
}

void add_store(prometheus::Registry& registry, const StoreCounts& counts) {
    const auto set = [&](const std::string& name, const std::string& help, std::uint64_t value) {
        set_gauge(registry, name, help, static_cast<double>(value));
    };
    set("minglu_records", "Records held, of all logs.", counts.records);
    set("minglu_ops", "Ops in those records.", counts.ops);
    set("minglu_entries", "Entries in the catalogue.", counts.entries);
    set("minglu_conflicts_open", "Conflicts that nobody has decided yet.", counts.conflicts_open);
    set("minglu_conflicts", "Conflicts ever found that still stand in the log.", counts.conflicts);
    set("minglu_incidents", "Incidents recorded.", counts.incidents);
    set("minglu_incidents_open", "Incidents that happened since a person last looked at them.", counts.incidents_open);
}

/// By kind, so that an alarm can tell a flood from a fork.
void add_incidents(prometheus::Registry& registry, const ReadTx& tx) {
    std::map<std::string, double> open;
    for (const auto& [of, count] : tx.open_incidents()) open[of.first] += static_cast<double>(count);
    auto& family = prometheus::BuildGauge()
                       .Name("minglu_incidents_open_of_kind")
                       .Help("Incidents that happened since a person last looked at them, by kind.")
                       .Register(registry);
    for (const auto& [kind, count] : open) family.Add({{"kind", kind}}).Set(count);
}

void add_quota(prometheus::Registry& registry, const Services& services, const ReadTx& tx) {
    const DailyQuota quota = services.replica.quota();
    auto& used = prometheus::BuildGauge()
                     .Name("minglu_log_bytes_today")
                     .Help("Bytes of records that a log of another node brought in today.")
                     .Register(registry);
    auto& waits = prometheus::BuildGauge()
                      .Name("minglu_log_over_quota")
                      .Help("1 while a log of another node waits for the next day: it brought in what it may.")
                      .Register(registry);
    for (const LogRow& log : tx.logs()) {
        if (node_of(log.id) == services.node) continue;
        used.Add({{"log", log.id.value()}}).Set(static_cast<double>(quota.used(tx, log.id)));
        waits.Add({{"log", log.id.value()}}).Set(quota.is_used_up(tx, log.id) ? 1 : 0);
    }
}

/// One family of values, one for each peer.
class PeerGauge {
public:
    PeerGauge(prometheus::Registry& registry, const std::string& name, const std::string& help)
        : family_(prometheus::BuildGauge().Name(name).Help(help).Register(registry)) {}
    void set(const NodeId& peer, double value) { family_.Add({{"peer", peer.value()}}).Set(value); }

private:
    prometheus::Family<prometheus::Gauge>& family_;
};

class PeerCounter {
public:
    PeerCounter(prometheus::Registry& registry, const std::string& name, const std::string& help)
        : family_(prometheus::BuildCounter().Name(name).Help(help).Register(registry)) {}
    void set(const NodeId& peer, std::uint64_t value) {
        family_.Add({{"peer", peer.value()}}).Increment(static_cast<double>(value));
    }

private:
    prometheus::Family<prometheus::Counter>& family_;
};

/// How much of the own log others have signed that they hold: what they have not is as safe as this disk.
void add_cosignatures(prometheus::Registry& registry, const Services& services, const ReadTx& tx) {
    PeerGauge cosigned(registry, "minglu_cosigned_records",
                       "Records of the log written here up to which the peer has signed that it holds them.");
    const Standing standing = services.replica.standing();
    const Seq written = standing.vector.at(standing.own_log);
    Seq furthest;
    for (const CosignatureRow& row : tx.cosignatures(standing.own_log)) {
        cosigned.set(row.node, static_cast<double>(row.size.value()));
        furthest = std::max(furthest, row.size);
    }
    set_gauge(registry, "minglu_records_not_cosigned", "Records of the log written here that no peer has cosigned yet.",
              static_cast<double>(written.value() - std::min(written, furthest).value()));
}

void add_audit(prometheus::Registry& registry, const AuditTrail* audit) {
    if (audit == nullptr) return;
    const AuditState state = audit->state();
    const auto count = [&](const std::string& name, const std::string& help, std::uint64_t value) {
        prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({}).Increment(
            static_cast<double>(value));
    };
    count("minglu_audit_rows_total", "Rows of the audit trail written since the start.", state.written);
    count("minglu_audit_rows_lost_total", "Rows that found no room; the trail names them as a gap.", state.lost);
    set_gauge(registry, "minglu_audit_rows_waiting", "Rows of the audit trail that wait to be written.",
              static_cast<double>(state.waiting));
}

void add_scrub(prometheus::Registry& registry, const Services& services) {
    if (!services.scrub) return;
    const ScrubState state = services.scrub();
    const auto set = [&](const std::string& name, const std::string& help, double value) {
        set_gauge(registry, name, help, value);
    };
    if (state.last_ok.value() != 0)
        set("minglu_verify_last_ok_timestamp_seconds",
            "When the node last came to the end of verifying all that it holds and found nothing; absent before.",
            static_cast<double>(state.last_ok.value()) / 1000);
    set("minglu_verify_findings", "Findings of the last round that ended and of the one under way, the larger number.",
        static_cast<double>(std::max(state.findings, state.last_findings)));
    set("minglu_verify_progress_ratio", "How much of the round under way is through.", state.progress);
    set("minglu_verify_last_busy_seconds", "What the last round that ended cost, in seconds of work.",
        static_cast<double>(state.last_busy_ms) / 1000);
    prometheus::BuildCounter()
        .Name("minglu_verify_rounds_total")
        .Help("Rounds that ended since the node was made.")
        .Register(registry)
        .Add({})
        .Increment(static_cast<double>(state.rounds));
}

double age_s(UnixMs then, UnixMs now) {
    return static_cast<double>(now.value() - then.value()) / 1000;
}

void add_pushes(prometheus::Registry& registry, const std::vector<PeerReport>& reports, UnixMs now) {
    PeerGauge age(registry, "minglu_peer_push_last_success_age_seconds",
                  "Seconds since the peer last answered to what was brought to it; absent before the first answer.");
    PeerGauge failures(registry, "minglu_peer_push_failures", "Failed attempts to bring records, in a row.");
    PeerCounter records(registry, "minglu_peer_pushed_records_total", "Records that the peer took from this node.");
    PeerCounter sent(registry, "minglu_peer_sent_bytes_total", "Bytes of bundles brought to the peer.");
    for (const PeerReport& report : reports) {
        if (!report.push) continue;
        if (report.push->last_success.value() != 0) age.set(report.node, age_s(report.push->last_success, now));
        failures.set(report.node, static_cast<double>(report.push->failures));
        records.set(report.node, report.push->records);
        sent.set(report.node, report.push->bytes_sent);
    }
}

void add_peers(prometheus::Registry& registry, const Services& services) {
    if (!services.peer_reports) return;
    PeerGauge age(registry, "minglu_peer_last_success_age_seconds",
                  "Seconds since the peer last answered; absent before the first answer.");
    PeerGauge failures(registry, "minglu_peer_failures", "Failed exchanges in a row.");
    PeerGauge lag(registry, "minglu_peer_lag_records", "Records that the peer holds and this node does not.");
    PeerGauge ahead(registry, "minglu_peer_ahead_records",
                    "Records that this node holds and the peer, as far as is known here, does not.");
    PeerCounter received(registry, "minglu_peer_received_bytes_total", "Bytes of answers received from the peer.");
    const Vector ours = services.replica.standing().vector;
    const std::vector<LogRow> logs = services.store.read()->logs();
    const std::vector<PeerReport> reports = services.peer_reports();
    for (const PeerReport& report : reports) {
        const PullStatus& status = report.status;
        if (status.last_success.value() != 0) age.set(report.node, age_s(status.last_success, services.clock.now()));
        const Vector theirs = best_known_vector(report, logs);
        failures.set(report.node, static_cast<double>(status.failures));
        lag.set(report.node, static_cast<double>(records_beyond(theirs, ours)));
        ahead.set(report.node, static_cast<double>(records_beyond(ours, theirs)));
        received.set(report.node, status.bytes_received);
    }
    add_pushes(registry, reports, services.clock.now());
}

std::string known_method(std::string_view method) {
    for (const std::string_view known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
        if (known == method) return std::string(known);
    return "other";
}

/// A request that came through a proxy is not from this machine, whatever its socket says.
bool is_from_here(const HttpRequest& request) {
    if (request.local) return true;
    const bool loopback = request.remote.starts_with("127.") || request.remote == "::1";
    return loopback && header(request, "x-forwarded-for").empty() && header(request, "forwarded").empty();
}

HttpResponse metrics_answer(Call& call, const Metrics& metrics) {
    if (!is_from_here(call.request)) {
        const auto principal =
            authenticate(call.request, *call.services.store.read(), call.services.clock.now(), false);
        if (!principal) return problem(principal.error());
        if (!may_read(principal->role)) {
            return problem({ErrorCode::unauthenticated, "metrics are open to this machine only", "",
                            "ask from the loopback address, or with a token"});
        }
    }
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics.text(call.services);
    return response;
}

}  // namespace

struct Metrics::Families {
    std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
    prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                            .Name("minglu_http_requests_total")
                                                            .Help("Requests answered, by route and status.")
                                                            .Register(*registry);
    prometheus::Family<prometheus::Histogram>& seconds = prometheus::BuildHistogram()
                                                             .Name("minglu_http_request_seconds")
                                                             .Help("Time to answer, long-polls included.")
                                                             .Register(*registry);
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::note(std::string_view method, std::string_view pattern, int status, std::int64_t elapsed_ms) {
    const std::string route = pattern.empty() ? "none" : std::string(pattern);
    families_->requests.Add({{"method", known_method(method)}, {"route", route}, {"status", std::to_string(status)}})
        .Increment();
    families_->seconds.Add({{"route", route}}, seconds_buckets).Observe(static_cast<double>(elapsed_ms) / 1000);
}

std::string Metrics::text(const Services& services) const {
    // What the store and the peers know is read when asked for; only requests are counted along the way.
    prometheus::Registry now;
    const auto tx = services.store.read();
    add_store(now, tx->counts());
    add_incidents(now, *tx);
    add_quota(now, services, *tx);
    add_peers(now, services);
    add_cosignatures(now, services, *tx);
    add_audit(now, services.audit);
    add_scrub(now, services);
    std::vector<prometheus::MetricFamily> all = now.Collect();
    for (prometheus::MetricFamily& family : families_->registry->Collect()) all.push_back(std::move(family));
    return prometheus::TextSerializer().Serialize(all);
}

void add_metrics_routes(Router& router, const std::shared_ptr<Metrics>& metrics) {
    router.observe([metrics](std::string_view method, std::string_view pattern, int status, std::int64_t elapsed_ms) {
        metrics->note(method, pattern, status, elapsed_ms);
    });
    router.add("GET", "/metrics", Access::open, {}, [metrics](Call& call) { return metrics_answer(call, *metrics); });
}

}  // namespace minglu
