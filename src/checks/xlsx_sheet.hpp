#pragma once
/// One sheet of a workbook, from its XML.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catalog/import/csv_reader.hpp"
#include "src/checks/xlsx_parts.hpp"
#include "src/checks/xml_reader.hpp"

namespace minglu {

/// Column (from 0) and row (from 1) of a reference such as "B7"; none for anything else.
struct CellPlace {
    std::size_t column = 0;
    std::uint64_t row = 0;
};
[[nodiscard]] std::optional<CellPlace> parse_cell_place(std::string_view reference);

class SheetReader {
public:
    /// `workbook` outlives it.
    SheetReader(std::string part, const Workbook& workbook, const TableLimits& limits);

    /// Errors: malformed, too_large.
    [[nodiscard]] Result<void> feed(std::string_view bytes) { return xml_.feed(bytes); }
    [[nodiscard]] Result<std::vector<CsvRow>> finish();

private:
    struct Merged {
        CellPlace first;
        std::uint64_t last_row = 0;
    };
    [[nodiscard]] Result<void> begin(std::string_view name, const XmlAttributes& attributes);
    [[nodiscard]] Result<void> end(std::string_view name);
    [[nodiscard]] Result<void> text(std::string_view piece);
    [[nodiscard]] Result<void> end_row();
    [[nodiscard]] Result<void> end_cell();
    [[nodiscard]] std::string cell_text() const;
    [[nodiscard]] Result<void> put(std::string value);
    void note_merged(std::string_view range);
    [[nodiscard]] Result<void> fill_merged();
    [[nodiscard]] tl::unexpected<Error> too_large(const std::string& what) const;

    std::string part_;
    const Workbook& workbook_;
    const TableLimits limits_;
    std::vector<CsvRow> rows_;
    std::vector<Merged> merged_;
    CsvRow row_;
    std::size_t column_ = 0;
    std::string type_;
    bool is_date_ = false;
    std::string value_;
    enum class In { nothing, value, inline_text } in_ = In::nothing;
    int in_guide_ = 0;
    std::size_t text_bytes_ = 0;
    XmlReader xml_;  ///< last: it calls back into the rest
};

}  // namespace minglu
