// Logs that their authors have signed twice over: the proof, and what of a branch does not count.
#include <algorithm>

#include "src/http/api/cursor.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/json_record.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr char branch_cursor = 'f';

std::string fork_json(const ForkRow& fork, const std::optional<LogRow>& log) {
    JsonWriter json;
    json.begin_object().member_number("no", fork.no).member("at", to_string(fork.at));
    json.member("log", fork.log.value()).member("node", node_of(fork.log).value()).member("peer", fork.peer);
    if (fork.common) json.member_number("common", fork.common->value());
    if (log && log->cut) json.member_number("cut", log->cut->at.value());
    json.member("state", log && log->cut ? "cut" : fork.common ? "proved" : "found");
    json.member_number("not_counted", log ? log->size.value() - counted(*log).value() : 0);
    json.key("heads").begin_array().text(fork.head_a).text(fork.head_b).end_array();
    if (!fork.proof.empty()) json.member_raw("proof", fork.proof);
    return std::move(json.end_object()).take();
}

HttpResponse list(Call& call) {
    const auto tx = call.services.store.read();
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const ForkRow& fork : tx->forks()) json.raw(fork_json(fork, tx->log(fork.log)));
    json.end_array().member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

std::string record_json(const ReadTx& tx, const RecordRow& record) {
    const Header header = stored_header(record);
    JsonWriter json;
    json.begin_object();
    write_origin(json, record, header);
    json.member_if("label", header.label).member("kind", header.kind_text);
    if (header.batch) json.member_raw("batch", batch_json(*header.batch));
    json.key("ops").begin_array();
    for (const std::string& line : tx.ops_of_record(record.no)) {
        const auto op = parse_op(line);
        if (!op) continue;  // of an invalid record, which never had an effect
        json.begin_object().member("key", op->key.value()).member("effective_on", to_string(op->effective_on));
        json.member_raw("set", set_json(op->set)).end_object();
    }
    return std::move(json.end_array().end_object()).take();
}

/// Where the log is cut, or where it is proved to have forked while it is not cut yet.
std::optional<Seq> parts_at(const ReadTx& tx, const LogRow& log) {
    if (log.cut) return log.cut->at;
    for (const ForkRow& fork : tx.forks())
        if (fork.log == log.id && fork.common) return fork.common;
    return std::nullopt;
}

/// The records of a log that are held here behind its cut, or behind where it forked while it is not cut yet.
HttpResponse branch(Call& call) {
    const auto paging = paging_of(call.request, branch_cursor);
    if (!paging) return problem(paging.error());
    const auto text = text_parameter(call.request, "log");
    if (!text || text->empty())
        return problem({ErrorCode::bad_request, "no log is named", "query parameter log", "GET /v1/forks names them"});
    const auto id = parse_log_id(*text);
    const auto tx = call.services.store.read();
    const auto log = id ? tx->log(*id) : std::nullopt;
    if (!log || !parts_at(*tx, *log))
        return problem({ErrorCode::not_found, "no fork of log " + *text + " is known here", "query parameter log",
                        "GET /v1/forks lists them"});
    const Seq start{std::max(parts_at(*tx, *log)->value(), static_cast<std::uint64_t>(paging->after[0]))};
    const Seq end{std::min(log->size.value(), start.value() + paging->limit)};
    JsonWriter json;
    json.begin_object().member("log", id->value()).key("items").begin_array();
    for (std::uint64_t seq = start.value() + 1; seq <= end.value(); ++seq)
        json.raw(record_json(*tx, stored_record(*tx, {*id, Seq{seq}})));
    json.end_array();
    if (end < log->size) json.member("next", make_cursor(branch_cursor, {static_cast<std::int64_t>(end.value())}));
    json.member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

}  // namespace

void add_fork_routes(Router& router) {
    router.add("GET", "/v1/forks", Access::audit, {}, list);
    router.add("GET", "/v1/forks/records", Access::audit, {"log", "limit", "cursor"}, branch);
}

}  // namespace minglu
