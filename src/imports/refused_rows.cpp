#include "src/imports/refused_rows.hpp"

#include <algorithm>

#include "catalog/export/csv.hpp"
#include "minglu/store.hpp"

namespace minglu {

namespace {

void erase_at(std::vector<std::string>& cells, std::size_t at) {
    if (at < cells.size()) cells.erase(cells.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

void RefusedRows::set_header(CsvRow& header) {
    const auto found = std::find(header.cells.begin(), header.cells.end(), reason_column);
    if (found != header.cells.end()) reason_at_ = static_cast<std::size_t>(found - header.cells.begin());
    drop_reason(header);
    header_ = header.cells;
}

void RefusedRows::drop_reason(CsvRow& row) const {
    if (reason_at_) erase_at(row.cells, *reason_at_);
}

void RefusedRows::add(const CsvRow& row, std::string_view reasons) {
    if (!out_.is_open()) {
        out_.open(file_, std::ios::binary | std::ios::trunc);
        out_ << "\xEF\xBB\xBF";  // so that spreadsheets read UTF-8
        write(header_, reason_column);
    }
    write(row.cells, reasons);
}

void RefusedRows::write(const std::vector<std::string>& cells, std::string_view last) {
    std::string line;
    for (std::size_t i = 0; i < std::max(cells.size(), header_.size()); ++i) {
        append_csv_cell(line, i < cells.size() ? std::string_view(cells[i]) : std::string_view{});
        line += ',';
    }
    append_csv_cell(line, last);
    out_ << line << "\r\n";
    if (!out_) throw StoreFault(ErrorCode::disk_full, "no space for the refused rows of an import");
}

void RefusedRows::finish() {
    if (!out_.is_open()) return;
    out_.close();
    if (!out_) throw StoreFault(ErrorCode::disk_full, "no space for the refused rows of an import");
}

}  // namespace minglu
