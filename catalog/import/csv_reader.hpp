#pragma once
/// Tables as text: RFC 4180, read row by row in bounded memory.
///
/// Taken beyond the standard: LF or CR alone as line end, a leading byte order mark, tab or semicolon as delimiter. Not
/// taken: a quote inside an unquoted cell stays a character, as spreadsheets write it, but text after a closing quote
/// is an error.
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/error.hpp"

namespace minglu {

constexpr std::size_t csv_cell_bytes_max = 64u * 1024;
constexpr std::size_t csv_columns_max = 512;

/// One row. Rows are counted as spreadsheets do: the header is row 1, blank rows count, a row over several lines is
/// one.
struct CsvRow {
    std::uint64_t row = 0;
    std::uint64_t line = 0;  ///< line of the file on which the row begins, from 1
    std::vector<std::string> cells;
};

/// Fed with UTF-8 chunk by chunk (see `Decoder`); how the text is cut into chunks changes nothing. Blank rows are
/// passed over.
class CsvReader {
public:
    /// `on_row` may refuse: its error ends the reading and is returned by `feed` or `finish`.
    using OnRow = std::function<Result<void>(const CsvRow&)>;

    /// `delimiter` 0 = found in the first row: whichever of comma, tab, semicolon stands there most often outside
    /// quotes.
    explicit CsvReader(OnRow on_row, char delimiter = '\0');

    /// Errors: bad_encoding (quotes), too_large (cell, columns), or what `on_row` returned.
    [[nodiscard]] Result<void> feed(std::string_view text);
    [[nodiscard]] Result<void> finish();
    [[nodiscard]] char delimiter() const { return delimiter_; }

private:
    enum class At { cell_start, plain, quoted, quote_in_quoted };

    [[nodiscard]] Result<void> find_delimiter(bool last);
    void look_at_first_row();
    [[nodiscard]] Result<void> read(std::string_view text);
    [[nodiscard]] Result<void> take(char c);
    [[nodiscard]] Result<void> put(char c);
    [[nodiscard]] Result<void> put(std::string_view run);
    [[nodiscard]] Result<void> end_cell();
    [[nodiscard]] Result<void> end_row();
    [[nodiscard]] std::string place() const;

    OnRow on_row_;
    char delimiter_;
    bool started_ = false;   ///< mark skipped and delimiter known
    bool after_cr_ = false;  ///< a following LF belongs to the line end
    std::string first_;      ///< first row, until the delimiter is known
    std::size_t looked_at_ = 0;
    bool first_row_ends_ = false;
    bool first_row_quoted_ = false;
    bool first_row_has_text_ = false;
    std::array<std::size_t, 3> counts_{};  ///< of comma, tab, semicolon outside quotes
    At at_ = At::cell_start;
    std::uint64_t line_ = 1;
    std::uint64_t quote_line_ = 0;  ///< where the open quote began
    CsvRow row_;
    std::string cell_;
    bool row_has_text_ = false;
};

}  // namespace minglu
