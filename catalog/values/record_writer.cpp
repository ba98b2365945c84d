// The author's one serialisation of headers and ops (docs/PROTOCOL.md §2).
#include "minglu/json_text.hpp"
#include "minglu/record.hpp"

namespace minglu {

namespace {

/// Appends `,"name":` (without the comma at the start of an object).
void field(std::string& out, std::string_view name) {
    if (out.back() != '{') out += ',';
    out += '"';
    out += name;
    out += "\":";
}

void text_field(std::string& out, std::string_view name, std::string_view value) {
    field(out, name);
    append_json_string(out, value);
}

void optional_text(std::string& out, std::string_view name, std::string_view value) {
    if (!value.empty()) text_field(out, name, value);
}

void vector_field(std::string& out, std::string_view name, const Vector& vector) {
    field(out, name);
    out += '{';
    for (const Vector::Item& item : vector.items()) {
        field(out, item.first.value());
        out += std::to_string(item.second.value());
    }
    out += '}';
}

std::string base64(const Hash& hash) {
    return to_base64(bytes_of(hash));
}

void open_field(std::string& out, const OpenInfo& open) {
    field(out, "open");
    out += '{';
    text_field(out, "node", open.node.value());
    text_field(out, "suite", name(open.suite));
    text_field(out, "signing_key", to_base64(open.signing_key));
    if (open.predecessor) text_field(out, "predecessor", open.predecessor->value());
    if (open.cut) {
        field(out, "cut");
        out += '{';
        text_field(out, "log", open.cut->log.value());
        field(out, "k");
        out += std::to_string(open.cut->at.value());
        text_field(out, "root", base64(open.cut->root));
        out += '}';
    }
    out += '}';
}

void batch_field(std::string& out, const BatchInfo& batch) {
    field(out, "batch");
    out += '{';
    optional_text(out, "title", batch.title);
    optional_text(out, "document_number", batch.document_number);
    optional_text(out, "published_on", batch.published_on);
    out += '}';
}

}  // namespace

std::string serialise(const Header& header) {
    std::string out = "{";
    field(out, "v");
    out += std::to_string(header.version);
    text_field(out, "log", header.log.value());
    field(out, "seq");
    out += std::to_string(header.seq.value());
    field(out, "time");
    out += "[" + std::to_string(header.time.ms) + "," + std::to_string(header.time.counter) + "]";
    text_field(out, "kind", header.kind == RecordKind::unknown ? header.kind_text : name(header.kind));
    optional_text(out, "actor", header.actor);
    optional_text(out, "reason", header.reason);
    optional_text(out, "label", header.label);
    if (header.batch) batch_field(out, *header.batch);
    vector_field(out, "seen", header.seen);
    field(out, "ops");
    out += std::to_string(header.ops);
    text_field(out, "ops_root", base64(header.ops_root));
    if (!header.needs.empty()) {
        field(out, "needs");
        out += '[';
        for (const NodeId& node : header.needs) {
            if (out.back() != '[') out += ',';
            append_json_string(out, node.value());
        }
        out += ']';
    }
    if (header.of) {
        field(out, "of");
        out += "[" + json_string(header.of->dot.log.value()) + "," + std::to_string(header.of->dot.seq.value()) + "]";
        text_field(out, "of_leaf", base64(header.of->leaf));
    }
    if (header.open) open_field(out, *header.open);
    if (!header.new_signing_key.empty()) text_field(out, "signing_key", to_base64(header.new_signing_key));
    out += '}';
    return out;
}

std::string serialise(const Op& op) {
    std::string out = "{";
    text_field(out, "key", op.key.value());
    vector_field(out, "seen", op.seen);
    text_field(out, "effective_on", to_string(op.effective_on));
    field(out, "set");
    out += '{';
    for (const FieldValue& value : op.set) {
        if (out.back() != '{') out += ',';
        append_json_string(out, value.field);
        out += ':';
        out += value.json;
    }
    out += "}}";
    return out;
}

}  // namespace minglu
