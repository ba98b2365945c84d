#include "catalog/export/csv.hpp"

#include <algorithm>
#include <utility>

#include "catalog/fields.hpp"
#include "catalog/import/cells.hpp"
#include "catalog/import/columns.hpp"
#include "catalog/import/csv_reader.hpp"
#include "catalog/text/canonical_walk.hpp"

namespace minglu {
namespace {

struct HolderCells {
    std::string names;
    std::string codes;
};

/// Names and codes in two columns where that is read back, else everything in one.
HolderCells holder_cells(std::string_view json, Kind kind) {
    HolderCells cells{cell_of("holders", json, kind), {}};
    if (json.find("\"credit_code\"") == std::string_view::npos) return cells;
    std::string scratch;
    std::string bare = "[";
    for_each_json_element(json, [&](std::string_view holder) {
        std::string code = "-";
        std::string rest;
        for_each_json_member(holder, [&](std::string_view field, std::string_view value) {
            if (field == "credit_code") {
                code = json_text_view(value, scratch);
            } else {
                rest += (rest.empty() ? "\"" : ",\"") + std::string(field) + "\":" + std::string(value);
            }
        });
        bare += (bare.size() > 1 ? ",{" : "{") + rest + "}";
        cells.codes += (cells.codes.empty() ? "" : "；") + code;
    });
    const std::string names = cell_of("holders", bare + "]", kind);
    const auto back = holders_of(names, cells.codes);
    if (!back || *back != json) return {cells.names, {}};
    cells.names = names;
    return cells;
}

std::string more_header(const std::string& field) {
    const bool plain = field_name_of(field) == field && find_field(field) == nullptr && field != "key" &&
                       field != "credit_code" &&
                       std::none_of(export_answer_columns.begin(), export_answer_columns.end(),
                                    [&](const ExportAnswerColumn& column) { return column.name == field; });
    return plain ? field : std::string(field_header_mark) + field;
}

}  // namespace

void append_csv_cell(std::string& line, std::string_view text) {
    const bool guard = needs_formula_guard(text);
    const bool quote = text.find_first_of("\",;\t\r\n") != std::string_view::npos ||
                       (!text.empty() && (text.front() == ' ' || text.back() == ' '));
    if (quote) line.push_back('"');
    if (guard) line.push_back('\'');
    for (const char c : text) {
        if (c == '"') line.push_back('"');
        line.push_back(c);
    }
    if (quote) line.push_back('"');
}

CsvExport::CsvExport(CsvExportOptions options, Sink sink) : options_(std::move(options)), sink_(std::move(sink)) {
    const bool chinese = options_.headers == HeaderLanguage::chinese;
    if (options_.byte_order_mark) line_ = "\xEF\xBB\xBF";
    append_csv_cell(line_, chinese ? "条目键" : "key");
    if (options_.answers)
        for (const ExportAnswerColumn& column : export_answer_columns)
            append_csv_cell(line_ += ',', chinese ? column.label_zh : column.name);
    for (const FieldSpec& spec : field_specs()) {
        line_.push_back(',');
        append_csv_cell(line_, chinese ? spec.label_zh : spec.name);
        if (spec.name != "holders") continue;
        line_.push_back(',');
        append_csv_cell(line_, chinese ? "统一社会信用代码" : "credit_code");
    }
    for (const std::string& field : options_.more_fields) {
        line_.push_back(',');
        append_csv_cell(line_, more_header(field));
    }
    line_ += "\r\n";
    sink_(line_);
}

void CsvExport::add(const EntryKey& key, std::string_view view, const ExportAnswer& answer) {
    const Kind kind = parts_of(key).kind;
    line_.clear();
    append_csv_cell(line_, key.value());
    const auto put = [&](std::string_view text) {
        line_.push_back(',');
        if (text.size() + 1 <= csv_cell_bytes_max) append_csv_cell(line_, text);
    };
    if (options_.answers)
        for (const ExportAnswerColumn& column : export_answer_columns) put(answer.*column.value);
    for (const FieldSpec& spec : field_specs()) {
        const std::string_view json = member_of(view, spec.name);
        if (spec.name == "holders") {
            const HolderCells cells = holder_cells(json, kind);
            const bool fits = cells.names.size() < csv_cell_bytes_max && cells.codes.size() < csv_cell_bytes_max;
            put(fits ? cells.names : "");
            put(fits ? cells.codes : "");
        } else {
            put(cell_of(spec.name, json, kind));
        }
    }
    for (const std::string& field : options_.more_fields) put(cell_of(field, member_of(view, field), kind));
    line_ += "\r\n";
    sink_(line_);
}

}  // namespace minglu
