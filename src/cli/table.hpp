#pragma once
/// Tables of aligned columns, one line per row, and colours where a terminal shows them.
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace minglu::cli {

enum class Tone { plain, bold, dim, good, warn, bad };

/// Where text goes, and what may be done with it there.
struct Screen {
    std::ostream& out;
    bool colours = false;
    std::size_t columns = 0;  ///< width of the terminal; 0 = not a terminal, nothing is cut

    /// `text` in that tone (ECMA-48 SGR), or as it is where there are no colours.
    [[nodiscard]] std::string toned(Tone tone, std::string_view text) const;
};

/// A piece of a row. The text is made printable when it is added.
struct Cell {
    Cell(std::string_view text_of_cell, Tone tone_of_cell = Tone::plain);  // NOLINT(google-explicit-constructor)
    Cell(const char* chars) : Cell(std::string_view(chars)) {}             // NOLINT(google-explicit-constructor)
    Cell(const std::string& chars) : Cell(std::string_view(chars)) {}      // NOLINT(google-explicit-constructor)
    std::string text;
    Tone tone = Tone::plain;
};

/// What becomes of a column where a line is too long for the terminal.
enum class Keep {
    some,   ///< it gives way, and what does not fit is cut with "…"
    whole,  ///< nothing: it is copied, or two values of it differ at their ends only
    spare,  ///< it gives way, and goes, the rightmost first, where that is not enough
};

struct Column {
    // NOLINTNEXTLINE(google-explicit-constructor): a title alone is a column
    Column(const char* text, Keep what = Keep::some) : title(text), keep(what) {}
    std::string title;
    Keep keep;
};

/// Columns are two spaces apart and as wide as their widest cell; one without any value is left out. On a terminal the
/// widest ones give way until a line fits. A last line names the columns that had to go. Trailing spaces are never
/// printed.
class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    void add(std::vector<Cell> row);  ///< missing cells are empty
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// What does not fit goes on in further lines instead of being cut.
    void wrap_cells() { wraps_ = true; }
    void print(const Screen& screen) const;

private:
    /// The columns that are shown, and how.
    struct Layout {
        std::vector<std::size_t> columns;  ///< positions in `columns_`
        std::vector<std::size_t> widths;   ///< of each of these
        std::string left_out;              ///< titles of those that had to go
    };
    [[nodiscard]] Layout layout(const Screen& screen) const;
    [[nodiscard]] std::vector<std::size_t> with_values() const;
    /// Narrows what may give way; false when even so a line is longer than `columns_max` (0: there is no limit).
    [[nodiscard]] bool measure(Layout& layout, std::size_t columns_max) const;
    void print_row(const Screen& screen, const Layout& layout, const std::vector<Cell>& row) const;
    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
    bool wraps_ = false;
};

/// "label  value" lines with the labels aligned.
class Facts {
public:
    void add(std::string_view label, std::string_view value, Tone tone = Tone::plain);
    /// Left out when the value is empty.
    void add_if(std::string_view label, std::string_view value, Tone tone = Tone::plain);
    void print(const Screen& screen) const;

private:
    struct Fact {
        std::string label;
        Cell value;
    };
    std::vector<Fact> facts_;
};

}  // namespace minglu::cli
