#pragma once
/// Cells of a table as values and back. What `cell_of` writes, `value_of` reads as the same bytes.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/fields.hpp"
#include "minglu/ids.hpp"

namespace minglu {

/// Before a cell that holds a value as canonical JSON, where plain text would not be read back as the same value.
constexpr std::string_view literal_mark = "json:";

/// Parts of a cell that lists several numbers or classes: separated by 、 ; ； , ， / or white space, in any number.
[[nodiscard]] std::vector<std::string> split_list(std::string_view cell);
/// Parts separated by the signs alone, so that "ZL 2017 1 0601862.3" stays whole.
[[nodiscard]] std::vector<std::string> split_by_signs(std::string_view cell);

/// "2024-05-06", "2024年5月6日", "2024/5/6", "2024.5.6" or "20240506" as "2024-05-06"; none for anything else, a year
/// alone included.
[[nodiscard]] std::optional<std::string> parse_date_cell(std::string_view cell);

/// Holders as canonical JSON: names separated by 、 ; or ；, each whole with its brackets; a name that ends in
/// （被许可人） has the role licensee without that ending, others are holder. `codes` lists as many credit codes, `-`
/// for none, or is empty. Errors: bad_value (counts differ), bad_number, bad_check_digit.
[[nodiscard]] Result<std::string> holders_of(std::string_view names, std::string_view codes);

/// The value of a field as canonical JSON. `cell` is not empty. Errors name the cure, not the place.
[[nodiscard]] Result<std::string> value_of(std::string_view field, std::string_view cell, Kind kind);
/// The cell for a value; empty for none and for blank text, which no author may write. The inverse of `value_of`.
[[nodiscard]] std::string cell_of(std::string_view field, std::string_view json, Kind kind);

/// Takes back the ' that a guard against formulas put before = + - @, tab or carriage return.
[[nodiscard]] std::string_view without_formula_guard(std::string_view cell);
[[nodiscard]] bool needs_formula_guard(std::string_view cell);

}  // namespace minglu
