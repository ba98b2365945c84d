#include "src/checks/xlsx_reader.hpp"

#include <algorithm>

#include "src/checks/xlsx_sheet.hpp"

namespace minglu {

namespace {

std::string names_of(const std::vector<WorkbookSheet>& sheets) {
    constexpr std::size_t shown_max = 300;
    std::string names;
    for (const WorkbookSheet& sheet : sheets) {
        if (names.size() > shown_max) return names + ", …";
        names += (names.empty() ? "" : ", ") + sheet.name;
    }
    return names;
}

Result<WorkbookSheet> choose(const std::vector<WorkbookSheet>& sheets, std::string_view wanted) {
    if (sheets.empty())
        return fail({ErrorCode::not_found, "the workbook has no sheet that is shown", "xl/workbook.xml",
                     "show the sheet that is meant, and save it again"});
    if (wanted.empty()) return sheets.front();
    const auto found =
        std::find_if(sheets.begin(), sheets.end(), [&](const auto& sheet) { return sheet.name == wanted; });
    if (found != sheets.end()) return *found;
    return fail(
        {ErrorCode::not_found, "the workbook has no sheet " + std::string(wanted), "", "it has: " + names_of(sheets)});
}

}  // namespace

bool is_xlsx(std::string_view beginning) {
    return beginning.starts_with("PK\x03\x04") || beginning.starts_with("PK\x05\x06");
}

bool is_old_workbook(std::string_view beginning) {
    return beginning.starts_with("\xD0\xCF\x11\xE0");
}

Result<std::vector<CsvRow>> read_xlsx(const ZipArchive& archive, std::string_view sheet, const TableLimits& limits) {
    const auto workbook = read_workbook(archive, limits);
    if (!workbook) return fail(workbook.error());
    const auto chosen = choose(workbook->sheets, sheet);
    if (!chosen) return fail(chosen.error());
    SheetReader reader(chosen->part, *workbook, limits);
    const auto read =
        archive.read(chosen->part, limits.part_bytes_max, [&](std::string_view bytes) { return reader.feed(bytes); });
    if (!read) return fail(read.error());
    return reader.finish();
}

}  // namespace minglu
