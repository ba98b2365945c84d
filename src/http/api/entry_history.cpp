#include "src/http/api/entry_history.hpp"

#include <set>

#include "src/http/api/freshness.hpp"
#include "src/http/api/json_record.hpp"
#include "sync/refold.hpp"

namespace minglu {

namespace {

void write_line(JsonWriter& json, const ReadTx& tx, const OpRow& row, bool effective, const Vector& held) {
    const RecordRow record = stored_record(tx, row.dot);
    const Header header = stored_header(record);
    const Op op = stored_op(row.line);
    json.begin_object();
    write_origin(json, record, header);
    json.member("leaf", to_hex(bytes_of(record.leaf)))
        .member_if("label", header.label)
        .member("kind", header.kind_text);
    if (header.batch) json.member_raw("batch", batch_json(*header.batch));
    if (!header.needs.empty()) {
        json.key("needs").begin_array();
        for (const NodeId& node : header.needs) json.text(node.value());
        json.end_array();
    }
    json.member("arrived", to_string(row.arrived)).member("effective_on", to_string(op.effective_on));
    json.member_boolean("effective", effective).member_raw("set", set_json(op.set)).member("seen", to_string(op.seen));
    json.member_if("lacks", to_string(beyond(op.seen, held))).end_object();
}

}  // namespace

std::string history_json(const ReadTx& tx, const EntryKey& key) {
    std::set<Dot> counted;
    for (const EffectiveOp& op : counted_ops(tx, key).ops) counted.insert(op.dot);
    const Vector held = vector_of(tx);
    JsonWriter json;
    json.begin_array();
    for (const OpRow& row : tx.ops_of_key(key)) write_line(json, tx, row, counted.count(row.dot) > 0, held);
    return std::move(json.end_array()).take();
}

}  // namespace minglu
