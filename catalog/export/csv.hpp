#pragma once
/// Entries as a table (RFC 4180, CRLF) that spreadsheets open and an import reads back unchanged.
///
/// The first column is the entry's key; then come the fields in showing order. A cell that would start a formula gets a
/// leading '. A value that plain text would not bring back stands as `json:` and canonical JSON. A cell larger than an
/// import takes (64 KiB, some pictures) is left empty, which an import reads as "no statement".
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/export/answer.hpp"
#include "minglu/ids.hpp"

namespace minglu {

enum class HeaderLanguage { chinese, english };

struct CsvExportOptions {
    bool byte_order_mark = true;  ///< without it Excel on Chinese Windows takes the file for GB18030
    HeaderLanguage headers = HeaderLanguage::chinese;
    /// Fields beside those of the table of fields, to be exported too.
    std::vector<std::string> more_fields;
    /// Columns behind the key say what holds on the day; an import skips them.
    bool answers = false;
};

class CsvExport {
public:
    using Sink = std::function<void(std::string_view)>;

    /// Writes the header row at once.
    CsvExport(CsvExportOptions options, Sink sink);
    /// `view` is the canonical JSON object of the entry's merged fields; `answer` is written where it has columns.
    void add(const EntryKey& key, std::string_view view, const ExportAnswer& answer = {});

private:
    CsvExportOptions options_;
    Sink sink_;
    std::string line_;
};

/// Appends one cell, guarded against formulas and quoted where needed.
void append_csv_cell(std::string& line, std::string_view text);

}  // namespace minglu
