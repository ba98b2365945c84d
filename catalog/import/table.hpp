#pragma once
/// A table from the bytes of a file: decoded and cut into rows, in bounded memory.
#include <string>
#include <string_view>

#include "catalog/import/csv_reader.hpp"
#include "catalog/text/encoding.hpp"

namespace minglu {

/// Fed piece by piece. However the bytes are cut into pieces, the same rows come, and then the same error.
class TableReader {
public:
    explicit TableReader(CsvReader::OnRow on_row, Encoding encoding = Encoding::detect)
        : decoder_(encoding), rows_(std::move(on_row)) {}

    /// Errors: those of the decoder, of the CSV reader and of `on_row`; nothing can be read after one.
    [[nodiscard]] Result<void> feed(std::string_view bytes);
    [[nodiscard]] Result<void> finish();

private:
    Decoder decoder_;
    CsvReader rows_;
    std::string text_;
};

}  // namespace minglu
