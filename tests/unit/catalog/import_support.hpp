#pragma once
/// Reading a whole table at once, for the tests of the import.
#include <map>
#include <string>
#include <vector>

#include "catalog/import/table.hpp"

namespace minglu::testing {

struct ImportedTable {
    std::vector<RowDraft> drafts;
    std::vector<RowError> errors;
    std::string fatal;
    std::uint64_t rows = 0;
    std::uint64_t refused = 0;
};

inline TableOptions options_for(std::optional<Kind> kind = {}) {
    TableOptions options;
    options.map.file = "list.csv";
    options.map.default_home = NodeId{"cq"};
    options.map.homes = {{"50", NodeId{"cq"}}, {"51", NodeId{"sc"}}};
    options.map.on = *parse_day("2025-06-01");
    options.kind = kind;
    return options;
}

inline ImportedTable import_table(std::string_view bytes, std::optional<Kind> kind = {}, std::size_t chunk = 4096) {
    ImportedTable table;
    TableReader reader{options_for(kind),
                       [&](RowDraft draft) -> Result<void> {
                           table.drafts.push_back(std::move(draft));
                           return {};
                       },
                       [&](RowError error) { table.errors.push_back(std::move(error)); }};
    Result<void> outcome;
    for (std::size_t at = 0; at < bytes.size() && outcome; at += chunk) outcome = reader.feed(bytes.substr(at, chunk));
    if (outcome) outcome = reader.finish();
    if (!outcome) table.fatal = describe(outcome.error());
    table.rows = reader.rows();
    table.refused = reader.refused();
    return table;
}

inline std::string json_of(const RowDraft& draft, std::string_view field) {
    for (const FieldValue& value : draft.set) {
        if (value.field == field) return value.json;
    }
    return {};
}

/// The merged fields of an entry that was written once.
inline std::string view_of(const std::vector<FieldValue>& set) {
    std::string view = "{";
    for (const FieldValue& value : set) {
        if (view.size() > 1) view += ",";
        view += "\"" + value.field + "\":" + value.json;
    }
    return view + "}";
}

}  // namespace minglu::testing
