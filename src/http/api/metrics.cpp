#include "src/http/api/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

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

void add_peers(prometheus::Registry& registry, const Services& services) {
    if (!services.peer_reports) return;
    using prometheus::BuildGauge;
    auto& age = BuildGauge()
                    .Name("minglu_peer_last_success_age_seconds")
                    .Help("Seconds since the peer last answered; absent before the first answer.")
                    .Register(registry);
    auto& failures = BuildGauge().Name("minglu_peer_failures").Help("Failed exchanges in a row.").Register(registry);
    auto& lag = BuildGauge()
                    .Name("minglu_peer_lag_records")
                    .Help("Records that the peer holds and this node does not.")
                    .Register(registry);
    auto& received = prometheus::BuildCounter()
                         .Name("minglu_peer_received_bytes_total")
                         .Help("Bytes of answers received from the peer.")
                         .Register(registry);
    const Vector ours = services.replica.standing().vector;
    const std::int64_t now_ms = services.clock.now().value();
    for (const PeerReport& report : services.peer_reports()) {
        const prometheus::Labels labels{{"peer", report.node.value()}};
        const PullStatus& status = report.status;
        if (status.last_success.value() != 0)
            age.Add(labels).Set(static_cast<double>(now_ms - status.last_success.value()) / 1000);
        failures.Add(labels).Set(static_cast<double>(status.failures));
        lag.Add(labels).Set(static_cast<double>(records_beyond(status.their_vector, ours)));
        received.Add(labels).Increment(static_cast<double>(status.bytes_received));
    }
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
    add_store(now, services.store.read()->counts());
    add_peers(now, services);
    std::vector<prometheus::MetricFamily> all = now.Collect();
    for (prometheus::MetricFamily& family : families_->registry->Collect()) all.push_back(std::move(family));
    return prometheus::TextSerializer().Serialize(all);
}

void add_metrics_routes(Router& router, std::shared_ptr<Metrics> metrics) {
    router.observe([metrics](std::string_view method, std::string_view pattern, int status, std::int64_t elapsed_ms) {
        metrics->note(method, pattern, status, elapsed_ms);
    });
    router.add("GET", "/metrics", Access::open, {}, [metrics](Call& call) { return metrics_answer(call, *metrics); });
}

}  // namespace minglu
