#include "src/checks/xlsx_parts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "minglu/time.hpp"
#include "src/checks/xml_reader.hpp"

namespace minglu {

namespace {

constexpr std::size_t small_part_bytes_max = std::size_t{8} << 20;
constexpr std::size_t strings_max = 1'000'000;
constexpr std::size_t styles_max = 65'536;
constexpr std::size_t sheets_max = 1'024;

Result<void> ignore_text(std::string_view) {
    return {};
}
Result<void> ignore_end(std::string_view) {
    return {};
}

Result<void> read_part(const ZipArchive& archive, const std::string& part, std::size_t bytes_max,
                       XmlHandlers handlers) {
    XmlReader xml(part, std::move(handlers));
    auto read = archive.read(part, bytes_max, [&](std::string_view bytes) { return xml.feed(bytes); });
    return read ? xml.finish() : read;
}

bool is_true(std::string_view value) {
    return value == "1" || value == "true";
}

/// Target of a relationship of xl/workbook.xml as a path in the archive.
std::string part_path(std::string_view target) {
    if (target.starts_with('/')) return std::string(target.substr(1));
    return "xl/" + std::string(target);
}

Result<std::map<std::string, std::string>> read_relations(const ZipArchive& archive) {
    std::map<std::string, std::string> parts;
    const auto begin = [&](std::string_view name, const XmlAttributes& attributes) -> Result<void> {
        if (name == "Relationship" && parts.size() < sheets_max * 4)
            parts.emplace(attributes["Id"], part_path(attributes["Target"]));
        return {};
    };
    if (auto read =
            read_part(archive, "xl/_rels/workbook.xml.rels", small_part_bytes_max, {begin, ignore_end, ignore_text});
        !read)
        return fail(read.error());
    return parts;
}

Result<void> read_sheets(const ZipArchive& archive, Workbook& workbook) {
    const auto parts = read_relations(archive);
    if (!parts) return fail(parts.error());
    const auto begin = [&](std::string_view name, const XmlAttributes& attributes) -> Result<void> {
        if (name == "workbookPr") workbook.from_1904 = is_true(attributes["date1904"]);
        if (name != "sheet" || attributes["state"].starts_with("hidden") || attributes["state"] == "veryHidden" ||
            workbook.sheets.size() >= sheets_max)
            return {};
        const auto part = parts->find(std::string(attributes["id"]));
        if (part != parts->end()) workbook.sheets.push_back({std::string(attributes["name"]), part->second});
        return {};
    };
    return read_part(archive, "xl/workbook.xml", small_part_bytes_max, {begin, ignore_end, ignore_text});
}

/// Texts that cells refer to by number; of rich text all runs, of phonetic guides nothing.
Result<void> read_strings(const ZipArchive& archive, const TableLimits& limits, std::vector<std::string>& strings) {
    std::size_t bytes = 0;
    bool in_text = false;
    int in_guide = 0;
    const auto too_large = [&] {
        return fail({ErrorCode::too_large, "more text than " + std::to_string(limits.text_bytes_max >> 20) + " MiB",
                     "xl/sharedStrings.xml", "split the list"});
    };
    const auto begin = [&](std::string_view name, const XmlAttributes&) -> Result<void> {
        if (name == "si") {
            if (strings.size() >= strings_max) return too_large();
            strings.emplace_back();
        }
        in_guide += name == "rPh" ? 1 : 0;
        in_text = name == "t" && in_guide == 0 && !strings.empty();
        return {};
    };
    const auto end = [&](std::string_view name) -> Result<void> {
        in_guide -= name == "rPh" ? 1 : 0;
        in_text = false;
        return {};
    };
    const auto text = [&](std::string_view piece) -> Result<void> {
        if (!in_text) return {};
        bytes += piece.size();
        if (bytes > limits.text_bytes_max) return too_large();
        strings.back() += piece;
        return {};
    };
    return read_part(archive, "xl/sharedStrings.xml", limits.part_bytes_max, {begin, end, text});
}

/// Formats that every program knows by number (ECMA-376 part 1, §18.8.30), those of Chinese programs included.
bool is_known_date(int id) {
    return (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) ||
           id == 57 || id == 58;
}

int integer_of(std::string_view text) {
    int value = -1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Result<void> read_styles(const ZipArchive& archive, std::vector<bool>& date_styles) {
    std::map<int, bool> formats;
    bool in_cell_formats = false;
    const auto begin = [&](std::string_view name, const XmlAttributes& attributes) -> Result<void> {
        if (name == "numFmt" && formats.size() < styles_max)
            formats[integer_of(attributes["numFmtId"])] = is_date_format(attributes["formatCode"]);
        if (name == "cellXfs") in_cell_formats = true;
        if (name == "xf" && in_cell_formats && date_styles.size() < styles_max) {
            const int id = integer_of(attributes["numFmtId"]);
            const auto own = formats.find(id);
            date_styles.push_back(own == formats.end() ? is_known_date(id) : own->second);
        }
        return {};
    };
    const auto end = [&](std::string_view name) -> Result<void> {
        if (name == "cellXfs") in_cell_formats = false;
        return {};
    };
    return read_part(archive, "xl/styles.xml", small_part_bytes_max, {begin, end, ignore_text});
}

}  // namespace

Result<Workbook> read_workbook(const ZipArchive& archive, const TableLimits& limits) {
    Workbook workbook;
    if (auto read = read_sheets(archive, workbook); !read) return fail(read.error());
    if (archive.has("xl/sharedStrings.xml"))
        if (auto read = read_strings(archive, limits, workbook.strings); !read) return fail(read.error());
    if (archive.has("xl/styles.xml"))
        if (auto read = read_styles(archive, workbook.date_styles); !read) return fail(read.error());
    return workbook;
}

bool is_date_format(std::string_view code) {
    for (std::size_t at = 0; at < code.size(); ++at) {
        const char c = code[at];
        if (c == ';') return false;  // of several sections the first is the one of dates
        if (c == '\\' || c == '_' || c == '*') {
            ++at;
        } else if (c == '"' || c == '[') {
            at = std::min(code.find(c == '"' ? '"' : ']', at + 1), code.size());
        } else if (c == 'y' || c == 'Y' || c == 'd' || c == 'D') {
            return true;
        }
    }
    return false;
}

std::string date_text(double serial, bool from_1904) {
    // Serial 60 is a 29 February 1900 that never was.
    constexpr double serial_max = 2'958'465;  // 9999-12-31
    const double days = std::floor(serial);
    if (!(days >= 1 && days <= serial_max)) return number_text(std::to_string(serial));
    const int shift = from_1904 ? 24'107 : days < 60 ? 25'568 : 25'569;
    return to_string(Day{static_cast<std::int32_t>(days) - shift});
}

std::string number_text(std::string_view value) {
    double number = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ec != std::errc{} || read.ptr != value.data() + value.size() || !std::isfinite(number))
        return std::string(value);
    // Spreadsheets calculate with 15 digits; what stands behind them is noise.
    std::array<char, 32> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::general, 15);
    double rounded = number;
    std::from_chars(digits.data(), end.ptr, rounded);
    constexpr double plain_max = 1e15;
    std::array<char, 512> text{};
    const auto format = std::fabs(rounded) < plain_max ? std::chars_format::fixed : std::chars_format::general;
    const auto written = std::to_chars(text.data(), text.data() + text.size(), rounded, format);
    return {text.data(), written.ptr};
}

}  // namespace minglu
