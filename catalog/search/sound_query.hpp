#pragma once
/// Typed letters, alone or between characters and digits, as the sound of a name: "fulingzhacai", "fulzc", "flzc",
/// "涪陵zc", "gj1573".
#include <optional>
#include <string>
#include <vector>

#include "catalog/text/sounds.hpp"
#include "minglu/store.hpp"

namespace minglu {

struct SoundUnit {
    enum class Kind { character, syllable, unfinished, initial };
    Kind kind = Kind::character;
    char32_t character = 0;  ///< a Chinese one, or a digit or letter of a word of the name
    Syllable syllable;       ///< of a syllable
    std::string letters;     ///< of an unfinished syllable or an initial ("z", "zh"); of a syllable as it was typed
    friend bool operator==(const SoundUnit&, const SoundUnit&) = default;
};

/// One way to read what was typed, one unit for each character of the name.
using SoundReading = std::vector<SoundUnit>;

constexpr std::size_t sound_readings_max = 5;

/// Most likely first: whole syllables before initials, before letters that are a word of the name as they stand. Tones,
/// as marks or digits, and apostrophes do not matter; ü is ü, v, u, or yu behind l and n. Digits stand in the name, or
/// Chinese numerals for them. Empty when there are no letters, a single initial, or letters that no syllable begins
/// with.
[[nodiscard]] std::vector<SoundReading> sound_readings(std::string_view typed);

enum class SoundExtent { whole, part };

/// Terms that a name has which sounds so, as a whole or in a part of it; empty when they would not narrow anything
/// down.
[[nodiscard]] std::vector<EntryQuery::Term> sound_terms(const SoundReading& reading, SoundExtent extent);

/// Places in the sounds of a name, up to and without `end`.
struct SoundStretch {
    std::size_t begin = 0;
    std::size_t end = 0;
};
/// The first one in `name` that sounds so. `fuzzy`: as people spell it who merge southern sounds, see `southern`.
[[nodiscard]] std::optional<SoundStretch> find_sound(const std::vector<Sound>& name, const SoundReading& reading,
                                                     bool fuzzy);

}  // namespace minglu
