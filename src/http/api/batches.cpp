#include "src/http/api/batches.hpp"

#include <algorithm>

#include "src/http/api/asked_key.hpp"
#include "src/http/api/batch_state.hpp"
#include "src/http/api/cursor.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_record.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr char list_cursor = 'b';
constexpr char ops_cursor = 'o';
constexpr std::uint32_t scan_step = 200;

/// Approvals and closings are told with the proposal that they are about.
bool is_listed(const RecordRow& record) {
    return record.is_batch && (record.kind == RecordKind::change || record.kind == RecordKind::batch_propose);
}

void write_marks(JsonWriter& json, std::string_view key, const ReadTx& tx, const std::vector<BatchMark>& marks) {
    if (marks.empty()) return;
    json.key(key).begin_array();
    for (const BatchMark& mark : marks) {
        const RecordRow record = stored_record(tx, mark.by);
        json.begin_object();
        write_origin(json, record, stored_header(record));
        json.end_object();
    }
    json.end_array();
}

void write_batch(JsonWriter& json, const ReadTx& tx, const RecordRow& record, const std::vector<LogRow>& logs) {
    const Header header = stored_header(record);
    const BatchInfo info = header.batch.value_or(BatchInfo{});
    const BatchStanding standing = standing_of(record, header, tx.marks_of(record.dot), logs);
    write_origin(json, record, header);
    json.member("leaf", to_hex(bytes_of(record.leaf))).member("kind", header.kind_text).member("title", info.title);
    json.member("document_number", info.document_number).member("published_on", info.published_on);
    json.member("arrived", to_string(record.arrived)).member_number("ops", std::uint64_t{record.ops});
    json.member("state", name(standing.state)).member_boolean("valid", counts(record.dot, record.valid, logs));
    if (header.needs.empty()) return;
    json.key("needs").begin_array();
    for (const NodeId& node : header.needs) json.text(node.value());
    json.end_array();
    write_marks(json, "approvals", tx, standing.approvals);
    write_marks(json, "closes", tx, standing.closes);
}

/// Newest first; one more than `limit`, when there is one.
std::vector<RecordRow> listed_batches(const ReadTx& tx, RecordNo before, std::size_t limit) {
    std::vector<RecordRow> batches;
    for (;;) {
        const std::vector<RecordRow> rows = tx.batches(before, scan_step);
        for (const RecordRow& row : rows) {
            if (is_listed(row)) batches.push_back(row);
            if (batches.size() > limit) return batches;
        }
        if (rows.size() < scan_step) return batches;
        before = rows.back().no;
    }
}

HttpResponse list(Call& call) {
    const auto paging = paging_of(call.request, list_cursor);
    if (!paging) return problem(paging.error());
    const auto tx = call.services.store.read();
    const std::vector<LogRow> logs = tx->logs();
    std::vector<RecordRow> batches = listed_batches(*tx, RecordNo{paging->after[0]}, paging->limit);
    const bool more = batches.size() > paging->limit;
    if (more) batches.pop_back();
    call.tally->hits = batches.size();
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const RecordRow& batch : batches) {
        json.begin_object();
        write_batch(json, *tx, batch, logs);
        json.end_object();
    }
    json.end_array();
    if (more) json.member("next", make_cursor(list_cursor, {batches.back().no.value()}));
    json.member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

HttpResponse one(Call& call) {
    const auto paging = paging_of(call.request, ops_cursor);
    if (!paging) return problem(paging.error());
    const auto tx = call.services.store.read();
    const auto dot = asked_dot(call.path.at("dot"));
    const auto record = dot ? tx->record(*dot) : std::nullopt;
    if (!record || !is_listed(*record)) {
        return problem({ErrorCode::not_found, "there is no batch " + call.path.at("dot"), "path",
                        "take the dot from GET /v1/batches"});
    }
    const std::vector<std::string> lines = tx->ops_of_record(record->no);
    const std::size_t begin = std::min(static_cast<std::size_t>(paging->after[0]), lines.size());
    const std::size_t end = std::min(begin + paging->limit, lines.size());
    JsonWriter json;
    json.begin_object();
    write_batch(json, *tx, *record, tx->logs());
    json.member_raw("header", record->header).key("entries").begin_array();
    for (std::size_t i = begin; i < end; ++i) {
        const Op op = stored_op(lines[i]);
        json.begin_object().member("key", op.key.value()).member("effective_on", to_string(op.effective_on));
        json.member_raw("set", set_json(op.set)).member("seen", to_string(op.seen)).end_object();
    }
    json.end_array();
    if (end < lines.size()) json.member("next", make_cursor(ops_cursor, {static_cast<std::int64_t>(end)}));
    json.member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

}  // namespace

void add_batch_routes(Router& router) {
    router.add("GET", "/v1/batches", Access::read, {"limit", "cursor"}, list);
    router.add("GET", "/v1/batches/{dot}", Access::read, {"limit", "cursor"}, one);
}

}  // namespace minglu
