#pragma once
/// Names and numbers that may stand whole in a longer text: on a packet, in a list, in the description of a case.
#include <string>
#include <string_view>
#include <vector>

namespace minglu {

/// Each is looked up by itself, which takes one to two microseconds where nobody has it.
constexpr std::size_t names_within_max = 600;
constexpr std::size_t numbers_within_max = 16;

struct WithinText {
    std::vector<std::string> found;
    bool is_cut = false;  ///< there is more in the text
};

/// Stretches of searchable text, closed up, that a whole name may be; not all of it. They begin and end where a Chinese
/// character or another word does, or with the letters of a word that has digits as well ("skf" of "skf6204"). All of
/// them in a text of 35 characters and words; of up to 12 of these in one of 55, of up to 4 in one of 200.
[[nodiscard]] WithinText names_within(std::string_view joined);

/// Whether there is a digit in it, of whatever script numbers are written in.
[[nodiscard]] bool may_have_number(std::string_view text);

/// Every number that the whole of `text` may be; of a trademark with its class, where that stands there. As
/// `number_term` spells them.
[[nodiscard]] std::vector<std::string> numbers_meant(std::string_view text);

/// Numbers in `tidy` text: its words, and its letters and digits between Chinese characters, as far as they are
/// numbers.
[[nodiscard]] WithinText numbers_within(std::string_view tidy);

}  // namespace minglu
