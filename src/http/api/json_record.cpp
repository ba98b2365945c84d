#include "src/http/api/json_record.hpp"

namespace minglu {

Header stored_header(const RecordRow& record) {
    auto header = parse_header(record.header);
    if (!header) throw StoreFault(ErrorCode::corrupt, "header of " + to_string(record.dot) + " does not parse");
    return *std::move(header);
}

Op stored_op(const std::string& line) {
    auto op = parse_op(line);
    if (!op) throw StoreFault(ErrorCode::corrupt, "an op does not parse: " + op.error().what);
    return *std::move(op);
}

RecordRow stored_record(const ReadTx& tx, const Dot& dot) {
    auto record = tx.record(dot);
    if (!record) throw StoreFault(ErrorCode::corrupt, "record " + to_string(dot) + " is gone");
    return *std::move(record);
}

Op stored_op_of(const ReadTx& tx, const Dot& dot, const EntryKey& key) {
    for (const OpRow& row : tx.ops_of_key(key))
        if (row.dot == dot) return stored_op(row.line);
    throw StoreFault(ErrorCode::corrupt, "the op of " + to_string(dot) + " on " + key.value() + " is gone");
}

void write_origin(JsonWriter& json, const RecordRow& record, const Header& header) {
    json.member("dot", to_string(record.dot)).member("author", node_of(record.dot.log).value());
    json.member("actor", header.actor).member("reason", header.reason);
    json.member("time", to_string(UnixMs{record.time.ms}));
}

std::string batch_json(const BatchInfo& batch) {
    JsonWriter json;
    json.begin_object().member_if("title", batch.title).member_if("document_number", batch.document_number);
    json.member_if("published_on", batch.published_on);
    return std::move(json.end_object()).take();
}

}  // namespace minglu
