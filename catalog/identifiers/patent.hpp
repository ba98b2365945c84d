#pragma once
/// Numbers of Chinese patents: application numbers (ZC 0006-2003) and document numbers (ZC 0007-2012, kind codes of
/// ZC 0008-2004).
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

struct PatentNumber {
    std::string number;  ///< application "201710601862.3", "95115608.X"; publication "CN112734678B", "CN1365983"
    bool is_publication = false;
    char kind_digit = '1';  ///< 1 invention, 2 utility model, 3 design; applications also 8, 9: PCT invention, utility
    int year = 0;           ///< filing year in an application number; 0 for a publication, which does not tell
};

/// Reads any spelling: ZL or CN in front, spaces, dashes, full-width characters, a missing dot, one before the kind
/// code. The check digit of an
/// application number is verified where given (the part after the dot) and computed where not. A publication number
/// keeps its kind code; one without (`CN1365983`, as older sources print it) is taken with its CN only, since seven
/// bare digits are more often a trademark. ZL stands before application numbers alone.
/// Errors: bad_number, bad_check_digit.
[[nodiscard]] Result<PatentNumber> parse_patent_number(std::string_view text);

/// How a granted patent's number is printed: "ZL201710601862.3"; a publication number stays as it is. Writing ZL for an
/// application that is not granted counts as passing it off as a patent: the caller looks at the status.
[[nodiscard]] std::string display_patent_number(std::string_view normalised);

/// The check character of the 8 or 12 digits of an application number: sum of digit × weight (2…9, 2…5) modulo 11,
/// 10 written X. `digits` holds 8 or 12 digits.
[[nodiscard]] char patent_check_digit(std::string_view digits);

/// The kind code of a publication number, "" where it has none: "CN112734678B" -> "B".
[[nodiscard]] std::string_view kind_code_of(std::string_view publication_number);

/// Of a publication since 2007, CN and kind code left out.
constexpr std::size_t publication_digits = 9;

/// What the publications of one application share, "CN112734678A" and "CN112734678B" -> "CN112734678"; "" for other
/// numbers. Nine digits stay the same from the first publication on (ZC 0007-2012); those of seven digits did not.
[[nodiscard]] std::string_view publication_stem(std::string_view publication_number);

}  // namespace minglu
