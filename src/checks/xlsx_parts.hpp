#pragma once
/// The parts of a workbook (ECMA-376 part 1, §18) that stand around its sheets: which sheets there are, the texts they
/// share, and which styles show a number as a date.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/checks/table_limits.hpp"
#include "src/checks/zip_archive.hpp"

namespace minglu {

struct WorkbookSheet {
    std::string name;
    std::string part;  ///< path in the archive
};

struct Workbook {
    std::vector<WorkbookSheet> sheets;  ///< in their order; hidden ones are left out
    bool from_1904 = false;             ///< days are counted from 1904-01-01
    std::vector<std::string> strings;
    std::vector<bool> date_styles;  ///< by the number of the cell format
};

/// Errors: malformed, too_large, not_found (no workbook in the archive).
[[nodiscard]] Result<Workbook> read_workbook(const ZipArchive& archive, const TableLimits& limits);

/// Whether a format code such as `yyyy"年"m"月"d"日"` shows a date.
[[nodiscard]] bool is_date_format(std::string_view code);

/// "2026-01-31" for a serial number; the number itself where no date has it.
[[nodiscard]] std::string date_text(double serial, bool from_1904);

/// A number as people write it: "10325554" for 1.0325554E7, "201710601862.3" for 201710601862.29999. Text that is no
/// number stays as it is.
[[nodiscard]] std::string number_text(std::string_view value);

}  // namespace minglu
