#pragma once
/// One line that shows how far something is. On a terminal it is redrawn in place; elsewhere nothing is printed.
#include <cstdint>
#include <ostream>
#include <string>

namespace minglu::cli {

class ProgressBar {
public:
    ProgressBar(std::ostream& err, bool on_terminal, std::size_t columns);
    ~ProgressBar();  ///< clears its line
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// `total` 0 = not known yet. Redraws only when the line changes.
    void show(const std::string& label, std::uint64_t done, std::uint64_t total, const std::string& note = {});
    void clear();

private:
    std::ostream& err_;
    bool on_terminal_;
    std::size_t columns_;
    std::string drawn_;
};

}  // namespace minglu::cli
