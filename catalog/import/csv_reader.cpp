#include "catalog/import/csv_reader.hpp"

#include <utility>

namespace minglu {
namespace {

constexpr std::string_view mark = "\xEF\xBB\xBF";
constexpr std::string_view delimiters = ",\t;";
/// A first row longer than this is no header of a table.
constexpr std::size_t first_row_bytes_max = csv_cell_bytes_max * 4;

}  // namespace

CsvReader::CsvReader(OnRow on_row, char delimiter) : on_row_(std::move(on_row)), delimiter_(delimiter) {
    row_.row = 1;
    row_.line = 1;
}

std::string CsvReader::place() const {
    return "row " + std::to_string(row_.row) + ", column " + std::to_string(row_.cells.size() + 1) + ", line " +
           std::to_string(line_);
}

Result<void> CsvReader::feed(std::string_view text) {
    if (started_) return read(text);
    first_.append(text);
    return find_delimiter(false);
}

/// Goes on where it stopped: the text may come byte by byte.
void CsvReader::look_at_first_row() {
    for (; looked_at_ < first_.size() && !first_row_ends_; ++looked_at_) {
        const char c = first_[looked_at_];
        if (c == '"') first_row_quoted_ = !first_row_quoted_;
        if (first_row_quoted_) continue;
        const bool is_line_end = c == '\n' || c == '\r';
        first_row_ends_ = is_line_end && first_row_has_text_;
        first_row_has_text_ = first_row_has_text_ || !is_line_end;
        if (const std::size_t delimiter = delimiters.find(c); delimiter != std::string_view::npos) ++counts_[delimiter];
    }
}

Result<void> CsvReader::find_delimiter(bool last) {
    const bool may_be_mark = first_.size() < mark.size() && mark.substr(0, first_.size()) == first_;
    if (may_be_mark && !last) return {};
    look_at_first_row();
    if (!first_row_ends_ && !last) {
        if (first_.size() <= first_row_bytes_max) return {};
        return fail({ErrorCode::too_large, "the first row is longer than 256 KiB", "row 1",
                     "check that the file is a table with a header row, and that its quotes are closed"});
    }
    if (delimiter_ == '\0') {
        const auto [commas, tabs, semicolons] = counts_;
        delimiter_ = ',';
        if (tabs > commas && tabs >= semicolons) delimiter_ = '\t';
        if (semicolons > commas && semicolons > tabs) delimiter_ = ';';
    }
    started_ = true;
    const std::string held = std::exchange(first_, {});
    std::string_view rest = held;
    if (rest.substr(0, mark.size()) == mark) rest.remove_prefix(mark.size());
    return read(rest);
}

Result<void> CsvReader::read(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        // Runs of ordinary characters are copied whole.
        if (at_ == At::plain || at_ == At::quoted) {
            const bool plain = at_ == At::plain;
            std::size_t end = at;
            while (end < text.size() && text[end] != '\n' && text[end] != '\r' &&
                   (plain ? text[end] != delimiter_ : text[end] != '"')) {
                ++end;
            }
            if (end > at) {
                if (auto done = put(text.substr(at, end - at)); !done) return done;
                after_cr_ = false;
                at = end;
                continue;
            }
        }
        if (auto done = take(text[at]); !done) return done;
        ++at;
    }
    return {};
}

Result<void> CsvReader::take(char c) {
    const bool continues_cr = c == '\n' && after_cr_;
    after_cr_ = c == '\r';
    if ((c == '\n' && !continues_cr) || c == '\r') ++line_;
    if (at_ == At::quoted) {
        if (c != '"') return put(c);
        at_ = At::quote_in_quoted;
        return {};
    }
    if (at_ == At::quote_in_quoted && c == '"') {
        at_ = At::quoted;
        return put(c);
    }
    if (continues_cr) return {};
    if (c == delimiter_) return end_cell();
    if (c == '\n' || c == '\r') return end_row();
    if (at_ == At::quote_in_quoted) {
        return fail({ErrorCode::bad_encoding, "text follows a closing quote", place(),
                     "put quotes around the whole cell and double the quotes inside it"});
    }
    if (at_ == At::cell_start && c == '"') {
        at_ = At::quoted;
        quote_line_ = line_;
        row_has_text_ = true;
        return {};
    }
    at_ = At::plain;
    return put(c);
}

Result<void> CsvReader::put(char c) {
    return put(std::string_view(&c, 1));
}

Result<void> CsvReader::put(std::string_view run) {
    if (cell_.size() + run.size() > csv_cell_bytes_max) {
        std::string cure = "shorten the cell";
        if (at_ != At::plain) cure += ", or close the quote that opens on line " + std::to_string(quote_line_);
        return fail({ErrorCode::too_large, "a cell is longer than 64 KiB", "row " + std::to_string(row_.row), cure});
    }
    cell_.append(run);
    row_has_text_ = true;
    return {};
}

Result<void> CsvReader::end_cell() {
    if (row_.cells.size() >= csv_columns_max) {
        return fail({ErrorCode::too_large, "more than 512 columns", "row " + std::to_string(row_.row),
                     "check the delimiter, or split the table"});
    }
    row_.cells.push_back(std::exchange(cell_, {}));
    at_ = At::cell_start;
    return {};
}

Result<void> CsvReader::end_row() {
    const bool blank = row_.cells.empty() && !row_has_text_;
    if (auto done = end_cell(); !done) return done;
    if (!blank) {
        if (auto done = on_row_(row_); !done) return done;
    }
    row_.cells.clear();
    row_.row += 1;
    row_.line = line_;
    row_has_text_ = false;
    return {};
}

Result<void> CsvReader::finish() {
    if (!started_) {
        if (auto done = find_delimiter(true); !done) return done;
    }
    if (at_ == At::quoted) {
        return fail({ErrorCode::bad_encoding, "a quote is never closed",
                     "row " + std::to_string(row_.row) + ", column " + std::to_string(row_.cells.size() + 1) +
                         ", line " + std::to_string(quote_line_),
                     "close the quote, or double it where it is meant as a character"});
    }
    if (row_.cells.empty() && !row_has_text_) return {};
    return end_row();
}

}  // namespace minglu
