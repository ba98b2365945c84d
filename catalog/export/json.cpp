#include "catalog/export/json.hpp"

#include <utility>

#include "minglu/json_text.hpp"

namespace minglu {

JsonExport::JsonExport(JsonForm form, Sink sink) : form_(form), sink_(std::move(sink)) {}

void JsonExport::add(const EntryKey& key, std::string_view view, const Vector& etag, const ExportAnswer& answer) {
    text_ = form_ == JsonForm::lines ? "" : first_ ? "[\n" : ",\n";
    first_ = false;
    bool first_member = true;
    const auto begin = [&](std::string_view member) {
        text_ += std::exchange(first_member, false) ? "{\"" : ",\"";
        text_.append(member).append("\":");
    };
    const auto add_text = [&](std::string_view member, std::string_view value) {
        if (value.empty()) return;
        begin(member);
        append_json_string(text_, value);
    };
    add_text("as_known_then", answer.as_known_then);
    begin("etag");
    append_json_string(text_, to_string(etag));
    begin("fields");
    text_ += view;
    add_text("key", key.value());
    add_text("right", answer.right);
    add_text("verdict", answer.verdict);
    text_ += form_ == JsonForm::lines ? "}\n" : "}";
    sink_(text_);
}

void JsonExport::finish() {
    if (form_ == JsonForm::array) sink_(first_ ? "[]\n" : "\n]\n");
}

}  // namespace minglu
