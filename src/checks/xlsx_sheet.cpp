#include "src/checks/xlsx_sheet.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace minglu {

namespace {

constexpr std::size_t spreadsheet_columns = 16'384;
constexpr std::uint64_t spreadsheet_rows = 1'048'576;
constexpr std::size_t merged_max = 100'000;

template <class T>
std::optional<T> integer_of(std::string_view text) {
    T value{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::optional<CellPlace> parse_cell_place(std::string_view reference) {
    std::size_t column = 0;
    while (!reference.empty() && reference.front() >= 'A' && reference.front() <= 'Z') {
        column = column * 26 + static_cast<std::size_t>(reference.front() - 'A') + 1;
        if (column > spreadsheet_columns) return std::nullopt;
        reference.remove_prefix(1);
    }
    const auto row = integer_of<std::uint64_t>(reference);
    if (column == 0 || !row || *row == 0 || *row > spreadsheet_rows) return std::nullopt;
    return CellPlace{column - 1, *row};
}

SheetReader::SheetReader(std::string part, const Workbook& workbook, const TableLimits& limits)
    : part_(std::move(part)),
      workbook_(workbook),
      limits_(limits),
      xml_(part_, {[this](std::string_view name, const XmlAttributes& attributes) { return begin(name, attributes); },
                   [this](std::string_view name) { return end(name); },
                   [this](std::string_view piece) { return text(piece); }}) {}

tl::unexpected<Error> SheetReader::too_large(const std::string& what) const {
    return fail({ErrorCode::too_large, what, "row " + std::to_string(row_.row), "split the list"});
}

Result<void> SheetReader::begin(std::string_view name, const XmlAttributes& attributes) {
    if (name == "row") {
        const auto number = integer_of<std::uint64_t>(attributes["r"]);
        row_.row = number && *number <= spreadsheet_rows ? *number : row_.row + 1;
        column_ = 0;
    } else if (name == "c") {
        if (const auto place = parse_cell_place(attributes["r"])) column_ = place->column;
        type_ = attributes["t"];
        const auto style = integer_of<std::size_t>(attributes["s"]);
        is_date_ = style && *style < workbook_.date_styles.size() && workbook_.date_styles[*style];
        value_.clear();
    } else if (name == "v") {
        in_ = In::value;
    } else if (name == "t" && in_guide_ == 0) {
        in_ = In::inline_text;
    } else if (name == "rPh") {
        ++in_guide_;
    } else if (name == "mergeCell") {
        note_merged(attributes["ref"]);
    }
    return {};
}

Result<void> SheetReader::text(std::string_view piece) {
    if (in_ == In::nothing) return {};
    if (value_.size() + piece.size() > csv_cell_bytes_max)
        return too_large("a cell holds more than " + std::to_string(csv_cell_bytes_max) + " bytes");
    value_ += piece;
    return {};
}

Result<void> SheetReader::end(std::string_view name) {
    in_ = In::nothing;
    if (name == "rPh") --in_guide_;
    if (name == "c") return end_cell();
    if (name == "row") return end_row();
    return {};
}

std::string SheetReader::cell_text() const {
    if (type_ == "s") {
        const auto index = integer_of<std::size_t>(value_);
        return index && *index < workbook_.strings.size() ? workbook_.strings[*index] : std::string();
    }
    if (type_ == "e") return {};
    if (type_ == "b") return value_ == "1" ? "TRUE" : value_ == "0" ? "FALSE" : value_;
    if (type_ == "d") return value_.substr(0, value_.find('T'));
    if (type_ == "str" || type_ == "inlineStr" || value_.empty()) return value_;
    if (!is_date_) return number_text(value_);
    double serial = 0;
    const auto read = std::from_chars(value_.data(), value_.data() + value_.size(), serial);
    return read.ec == std::errc{} ? date_text(serial, workbook_.from_1904) : value_;
}

Result<void> SheetReader::end_cell() {
    auto placed = put(cell_text());
    ++column_;
    return placed;
}

Result<void> SheetReader::put(std::string value) {
    if (value.empty()) return {};
    if (column_ >= limits_.columns_max)
        return too_large("more than " + std::to_string(limits_.columns_max) + " columns");
    text_bytes_ += value.size();
    if (text_bytes_ > limits_.text_bytes_max)
        return too_large("more text than " + std::to_string(limits_.text_bytes_max >> 20) + " MiB");
    if (row_.cells.size() <= column_) row_.cells.resize(column_ + 1);
    row_.cells[column_] = std::move(value);
    return {};
}

Result<void> SheetReader::end_row() {
    if (row_.cells.empty()) return {};
    if (rows_.size() >= limits_.rows_max) return too_large("more than " + std::to_string(limits_.rows_max) + " rows");
    row_.line = row_.row;
    rows_.push_back(std::exchange(row_, CsvRow{row_.row, 0, {}}));
    return {};
}

void SheetReader::note_merged(std::string_view range) {
    const std::size_t colon = range.find(':');
    if (colon == std::string_view::npos || merged_.size() >= merged_max) return;
    const auto first = parse_cell_place(range.substr(0, colon));
    const auto last = parse_cell_place(range.substr(colon + 1));
    if (first && last && last->row > first->row) merged_.push_back({*first, last->row});
}

/// Only downwards: over several columns a value is a heading.
Result<void> SheetReader::fill_merged() {
    const auto row_at = [&](std::uint64_t number) {
        return std::lower_bound(rows_.begin(), rows_.end(), number,
                                [](const CsvRow& row, std::uint64_t wanted) { return row.row < wanted; });
    };
    // Ranges may not overlap, so together they have no more cells than the sheet.
    std::size_t left = limits_.rows_max * limits_.columns_max;
    for (const Merged& merged : merged_) {
        auto row = row_at(merged.first.row);
        if (row == rows_.end() || row->row != merged.first.row || row->cells.size() <= merged.first.column) continue;
        const std::string value = row->cells[merged.first.column];
        for (++row; row != rows_.end() && row->row <= merged.last_row; ++row) {
            if (left-- == 0)
                return fail(
                    {ErrorCode::malformed, "merged cells overlap", part_, "undo the merging, and save it again"});
            column_ = merged.first.column;
            if (row->cells.size() > column_ && !row->cells[column_].empty()) continue;
            std::swap(row_, *row);
            auto filled = put(value);
            std::swap(row_, *row);
            if (!filled) return filled;
        }
    }
    return {};
}

Result<std::vector<CsvRow>> SheetReader::finish() {
    if (auto ended = xml_.finish(); !ended) return fail(ended.error());
    // A file may number its rows as it likes; what is looked up by number has to stand in order.
    std::stable_sort(rows_.begin(), rows_.end(), [](const CsvRow& a, const CsvRow& b) { return a.row < b.row; });
    if (auto filled = fill_merged(); !filled) return fail(filled.error());
    return std::move(rows_);
}

}  // namespace minglu
