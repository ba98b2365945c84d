#include "src/cli/table.hpp"

#include <algorithm>
#include <iterator>

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
    row.resize(columns_.size(), Cell(""));
    rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::with_values() const {
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (std::any_of(rows_.begin(), rows_.end(), [&](const auto& row) { return !row[i].text.empty(); }))
            columns.push_back(i);
    }
    return columns;
}

bool Table::measure(Layout& layout, std::size_t columns_max) const {
    layout.widths.clear();
    std::size_t total = 0;
    for (const std::size_t i : layout.columns) {
        std::size_t width = display_width(columns_[i].title);
        for (const auto& row : rows_) width = std::max(width, display_width(row[i].text));
        total += width + (layout.widths.empty() ? 0 : gap.size());
        layout.widths.push_back(width);
    }
    for (; columns_max != 0 && total > columns_max; --total) {
        std::size_t* widest = nullptr;
        for (std::size_t at = 0; at < layout.widths.size(); ++at) {
            if (columns_[layout.columns[at]].keep == Keep::whole) continue;
            if (widest == nullptr || layout.widths[at] > *widest) widest = &layout.widths[at];
        }
        if (widest == nullptr || *widest <= column_min) return false;
        --*widest;
    }
    return true;
}

Table::Layout Table::layout(const Screen& screen) const {
    Layout layout{with_values(), {}, {}};
    while (!measure(layout, screen.columns)) {
        const auto spare = std::find_if(layout.columns.rbegin(), layout.columns.rend(),
                                        [&](std::size_t i) { return columns_[i].keep == Keep::spare; });
        if (spare == layout.columns.rend()) break;
        layout.left_out = columns_[*spare].title + (layout.left_out.empty() ? "" : "、") + layout.left_out;
        layout.columns.erase(std::next(spare).base());
    }
    return layout;
}

void Table::print_row(const Screen& screen, const Layout& layout, const std::vector<Cell>& row) const {
    std::vector<std::vector<std::string>> lines_of_cells;
    std::size_t lines = 1;
    for (std::size_t at = 0; at < layout.columns.size(); ++at) {
        const std::string& text = row[layout.columns[at]].text;
        lines_of_cells.push_back(wraps_ ? wrap(text, layout.widths[at])
                                        : std::vector<std::string>{fit(text, layout.widths[at])});
        lines = std::max(lines, lines_of_cells.back().size());
    }
    for (std::size_t line = 0; line < lines; ++line) {
        std::string out;
        std::size_t spaces_due = 0;
        for (std::size_t at = 0; at < layout.columns.size(); ++at) {
            const std::string text = line < lines_of_cells[at].size() ? lines_of_cells[at][line] : std::string();
            if (!text.empty()) {
                out.append(spaces_due, ' ');
                out += screen.toned(row[layout.columns[at]].tone, text);
                spaces_due = 0;
            }
            spaces_due += layout.widths[at] - std::min(layout.widths[at], display_width(text)) + gap.size();
        }
        screen.out << out << '\n';
    }
}

void Table::print(const Screen& screen) const {
    const Layout shown = layout(screen);
    if (shown.columns.empty()) return;
    std::vector<Cell> titles;
    for (const Column& column : columns_) titles.emplace_back(column.title, Tone::bold);
    print_row(screen, shown, titles);
    for (const auto& row : rows_) print_row(screen, shown, row);
    if (!shown.left_out.empty()) screen.out << screen.toned(Tone::dim, "终端太窄，未显示：" + shown.left_out) << '\n';
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
