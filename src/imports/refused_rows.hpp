#pragma once
/// The rows of a file that were refused, as a file: the columns as they were and why, last. Somebody corrects the cells
/// and imports it again; the last column is then passed over.
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/import/csv_reader.hpp"

namespace minglu {

constexpr std::string_view reason_column = "错误";

class RefusedRows {
public:
    explicit RefusedRows(std::filesystem::path file) : file_(std::move(file)) {}

    /// Takes the header row; call once, before the others. A column of reasons that an earlier import added goes.
    void set_header(CsvRow& header);
    /// The same for a row.
    void drop_reason(CsvRow& row) const;
    /// Throws StoreFault (disk_full). The file begins with the first refused row.
    void add(const CsvRow& row, std::string_view reasons);
    /// Throws StoreFault (disk_full).
    void finish();

private:
    void write(const std::vector<std::string>& cells, std::string_view last);

    std::filesystem::path file_;
    std::ofstream out_;
    std::vector<std::string> header_;
    std::optional<std::size_t> reason_at_;
};

}  // namespace minglu
