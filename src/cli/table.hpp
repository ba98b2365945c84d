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

/// Columns are two spaces apart and as wide as their widest cell; on a terminal the widest ones give way until a line
/// fits, and what does not fit is cut with "…". Trailing spaces are never printed.
class Table {
public:
    explicit Table(std::vector<std::string> titles) : titles_(std::move(titles)) {}

    void add(std::vector<Cell> row);  ///< missing cells are empty
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// What does not fit goes on in further lines instead of being cut.
    void wrap_cells() { wraps_ = true; }
    void print(const Screen& screen) const;

private:
    [[nodiscard]] std::vector<std::size_t> widths(const Screen& screen) const;
    void print_row(const Screen& screen, const std::vector<std::size_t>& columns, const std::vector<Cell>& row) const;
    std::vector<std::string> titles_;
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
