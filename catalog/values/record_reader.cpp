// Reading of header and op lines (docs/PROTOCOL.md §2). Unknown fields are accepted: they stay in the bytes.
#include <algorithm>

#include "catalog/values/json_dom.hpp"
#include "minglu/json_text.hpp"
#include "minglu/record.hpp"

namespace minglu {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

/// Flow inside this file only: a reader throws it, the two public functions turn it into a Result.
struct Malformed {
    std::string what;
};

[[noreturn]] void bad(std::string_view field, std::string_view why) {
    throw Malformed{"field '" + std::string(field) + "' " + std::string(why)};
}

std::optional<element> find(const object& from, std::string_view field) {
    element value;
    if (from.at_key(field).get(value)) return std::nullopt;
    return value;
}

element need(const object& from, std::string_view field) {
    const auto value = find(from, field);
    if (!value) bad(field, "is missing");
    return *value;
}

std::string text(element value, std::string_view field) {
    if (value.type() != element_type::STRING) bad(field, "is not a string");
    return std::string(std::string_view(value));
}

std::string optional_text(const object& from, std::string_view field) {
    const auto value = find(from, field);
    return value ? text(*value, field) : std::string{};
}

std::int64_t integer(element value, std::string_view field, std::int64_t least, std::int64_t most = json_integer_max) {
    if (value.type() != element_type::INT64) bad(field, "is not an integer");
    const std::int64_t number = value.get_int64();
    if (number < least || number > most) bad(field, "is out of range");
    return number;
}

object as_object(element value, std::string_view field) {
    if (value.type() != element_type::OBJECT) bad(field, "is not an object");
    return object(value);
}

template <class T>
T accept(Result<T> result, std::string_view field) {
    if (!result) bad(field, result.error().what);
    return *std::move(result);
}

std::string base64(element value, std::string_view field) {
    return accept(from_base64(text(value, field)), field);
}
Hash hash_field(element value, std::string_view field) {
    return accept(to_hash(base64(value, field)), field);
}
LogId log_field(element value, std::string_view field) {
    return accept(parse_log_id(text(value, field)), field);
}
Seq seq_field(element value, std::string_view field) {
    return Seq{static_cast<std::uint64_t>(integer(value, field, 1))};
}

Vector vector_field(element value, std::string_view field) {
    Vector vector;
    const object items = as_object(value, field);
    if (items.size() > vector_logs_max) bad(field, "names over 4,096 logs");
    for (const auto item : items) vector.set(accept(parse_log_id(item.key), field), seq_field(item.value, field));
    return vector;
}

HybridTime time_field(element value) {
    if (value.type() != element_type::ARRAY) bad("time", "is not an array");
    const simdjson::dom::array items(value);
    if (items.size() != 2) bad("time", "is not [ms, counter]");
    return {integer(items.at(0), "time", 0), static_cast<std::uint32_t>(integer(items.at(1), "time", 0, 0xffffffff))};
}

BatchInfo batch_info(const object& from) {
    return {optional_text(from, "title"), optional_text(from, "document_number"), optional_text(from, "published_on")};
}

OpenInfo open_info(const object& from) {
    OpenInfo open;
    open.node = accept(parse_node_id(text(need(from, "node"), "node")), "node");
    open.suite = accept(parse_suite(text(need(from, "suite"), "suite")), "suite");
    open.signing_key = base64(need(from, "signing_key"), "signing_key");
    if (const auto predecessor = find(from, "predecessor")) open.predecessor = log_field(*predecessor, "predecessor");
    if (const auto found = find(from, "cut")) {
        const object cut = as_object(*found, "cut");
        const auto at = static_cast<std::uint64_t>(integer(need(cut, "k"), "k", 0));
        open.cut = Cut{log_field(need(cut, "log"), "log"), Seq{at}, hash_field(need(cut, "root"), "root")};
    }
    return open;
}

std::vector<NodeId> node_list(element value) {
    if (value.type() != element_type::ARRAY) bad("needs", "is not an array");
    std::vector<NodeId> nodes;
    for (const auto item : simdjson::dom::array(value))
        nodes.push_back(accept(parse_node_id(text(item, "needs")), "needs"));
    return nodes;
}

RecordRef record_ref(element of, element leaf) {
    if (of.type() != element_type::ARRAY) bad("of", "is not an array");
    const simdjson::dom::array items(of);
    if (items.size() != 2) bad("of", "is not [log, seq]");
    return {{log_field(items.at(0), "of"), seq_field(items.at(1), "of")}, hash_field(leaf, "of_leaf")};
}

/// What the header is framed and proved by: without these members it is no header.
Header read_frame(const object& from) {
    Header header;
    header.log = log_field(need(from, "log"), "log");
    header.seq = seq_field(need(from, "seq"), "seq");
    header.ops = static_cast<std::uint32_t>(integer(need(from, "ops"), "ops", 0, record_ops_max));
    header.ops_root = hash_field(need(from, "ops_root"), "ops_root");
    return header;
}

/// The members that belong to the record's kind. On another kind they mean nothing, like any member that is not known.
void read_kind_members(const object& from, Header& header) {
    switch (header.kind) {
        case RecordKind::open:
            header.open = open_info(as_object(need(from, "open"), "open"));
            return;
        case RecordKind::batch_propose:
            header.needs = node_list(need(from, "needs"));
            if (header.needs.empty()) bad("needs", "is empty");
            return;
        case RecordKind::batch_approve:
        case RecordKind::batch_close:
            header.of = record_ref(need(from, "of"), need(from, "of_leaf"));
            return;
        case RecordKind::key:
            header.new_signing_key = base64(need(from, "signing_key"), "signing_key");
            if (header.new_signing_key.empty()) bad("signing_key", "is empty");
            return;
        case RecordKind::change:
        case RecordKind::unknown:
            return;
    }
}

/// Reads one member, or notes what is wrong with it; the first fault is told.
template <class Read>
void note_fault(Header& header, Read read) {
    try {
        read();
    } catch (const Malformed& fault) {
        if (header.fault.empty()) header.fault = fault.what;
    }
}

Header read_header(const object& from, std::uint32_t reads) {
    Header header = read_frame(from);
    header.version = 0;
    note_fault(header,
               [&] { header.version = static_cast<std::uint32_t>(integer(need(from, "v"), "v", 1, 0xffffffff)); });
    note_fault(header, [&] { header.time = time_field(need(from, "time")); });
    note_fault(header, [&] { header.kind_text = text(need(from, "kind"), "kind"); });
    note_fault(header, [&] { header.seen = vector_field(need(from, "seen"), "seen"); });
    note_fault(header, [&] { header.actor = optional_text(from, "actor"); });
    note_fault(header, [&] { header.reason = optional_text(from, "reason"); });
    note_fault(header, [&] { header.label = optional_text(from, "label"); });
    header.kind = header.version <= reads ? parse_record_kind(header.kind_text) : RecordKind::unknown;
    if (header.version > reads) header.fault.clear();
    if (header.kind == RecordKind::unknown) return header;
    note_fault(header, [&] {
        if (const auto batch = find(from, "batch")) header.batch = batch_info(as_object(*batch, "batch"));
    });
    note_fault(header, [&] { read_kind_members(from, header); });
    return header;
}

Op read_op(const object& from) {
    Op op;
    op.key = accept(parse_entry_key(text(need(from, "key"), "key")), "key");
    op.seen = vector_field(need(from, "seen"), "seen");
    op.effective_on = accept(parse_day(text(need(from, "effective_on"), "effective_on")), "effective_on");
    for (const auto field : as_object(need(from, "set"), "set")) {
        if (field.key.empty()) bad("set", "has a field without a name");
        FieldValue value{std::string(field.key), {}};
        json_dom::append_canonical(value.json, field.value);
        op.set.push_back(std::move(value));
    }
    if (op.set.empty()) bad("set", "is empty");
    std::sort(op.set.begin(), op.set.end(), [](const auto& a, const auto& b) { return a.field < b.field; });
    return op;
}

template <class Read>
auto read_line(std::string_view line, json_dom::Nulls nulls, std::string_view what, Read read)
    -> Result<decltype(read(object{}))> {
    const auto document = json_dom::parse(line, nulls);
    if (!document) return tl::unexpected(document.error());
    try {
        if (document->type() != element_type::OBJECT) throw Malformed{"it is not an object"};
        return read(object(*document));
    } catch (const Malformed& fault) {
        return fail(
            {ErrorCode::malformed, std::string(what) + ": " + fault.what, "", "ask the author for a valid record"});
    }
}

}  // namespace

Result<Header> parse_header(std::string_view line, std::uint32_t reads) {
    return read_line(line, json_dom::Nulls::nowhere, "record header",
                     [reads](const object& from) { return read_header(from, reads); });
}

Result<Op> parse_op(std::string_view line) {
    return read_line(line, json_dom::Nulls::fields_of_set, "op", read_op);
}

}  // namespace minglu
