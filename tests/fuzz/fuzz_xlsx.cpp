// Fuzz target: a workbook, or what claims to be one: rows within the limits, or an error that says what to do.
#include "src/checks/goods_list.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {

bool fuzz_xlsx(std::string_view bytes) {
    TableLimits limits;
    limits.part_bytes_max = std::size_t{1} << 20;
    limits.text_bytes_max = std::size_t{1} << 16;
    limits.rows_max = 200;
    const auto list = read_goods_list({bytes, {}, {}}, limits);
    if (!list) {
        require(!list.error().what.empty() && !list.error().cure.empty(), "an error says what to do");
        return false;
    }
    require(list->rows.size() <= limits.rows_max, "no more rows than allowed");
    std::size_t text_bytes = 0;
    for (const CsvRow& row : list->rows) {
        require(row.cells.size() <= limits.columns_max, "no more columns than allowed");
        for (const std::string& cell : row.cells) text_bytes += cell.size();
    }
    require(text_bytes <= limits.text_bytes_max, "no more text than allowed");
    return true;
}

}  // namespace minglu::test
