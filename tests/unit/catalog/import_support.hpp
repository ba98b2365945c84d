#pragma once
/// Reading a whole table at once, for the tests of the import.
#include <map>
#include <string>
#include <vector>

#include "tests/support/imported_table.hpp"

namespace minglu::testing {

using test::ImportedTable;
using test::TableOptions;

inline TableOptions options_for(std::optional<Kind> kind = {}) {
    TableOptions options;
    options.map.file = "list.csv";
    options.map.default_home = NodeId{"cq"};
    options.map.homes = {{"50", NodeId{"cq"}}, {"51", NodeId{"sc"}}};
    options.map.on = *parse_day("2025-06-01");
    options.kind = kind;
    return options;
}

inline ImportedTable import_table(std::string_view bytes, const TableOptions& options, std::size_t chunk = 4096) {
    return test::read_table(bytes, options, chunk);
}

inline ImportedTable import_table(std::string_view bytes, std::optional<Kind> kind = {}, std::size_t chunk = 4096) {
    return import_table(bytes, options_for(kind), chunk);
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
