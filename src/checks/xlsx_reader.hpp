#pragma once
/// The rows of one sheet of an .xlsx workbook, as text, in bounded memory.
///
/// Numbers come as people write them, dates as YYYY-MM-DD, formulas with the value that was last calculated; errors
/// such as #N/A and formulas without a value are empty. A value that is merged over several rows stands in each of
/// them.
#include <filesystem>
#include <string_view>
#include <vector>

#include "catalog/import/csv_reader.hpp"
#include "src/checks/table_limits.hpp"
#include "src/checks/zip_archive.hpp"

namespace minglu {

/// Whether a file begins like a workbook.
[[nodiscard]] bool is_xlsx(std::string_view beginning);
/// The same for .xls and for workbooks with a password, which are not read.
[[nodiscard]] bool is_old_workbook(std::string_view beginning);

/// Rows that are not blank, numbered as the spreadsheet numbers them. `sheet` empty: the first one that is not hidden.
/// Errors: malformed, too_large, not_found (no such sheet).
[[nodiscard]] Result<std::vector<CsvRow>> read_xlsx(const ZipArchive& archive, std::string_view sheet = {},
                                                    const TableLimits& limits = {});

}  // namespace minglu
