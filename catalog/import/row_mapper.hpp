#pragma once
/// One row of a published list → entries. A row is taken whole or refused whole.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/import/columns.hpp"
#include "catalog/import/csv_reader.hpp"
#include "minglu/record.hpp"
#include "minglu/time.hpp"

namespace minglu {

/// What a row says of one entry. List state and home of a new entry are the planner's business, see plan.hpp.
struct RowDraft {
    EntryKey key;
    std::vector<FieldValue> set;  ///< sorted by field
    std::uint64_t row = 0;
    NodeId home;           ///< of a new entry: as the caller says, else by the place in the row
    bool removed = false;  ///< the row of an export that shows the entry as removed
    friend bool operator==(const RowDraft&, const RowDraft&) = default;
};

struct RowError {
    std::uint64_t row = 0;
    std::string column;  ///< header as it stands in the file
    std::string value;   ///< the cell
    Error error;         ///< `where` = file, row, column, value
};

struct MapOptions {
    std::string file;            ///< name, for errors
    std::optional<NodeId> home;  ///< of every row that does not say it itself, wherever its place lies
    NodeId default_home;
    /// Node of each province by the first two digits of its code, e.g. {"50", cq}; elsewhere `default_home`.
    std::vector<std::pair<std::string, NodeId>> homes;
    Day on;  ///< day that the entries take effect: for checks against dated rules and places
};

class RowMapper {
public:
    RowMapper(ColumnPlan plan, MapOptions options);

    struct Outcome {
        std::vector<RowDraft> drafts;  ///< empty when there are errors, or the row is empty
        std::vector<RowError> errors;
    };
    [[nodiscard]] Outcome map(const CsvRow& row) const;

private:
    ColumnPlan plan_;
    MapOptions options_;
};

}  // namespace minglu
