#pragma once
/// How wide text stands on a terminal, and text that may be printed there.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace minglu::cli {

/// Columns on a terminal: East Asian Wide and Fullwidth count 2 (Unicode UAX #11), combining marks and format
/// characters 0, everything else 1. Ambiguous ones count 1.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// One line without anything that a terminal would obey: control and format characters (escape sequences, direction
/// marks) and wrong bytes become a space, a run of them one; none at either end. Values come from other nodes.
[[nodiscard]] std::string printable(std::string_view text);

/// At most `columns` wide; what is cut ends in "…".
[[nodiscard]] std::string fit(std::string_view text, std::size_t columns);

/// Lines of at most `columns`, broken at spaces where there are any, else between characters. At least one line.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t columns);

/// Filled up with spaces on the right to `columns`.
[[nodiscard]] std::string padded(std::string text, std::size_t columns);

}  // namespace minglu::cli
