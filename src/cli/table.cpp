#include "src/cli/table.hpp"

#include <algorithm>
#include <numeric>

#include "src/cli/text_width.hpp"

namespace minglu::cli {

namespace {

constexpr std::string_view gap = "  ";
constexpr std::size_t column_min = 8;  ///< a column does not give way below this

std::string_view sgr(Tone tone) {
    switch (tone) {
        case Tone::bold:
            return "\x1b[1m";
        case Tone::dim:
            return "\x1b[2m";
        case Tone::good:
            return "\x1b[32m";
        case Tone::warn:
            return "\x1b[33m";
        case Tone::bad:
            return "\x1b[31m";
        case Tone::plain:
            break;
    }
    return "";
}

}  // namespace

std::string Screen::toned(Tone tone, std::string_view text) const {
    if (!colours || tone == Tone::plain || text.empty()) return std::string(text);
    return std::string(sgr(tone)) + std::string(text) + "\x1b[0m";
}

Cell::Cell(std::string_view text_of_cell, Tone tone_of_cell) : text(printable(text_of_cell)), tone(tone_of_cell) {}

void Table::add(std::vector<Cell> row) {
    row.resize(titles_.size(), Cell(""));
    rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths(const Screen& screen) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < titles_.size(); ++i) {
        std::size_t width = display_width(titles_[i]);
        for (const auto& row : rows_) width = std::max(width, display_width(row[i].text));
        widths.push_back(width);
    }
    if (screen.columns == 0) return widths;
    std::size_t total = std::accumulate(widths.begin(), widths.end(), gap.size() * (widths.size() - 1));
    while (total > screen.columns) {
        const auto widest = std::max_element(widths.begin(), widths.end());
        if (*widest <= column_min) break;
        --*widest;
        --total;
    }
    return widths;
}

void Table::print_row(const Screen& screen, const std::vector<std::size_t>& columns,
                      const std::vector<Cell>& row) const {
    std::vector<std::vector<std::string>> lines_of_cells;
    std::size_t lines = 1;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        lines_of_cells.push_back(wraps_ ? wrap(row[i].text, columns[i])
                                        : std::vector<std::string>{fit(row[i].text, columns[i])});
        lines = std::max(lines, lines_of_cells.back().size());
    }
    for (std::size_t line = 0; line < lines; ++line) {
        std::string out;
        std::size_t spaces_due = 0;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::string text = line < lines_of_cells[i].size() ? lines_of_cells[i][line] : std::string();
            if (!text.empty()) {
                out.append(spaces_due, ' ');
                out += screen.toned(row[i].tone, text);
                spaces_due = 0;
            }
            spaces_due += columns[i] - std::min(columns[i], display_width(text)) + gap.size();
        }
        screen.out << out << '\n';
    }
}

void Table::print(const Screen& screen) const {
    const auto columns = widths(screen);
    std::vector<Cell> titles;
    for (const std::string& title : titles_) titles.emplace_back(title, Tone::bold);
    print_row(screen, columns, titles);
    for (const auto& row : rows_) print_row(screen, columns, row);
}

void Facts::add(std::string_view label, std::string_view value, Tone tone) {
    facts_.push_back({std::string(label), Cell(value, tone)});
}

void Facts::add_if(std::string_view label, std::string_view value, Tone tone) {
    if (!value.empty()) add(label, value, tone);
}

void Facts::print(const Screen& screen) const {
    std::size_t width = 0;
    for (const Fact& fact : facts_) width = std::max(width, display_width(fact.label));
    for (const Fact& fact : facts_) {
        screen.out << screen.toned(Tone::dim, padded(fact.label, width)) << gap
                   << screen.toned(fact.value.tone, fact.value.text) << '\n';
    }
}

}  // namespace minglu::cli
