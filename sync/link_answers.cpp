#include "sync/link_answers.hpp"

#include <algorithm>

#include "sync/bounded_json.hpp"
#include "sync/exchange.hpp"
#include "sync/head.hpp"

namespace minglu {

namespace {

using Json = nlohmann::json;

Error malformed_answer(std::string what) {
    return {ErrorCode::malformed, "the peer's answer: " + std::move(what), "",
            "check that the address leads to a node; upgrade the older of both programs"};
}

std::optional<Error> refusal_of(const PeerAnswer& answer, const NodeId& peer) {
    if (answer.status != 200) return unexpected_answer(answer);
    const Json json = bounded_json(answer.body);
    const Json node = json.is_object() ? json.value("node", Json()) : Json();
    const std::string name = node.is_string() ? node.get<std::string>() : "";
    if (name.empty()) return malformed_answer("it does not say which node it is");
    if (name != peer.value())
        return Error{ErrorCode::bad_signature, "the peer says that it is '" + name + "'", "",
                     "check the address of peer " + peer.value()};
    const Json spoken = json.value("protocol", Json::array());
    if (std::find(spoken.begin(), spoken.end(), protocol_version) == spoken.end())
        return Error{ErrorCode::unsupported_version, "the peer speaks protocol versions " + spoken.dump(), "",
                     "upgrade the older of both programs"};
    return std::nullopt;
}

Result<Vector> read_vector(const Json& json) {
    if (!json.is_object()) return fail(malformed_answer("its vector does not read"));
    Vector vector;
    for (const auto& [name, seq] : json.items()) {
        const auto log = parse_log_id(name);
        if (!log || !seq.is_number_unsigned()) return fail(malformed_answer("its vector does not read"));
        vector.raise(*log, Seq{seq.get<std::uint64_t>()});
    }
    return vector;
}

}  // namespace

Error unexpected_answer(const PeerAnswer& answer) {
    std::string what = "the peer answered " + std::to_string(answer.status);
    ErrorCode code = ErrorCode::unreachable;
    const Json problem = bounded_json(answer.body);
    if (problem.is_object() && problem.contains("detail") && problem["detail"].is_string())
        what += ": " + problem["detail"].get<std::string>();
    if (answer.status == 406) code = ErrorCode::unsupported_version;
    return {
        code, std::move(what), "",
        code == ErrorCode::unsupported_version
            ? "upgrade the older of both programs"
            : "ask the people of that node to look into its log; if this is no answer of a node, check the address"};
}

Result<Greeting> greet(Transport& transport, const NodeId& peer) {
    PeerRequest request;
    request.path = "/sync/v1/node";
    request.accept = "application/json";
    request.timeout_ms = 10'000;
    request.answer_bytes_max = holding_bytes_max;
    auto answer = transport.call(request);
    if (!answer) return tl::unexpected(answer.error());
    auto refusal = refusal_of(*answer, peer);
    return Greeting{std::move(answer->body), std::move(refusal), answer->retry_after_s};
}

std::vector<std::string> told_heads(std::string_view body) {
    const Json json = bounded_json(body);
    std::vector<std::string> heads;
    if (!json.is_object() || !json.contains("heads") || !json["heads"].is_array()) return heads;
    for (const Json& head : json["heads"])
        if (head.is_string()) heads.push_back(head.get<std::string>());
    return heads;
}

Result<ToldHolding> read_holding(std::string_view body, const NodeId& peer) {
    const Json json = bounded_json(body);
    if (!json.is_object() || !json.contains("vector") || !json.contains("heads") || !json["heads"].is_array())
        return fail(malformed_answer("it has no vector and heads"));
    ToldHolding told;
    auto vector = read_vector(json["vector"]);
    if (!vector) return tl::unexpected(vector.error());
    told.vector = *std::move(vector);
    auto forks = read_vector(json.value("forks", Json::object()));
    if (!forks) return tl::unexpected(forks.error());
    told.forks = *std::move(forks);
    for (const Json& note : json["heads"]) {
        const auto head = note.is_string() ? parse_note(note.get<std::string>()) : fail(malformed_answer(""));
        if (!head) return fail(malformed_answer("one of its heads does not read"));
        told.heads.push_back({head->head.log, head->head.size, head->head.time});
        if (node_of(head->head.log) == peer) told.at = std::max(told.at, head->head.time);
    }
    return told;
}

void note_success(LinkStatus& status, std::string_view state) {
    status.failures = 0;
    status.last_error = {};
    status.state = state;
}

std::int64_t note_failure(LinkStatus& status, const Error& error, const Backoff& backoff, Random& random) {
    ++status.failures;
    status.last_error = error;
    status.state = "backing_off";
    std::int64_t full = backoff.first_ms;
    for (std::int64_t i = 1; i < status.failures && full < backoff.max_ms; ++i) full *= 2;
    full = std::min(full, backoff.max_ms);
    return full / 2 + static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(full / 2 + 1));
}

}  // namespace minglu
