// Fuzz target: the XML of one sheet, without the archive around it: how it is cut into pieces changes nothing.
#include <algorithm>

#include "src/checks/xlsx_sheet.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {
namespace {

struct Reading {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::uint64_t> numbers;
    bool taken = false;
    friend bool operator==(const Reading&, const Reading&) = default;
};

Reading read(std::string_view bytes, std::size_t piece_bytes) {
    Workbook workbook;
    workbook.strings = {"商标注册号", ""};
    workbook.date_styles = {false, true};
    TableLimits limits;
    limits.rows_max = 100;
    SheetReader reader("sheet", workbook, limits);
    Result<void> fed;
    for (std::size_t at = 0; fed && at < bytes.size(); at += piece_bytes)
        fed = reader.feed(bytes.substr(at, piece_bytes));
    Reading reading;
    if (!fed) return reading;
    const auto rows = reader.finish();
    if (!rows) return reading;
    reading.taken = true;
    for (const CsvRow& row : *rows) {
        reading.rows.push_back(row.cells);
        reading.numbers.push_back(row.row);
    }
    return reading;
}

}  // namespace

bool fuzz_sheet(std::string_view bytes) {
    constexpr std::size_t odd = 7;  // cuts characters and tags in two
    const Reading whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
    require(read(bytes, odd) == whole, "how the bytes are cut into pieces changes nothing");
    require(std::is_sorted(whole.numbers.begin(), whole.numbers.end()), "rows stand in order");
    require(whole.rows.size() <= 100, "no more rows than allowed");
    return whole.taken && !whole.rows.empty();
}

}  // namespace minglu::test
