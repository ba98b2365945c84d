#pragma once
/// A whole list from its bytes to drafts, as an import reads it, but without a store.
#include <optional>
#include <string>
#include <vector>

#include "catalog/import/row_mapper.hpp"
#include "catalog/import/table.hpp"

namespace minglu::test {

struct TableOptions {
    MapOptions map;
    std::optional<Kind> kind;  ///< none = told from the headers
};

struct ImportedTable {
    std::vector<RowDraft> drafts;
    std::vector<RowError> errors;
    std::string fatal;          ///< why the file cannot be used as a whole; empty when it can
    std::uint64_t rows = 0;     ///< below the header
    std::uint64_t refused = 0;  ///< of them, rows that were not taken
};

/// The bytes come in pieces of `chunk`.
inline ImportedTable read_table(std::string_view bytes, const TableOptions& options, std::size_t chunk) {
    ImportedTable table;
    std::optional<RowMapper> mapper;
    TableReader reader([&](const CsvRow& row) -> Result<void> {
        if (!mapper) {
            auto columns = plan_columns(row.cells, options.kind);
            if (!columns) return fail(columns.error());
            mapper.emplace(*std::move(columns), options.map);
            return {};
        }
        ++table.rows;
        RowMapper::Outcome outcome = mapper->map(row);
        if (!outcome.errors.empty()) ++table.refused;
        std::move(outcome.errors.begin(), outcome.errors.end(), std::back_inserter(table.errors));
        std::move(outcome.drafts.begin(), outcome.drafts.end(), std::back_inserter(table.drafts));
        return {};
    });
    Result<void> outcome;
    for (std::size_t at = 0; at < bytes.size() && outcome; at += chunk) outcome = reader.feed(bytes.substr(at, chunk));
    if (outcome) outcome = reader.finish();
    if (outcome && !mapper) outcome = fail({ErrorCode::missing_value, "the file is empty", "", ""});
    if (!outcome) table.fatal = describe(outcome.error());
    return table;
}

}  // namespace minglu::test
