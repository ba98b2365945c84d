#include "minglu/json_text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "catalog/values/json_dom.hpp"
#include "minglu/record.hpp"

namespace minglu {

namespace {

using json_dom::Nulls;
using simdjson::dom::element;
using simdjson::dom::element_type;

Error malformed(std::string what) {
    return {ErrorCode::malformed, std::move(what), "", "send strict JSON: strings, integers, arrays, objects"};
}

bool has_duplicate_keys(const simdjson::dom::object& object) {
    // Few fields are the rule: comparing pairs costs nothing then; many fields are sorted.
    constexpr std::size_t few = 16;
    std::array<std::string_view, few> seen;
    std::size_t count = 0;
    for (const auto field : object) {
        if (count == few) break;
        for (std::size_t i = 0; i < count; ++i)
            if (seen[i] == field.key) return true;
        seen[count++] = field.key;
    }
    if (count < few) return false;
    std::vector<std::string_view> keys;
    for (const auto field : object) keys.push_back(field.key);
    std::sort(keys.begin(), keys.end());
    return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

/// Where null may stand, seen from an object with that rule: one field further in.
Nulls inside(Nulls nulls, std::string_view key) {
    if (nulls == Nulls::fields_of_set && key == "set") return Nulls::fields;
    return nulls == Nulls::fields ? Nulls::here : Nulls::nowhere;
}

/// Empty when `value` is within the subset, else what is wrong.
std::string fault_in(element value, Nulls nulls) {
    switch (value.type()) {
        case element_type::STRING:
            return "";
        case element_type::INT64: {
            const std::int64_t number = value.get_int64();
            return number > json_integer_max || number < -json_integer_max ? "integer beyond 2^53-1" : "";
        }
        case element_type::UINT64:
            return "integer beyond 2^53-1";
        case element_type::DOUBLE:
            return "a number that is not an integer";
        case element_type::BOOL:
            return "true or false, which the format does not have";
        case element_type::NULL_VALUE:
            return nulls == Nulls::here ? "" : "null inside a value";
        case element_type::ARRAY:
            for (const auto item : simdjson::dom::array(value))
                if (auto fault = fault_in(item, Nulls::nowhere); !fault.empty()) return fault;
            return "";
        case element_type::OBJECT: {
            const simdjson::dom::object object(value);
            if (has_duplicate_keys(object)) return "the same key twice in one object";
            for (const auto field : object)
                if (auto fault = fault_in(field.value, inside(nulls, field.key)); !fault.empty()) return fault;
            return "";
        }
    }
    return "an unknown kind of value";
}

void append_integer(std::string& out, std::int64_t number) {
    out += std::to_string(number);
}

void append_object(std::string& out, const simdjson::dom::object& object) {
    std::vector<std::pair<std::string_view, element>> fields;
    for (const auto field : object) fields.emplace_back(field.key, field.value);
    std::sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    out += '{';
    bool first = true;
    for (const auto& field : fields) {
        if (!std::exchange(first, false)) out += ',';
        append_json_string(out, field.first);
        out += ':';
        json_dom::append_canonical(out, field.second);
    }
    out += '}';
}

}  // namespace

namespace json_dom {

Result<element> parse(std::string_view text, Nulls nulls, std::size_t depth_max) {
    thread_local simdjson::dom::parser parser;
    if (parser.max_depth() != depth_max && parser.allocate(4096, depth_max) != simdjson::SUCCESS)
        throw std::bad_alloc();
    element document;
    if (const auto error = parser.parse(text.data(), text.size()).get(document))
        return fail(malformed(std::string("not JSON: ") + simdjson::error_message(error)));
    if (auto fault = fault_in(document, nulls); !fault.empty()) return fail(malformed(fault));
    return document;
}

void append_canonical(std::string& out, element value) {
    switch (value.type()) {
        case element_type::STRING:
            append_json_string(out, std::string_view(value));
            return;
        case element_type::INT64:
            append_integer(out, value.get_int64());
            return;
        case element_type::ARRAY: {
            out += '[';
            bool first = true;
            for (const auto item : simdjson::dom::array(value)) {
                if (!std::exchange(first, false)) out += ',';
                append_canonical(out, item);
            }
            out += ']';
            return;
        }
        case element_type::OBJECT:
            append_object(out, simdjson::dom::object(value));
            return;
        case element_type::UINT64:
        case element_type::DOUBLE:
        case element_type::BOOL:
        case element_type::NULL_VALUE:
            out += "null";
            return;
    }
}

}  // namespace json_dom

void append_json_string(std::string& out, std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    out += '"';
    std::size_t clean = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        out.append(text, clean, i - clean);
        clean = i + 1;
        switch (byte) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\b':
                out += "\\b";
                break;
            case '\f':
                out += "\\f";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += "\\u00";
                out += hex[byte >> 4];
                out += hex[byte & 15];
        }
    }
    out.append(text, clean, text.size() - clean);
    out += '"';
}

std::string json_string(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    append_json_string(out, text);
    return out;
}

Result<std::string> canonical_json(std::string_view text, std::size_t depth_max) {
    auto document = json_dom::parse(text, Nulls::here, depth_max);
    if (!document) return tl::unexpected(document.error());
    std::string out;
    out.reserve(text.size());
    json_dom::append_canonical(out, *document);
    return out;
}

std::string text_of(std::string_view json) {
    if (json.size() < 2 || json.front() != '"') return {};
    if (json.find('\\') == std::string_view::npos) return std::string(json.substr(1, json.size() - 2));
    const auto document = json_dom::parse(json);
    if (!document || document->type() != element_type::STRING) return {};
    return std::string(std::string_view(*document));
}

}  // namespace minglu
