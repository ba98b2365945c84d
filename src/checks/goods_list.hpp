#pragma once
/// A market's list of goods: CSV (UTF-8 or GB 18030) or one sheet of an .xlsx workbook, whole and in bounded memory.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/check/goods_columns.hpp"
#include "catalog/import/csv_reader.hpp"
#include "src/checks/goods_answer.hpp"
#include "src/checks/table_limits.hpp"

namespace minglu {

struct GoodsList {
    std::vector<std::string> headers;
    GoodsColumns columns;
    std::vector<CsvRow> rows;  ///< below the header, in order
};

/// Where the bytes are.
struct ListSource {
    std::string_view bytes;
    std::filesystem::path file;  ///< instead of `bytes`, unless empty
    std::string_view sheet;      ///< of a workbook; empty: the first
};

/// Errors: bad_encoding, malformed, too_large, not_found (no such sheet), missing_value (empty), bad_request (no header
/// is known; an .xls or a workbook with a password). Throws StoreFault (io).
[[nodiscard]] Result<GoodsList> read_goods_list(const ListSource& source, const TableLimits& limits = {});

/// The cells of a row that say what it is; the views point into `row`.
[[nodiscard]] GoodsRow goods_row(const GoodsColumns& columns, const CsvRow& row);

}  // namespace minglu
