#pragma once
/// One row of typed letters, taken apart into what the characters of a name may be read as.
#include <string_view>
#include <vector>

#include "catalog/search/sound_query.hpp"

namespace minglu {

/// More units than this are no name.
constexpr std::size_t sound_units_max = 24;

struct LetterRow {
    std::string_view letters;  ///< a–z; ü as v
    std::string_view plain;    ///< the same with ü as u: as a name is filed that has them as a word
    bool last = false;         ///< nothing behind it: its last syllable may be unfinished
    bool alone = false;        ///< nothing else was typed
};

/// Ways to read the row, no more than a few dozen: syllables and initials, and, where it is not syllables all through,
/// a word of the name with syllables at one side of it ("upqixi" of 7UP七喜). One that is not alone may be a word as a
/// whole.
[[nodiscard]] std::vector<SoundReading> readings_of_row(const LetterRow& row);

}  // namespace minglu
