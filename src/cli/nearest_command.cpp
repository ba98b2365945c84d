#include "src/cli/nearest_command.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace minglu::cli {

namespace {

constexpr std::size_t changes_max = 2;

/// Letters put in, left out or replaced (Levenshtein); row by row, one row is kept.
std::size_t changes(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (const char letter : from) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (letter == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view word, const std::vector<std::string>& names) {
    std::vector<std::string> found;
    if (word.empty()) return found;
    std::copy_if(names.begin(), names.end(), std::back_inserter(found),
                 [&](const std::string& name) { return name.starts_with(word); });
    for (std::size_t allowed = 1; found.empty() && allowed <= changes_max && allowed < word.size(); ++allowed)
        std::copy_if(names.begin(), names.end(), std::back_inserter(found),
                     [&](const std::string& name) { return changes(word, name) <= allowed; });
    return found;
}

}  // namespace minglu::cli
