#pragma once
/// A file of a published list, from its bytes to drafts, in bounded memory: decoding, rows, columns, mapping.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/import/csv_reader.hpp"
#include "catalog/import/row_mapper.hpp"
#include "catalog/text/encoding.hpp"

namespace minglu {

struct TableOptions {
    MapOptions map;
    std::optional<Kind> kind;  ///< none = told from the headers
    Encoding encoding = Encoding::detect;
};

/// Fed chunk by chunk. Rows that cannot be taken go to `on_error`; errors returned by `feed` and `finish` (encoding,
/// quotes, headers, limits) make the file unusable as a whole and name it.
class TableReader {
public:
    using OnDraft = std::function<Result<void>(RowDraft)>;  ///< an error ends the reading
    using OnError = std::function<void(RowError)>;

    TableReader(TableOptions options, OnDraft on_draft, OnError on_error);
    TableReader(const TableReader&) = delete;  // the row reader calls back into it
    TableReader& operator=(const TableReader&) = delete;

    [[nodiscard]] Result<void> feed(std::string_view bytes);
    [[nodiscard]] Result<void> finish();

    [[nodiscard]] std::uint64_t rows() const { return rows_; }        ///< rows below the header
    [[nodiscard]] std::uint64_t refused() const { return refused_; }  ///< of them, rows that were not taken

private:
    [[nodiscard]] Result<void> take(const CsvRow& row);
    [[nodiscard]] Result<void> named(Result<void> outcome) const;

    TableOptions options_;
    OnDraft on_draft_;
    OnError on_error_;
    Decoder decoder_;
    CsvReader reader_;
    std::optional<RowMapper> mapper_;
    std::string text_;
    std::uint64_t rows_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace minglu
