#include "src/http/api/freshness.hpp"

#include <algorithm>
#include <map>

#include "src/http/api/asked.hpp"
#include "src/http/api/json_answer.hpp"

namespace minglu {

namespace {

struct Partner {
    std::int64_t head_ms = 0;  ///< 0 = no head of that node here
    std::string_view lag = "unknown";
};

std::string_view lag_of(const PullStatus& status) {
    for (const std::string_view known : {"up_to_date", "catching_up", "backing_off"})
        if (status.state == known) return known;
    return "unknown";
}

/// Pinned peers, and nodes whose logs came by way of them.
std::map<NodeId, Partner> partners_of(const Services& services, const ReadTx& tx, const std::vector<LogRow>& logs) {
    std::map<NodeId, Partner> partners;
    for (const PeerRow& peer : tx.peers()) partners.try_emplace(peer.node);
    for (const LogRow& log : logs) {
        const NodeId node = node_of(log.id);
        if (node == services.node) continue;
        Partner& partner = partners[node];
        if (!log.head.empty()) partner.head_ms = std::max(partner.head_ms, log.head_time.ms);
    }
    if (!services.peer_reports) return partners;
    for (const PeerReport& report : services.peer_reports())
        if (const auto found = partners.find(report.node); found != partners.end())
            found->second.lag = lag_of(report.status);
    return partners;
}

Vector vector_of_logs(const std::vector<LogRow>& logs) {
    Vector vector;
    for (const LogRow& log : logs) vector.raise(log.id, counted(log));
    return vector;
}

}  // namespace

Vector vector_of(const ReadTx& tx) {
    return vector_of_logs(tx.logs());
}

std::string freshness_json(const Services& services, const ReadTx& tx, const std::optional<Asked>& asked) {
    const std::vector<LogRow> logs = tx.logs();
    const std::int64_t now_ms = services.clock.now().value();
    JsonWriter json;
    json.begin_object().member("node", services.node.value()).key("vector").begin_object();
    for (const LogRow& log : logs)
        if (counted(log).value() > 0) json.member_number(log.id.value(), counted(log).value());
    json.end_object();
    if (asked) write_asked(json, *asked);
    json.key("partners").begin_array();
    for (const auto& [node, partner] : partners_of(services, tx, logs)) {
        json.begin_object().member("node", node.value());
        if (partner.head_ms > 0) {
            // A clock that runs behind its partner's must not make an answer look fresher than now.
            json.member_number("age_s", std::max<std::int64_t>(0, (now_ms - partner.head_ms) / 1000));
            json.member("head_time", to_string(UnixMs{partner.head_ms}));
        }
        json.member("lag", partner.lag).end_object();
    }
    return std::move(json.end_array().end_object()).take();
}

HttpResponse with_vector(HttpResponse response, const ReadTx& tx) {
    response.headers.emplace("Minglu-Vector", to_string(vector_of(tx)));
    return response;
}

}  // namespace minglu
