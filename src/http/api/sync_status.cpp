#include "src/http/api/sync_status.hpp"

#include <algorithm>

#include "minglu/json_text.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/problem.hpp"
#include "sync/card.hpp"
#include "sync/disputed_logs.hpp"
#include "sync/sender.hpp"

namespace minglu {

namespace {

/// What a puller and a pusher both tell.
template <class Status>
void write_attempts(JsonWriter& json, const Status& status) {
    json.member("state", status.state);
    if (status.last_success.value() != 0) json.member("last_success", to_string(status.last_success));
    if (status.last_attempt.value() != 0) json.member("last_attempt", to_string(status.last_attempt));
    if (!status.last_error.what.empty()) {
        json.key("last_error").begin_object().member("code", name(status.last_error.code));
        json.member("what", status.last_error.what).member_if("where", status.last_error.where);
        json.member_if("cure", status.last_error.cure).end_object();
    }
    json.member_number("failures", status.failures).member("their_vector", to_string(status.their_vector));
    json.member_number("records", status.records).key("skipped").begin_array();
    for (const LogId& log : status.skipped) json.text(log.value());
    json.end_array();
}

void write_peer(JsonWriter& json, const PeerRow& peer, const std::vector<PeerReport>& reports, const Vector& ours,
                const std::vector<LogRow>& logs) {
    json.begin_object().member("node", peer.node.value());
    if (const auto card = parse_card(peer.card)) {
        json.member("name", card->name).member("fingerprint", fingerprint(*card));
    }
    json.member("url", peer.url).member_boolean("paused", peer.paused).member_boolean("pushes", peer.push);
    const auto found =
        std::find_if(reports.begin(), reports.end(), [&](const PeerReport& known) { return known.node == peer.node; });
    PeerReport report{peer.node, {}, {}};
    if (found != reports.end()) {
        report = *found;
    } else {
        report.status.state = peer.paused ? "paused" : peer.url.empty() ? "passive" : "new";
    }
    const Vector theirs = best_known_vector(report, logs);
    write_attempts(json, report.status);
    json.member_number("lag_records", records_beyond(theirs, ours));
    json.member_number("ahead_records", records_beyond(ours, theirs));
    json.member("known_vector", to_string(theirs)).member_number("bytes_received", report.status.bytes_received);
    if (report.push) {
        json.key("push").begin_object();
        write_attempts(json, *report.push);
        json.member_number("bytes_sent", report.push->bytes_sent).end_object();
    }
    json.end_object();
}

/// Who has cosigned each log, and up to where.
void write_cosignatures(JsonWriter& json, const ReadTx& tx, const std::vector<LogRow>& logs) {
    json.key("cosigned").begin_array();
    for (const LogRow& log : logs)
        for (const CosignatureRow& row : tx.cosignatures(log.id)) {
            json.begin_object().member("log", log.id.value()).member("node", row.node.value());
            json.member_number("size", row.size.value()).member_number("held", log.size.value());
            json.member("head_time", to_string(UnixMs{row.time.ms})).member("since", to_string(row.at)).end_object();
        }
    json.end_array();
}

/// What the logs of other nodes brought in today.
void write_quota(JsonWriter& json, const Services& services, const ReadTx& tx, const std::vector<LogRow>& logs) {
    const DailyQuota quota = services.replica.quota();
    json.key("quota").begin_object().member_number("bytes_per_day", quota.bytes_per_day()).key("logs").begin_array();
    for (const LogRow& log : logs) {
        const std::uint64_t used = quota.used(tx, log.id);
        if (used == 0) continue;
        json.begin_object().member("log", log.id.value()).member_number("bytes_today", used);
        json.member_boolean("waits", quota.is_used_up(tx, log.id)).end_object();
    }
    json.end_array().end_object();
}

/// How the node verifies itself in the background.
void write_scrub(JsonWriter& json, const Services& services) {
    json.key("verification").begin_object().member_boolean("on", static_cast<bool>(services.scrub));
    if (services.scrub) {
        const ScrubState state = services.scrub();
        json.member_number("rounds", state.rounds);
        if (state.last_end.value() != 0) {
            json.member("last_end", to_string(state.last_end)).member_number("last_findings", state.last_findings);
            json.member_number("last_busy_ms", state.last_busy_ms);
        }
        if (state.last_ok.value() != 0) json.member("last_ok", to_string(state.last_ok));
        json.member("begun", to_string(state.begun)).member_number("findings", state.findings);
        json.member_number("percent", static_cast<std::uint64_t>(state.progress * 100));
        json.member_if("fault", state.fault);
    }
    json.end_object();
}

std::vector<PeerReport> reports_of(const Services& services) {
    return services.peer_reports ? services.peer_reports() : std::vector<PeerReport>{};
}

HttpResponse status_answer(const Services& services, const std::vector<PeerReport>& reports) {
    const auto tx = services.store.read();
    const Standing standing = services.replica.standing();
    JsonWriter json;
    json.begin_object().member("node", services.node.value()).member("vector", to_string(standing.vector));
    json.member("state_root", to_hex(bytes_of(standing.state_root))).member("own_log", standing.own_log.value());
    json.member("head", standing.own_head).key("peers").begin_array();
    const std::vector<LogRow> logs = tx->logs();
    for (const PeerRow& peer : tx->peers()) write_peer(json, peer, reports, standing.vector, logs);
    json.end_array();
    write_cosignatures(json, *tx, logs);
    write_quota(json, services, *tx, logs);
    json.key("disputed").begin_array();
    for (const LogId& log : disputed_logs(*tx)) json.text(log.value());
    json.end_array();
    write_scrub(json, services);
    json.member_raw("freshness", freshness_json(services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

/// The peer that {"peer":"sc"} names; empty for all. Errors: bad_request.
Result<std::string> peer_named(const std::string& body) {
    if (body.empty()) return std::string();
    const auto json = canonical_json(body);
    if (!json || !json->starts_with('{'))
        return fail({ErrorCode::bad_request, json ? "not an object" : json.error().what, "body",
                     R"(send {"peer":"sc"}, or nothing for all peers)"});
    Error unknown;
    visit_members(*json, [&](std::string_view name, std::string_view value) {
        if (name != "peer" || !value.starts_with('"'))
            unknown = {ErrorCode::bad_request, "not taken here", "member " + std::string(name) + " of the body",
                       R"(send {"peer":"sc"}, or nothing for all peers)"};
    });
    if (!unknown.what.empty()) return fail(std::move(unknown));
    return text_of(member_of(*json, "peer"));
}

/// What went wrong with one of several peers stands in its state.
PullStatus failed_status(const Error& error) {
    PullStatus status;
    status.state = "backing_off";
    status.failures = 1;
    status.last_error = error;
    return status;
}

HttpResponse sync_now(Call& call) {
    const auto named = peer_named(call.request.body);
    if (!named) return problem(named.error());
    Services& services = call.services;
    if (!services.exchange_now) {
        return problem({ErrorCode::busy, "this process exchanges nothing", "", "start the node with `minglu serve`"});
    }
    bool known = false;
    std::vector<PeerReport> reports;  // of these exchanges, not of the links that go on in the background
    for (const PeerRow& peer : services.store.read()->peers()) {
        if (!named->empty() && peer.node.value() != *named) continue;
        known = true;
        if (named->empty() && (peer.paused || peer.url.empty())) continue;
        const auto exchanged = services.exchange_now(peer.node);
        if (!exchanged && !named->empty()) return problem(exchanged.error());
        reports.push_back(exchanged ? *exchanged : PeerReport{peer.node, failed_status(exchanged.error()), {}});
    }
    if (!known && !named->empty()) {
        return problem({ErrorCode::not_found, "there is no peer " + *named, "member peer of the body",
                        "GET /v1/sync lists the peers"});
    }
    return status_answer(services, reports);
}

}  // namespace

Vector best_known_vector(const PeerReport& report, const std::vector<LogRow>& logs) {
    // Answers are newer than heads as long as the process has run, and heads stay over a restart.
    Vector best = report.push ? report.push->their_vector : Vector{};
    const auto known = known_holding(logs, report.node);
    for (const Vector* other : {&report.status.their_vector, known ? &known->vector : nullptr})
        if (other != nullptr && other->covers(best)) best = *other;
    return best;
}

std::uint64_t records_beyond(const Vector& wanted, const Vector& have) {
    std::uint64_t records = 0;
    const Vector missing = beyond(wanted, have);
    for (const Vector::Item& item : missing.items()) records += item.second.value() - have.at(item.first).value();
    return records;
}

void add_sync_status_routes(Router& router) {
    router.add("GET", "/v1/sync", Access::read, {},
               [](Call& call) { return status_answer(call.services, reports_of(call.services)); });
    router.add("POST", "/v1/sync/now", Access::write, {}, sync_now);
}

}  // namespace minglu
