#include "src/cli/progress.hpp"

#include <algorithm>

#include "src/cli/text_width.hpp"

namespace minglu::cli {

namespace {

constexpr std::size_t bar_columns = 24;
constexpr std::size_t columns_otherwise = 80;

std::string bar(std::uint64_t done, std::uint64_t total) {
    const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto full = static_cast<std::size_t>(part * static_cast<double>(bar_columns));
    const auto percent = static_cast<int>(part * 100.0);
    std::string out = "[" + std::string(full, '#') + std::string(bar_columns - full, '.') + "] ";
    return out + std::to_string(percent) + "%";
}

}  // namespace

ProgressBar::ProgressBar(std::ostream& err, bool on_terminal, std::size_t columns)
    : err_(err), on_terminal_(on_terminal), columns_(columns == 0 ? columns_otherwise : columns) {}

ProgressBar::~ProgressBar() {
    clear();
}

void ProgressBar::show(const std::string& label, std::uint64_t done, std::uint64_t total, const std::string& note) {
    if (!on_terminal_) return;
    std::string line = label + " ";
    line += total == 0 ? std::to_string(done) : bar(done, total);
    if (!note.empty()) line += "  " + note;
    line = fit(printable(line), columns_ - 1);
    if (line == drawn_) return;
    err_ << '\r' << line << "\x1b[K" << std::flush;
    drawn_ = line;
}

void ProgressBar::clear() {
    if (drawn_.empty()) return;
    err_ << "\r\x1b[K" << std::flush;
    drawn_.clear();
}

}  // namespace minglu::cli
