#include "catalog/export/json.hpp"

#include <utility>

#include "minglu/json_text.hpp"

namespace minglu {

JsonExport::JsonExport(JsonForm form, Sink sink) : form_(form), sink_(std::move(sink)) {}

void JsonExport::add(const EntryKey& key, std::string_view view, const Vector& etag, std::string_view verdict) {
    text_ = form_ == JsonForm::lines ? "" : first_ ? "[\n" : ",\n";
    first_ = false;
    text_ += "{\"etag\":";
    append_json_string(text_, to_string(etag));
    text_ += ",\"fields\":";
    text_ += view;
    text_ += ",\"key\":";
    append_json_string(text_, key.value());
    if (!verdict.empty()) {
        text_ += ",\"verdict\":";
        append_json_string(text_, verdict);
    }
    text_ += form_ == JsonForm::lines ? "}\n" : "}";
    sink_(text_);
}

void JsonExport::finish() {
    if (form_ == JsonForm::array) sink_(first_ ? "[]\n" : "\n]\n");
}

}  // namespace minglu
