#pragma once
/// How a name may be read aloud: for each Chinese character its syllables, as characters (readings.hpp) and the words
/// that they stand in tell them.
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/text/normalise.hpp"
#include "catalog/text/readings.hpp"

namespace minglu {

/// One character of a name and how it may be read; other characters than Chinese ones have no syllables.
struct Sound {
    static constexpr std::size_t syllables_max = 6;
    char32_t character = 0;
    std::size_t at = 0;  ///< byte at which it stands in the name
    std::array<Syllable, syllables_max> syllables{};
    std::size_t count = 0;

    [[nodiscard]] std::span<const Syllable> readings() const { return std::span(syllables).first(count); }
    void add(Syllable syllable);
};

/// Of longer names (titles of patents) only this much is read aloud.
constexpr std::size_t sounds_max = 24;

/// Of `searchable` text, character by character, up to `sounds_max`. First the reading of the longest listed word that
/// a character stands in (重庆 "chong qing", 六安 "lu an"), then its others; of one in `folded`, which ascends, those
/// of the character that was written before those of the standard one (乾 "qian", 干 "gan").
[[nodiscard]] std::vector<Sound> sounds_of(std::string_view searchable_text,
                                           std::span<const FoldedCharacter> folded = {});

/// The syllable as somebody spells it who hears no difference between n and l, f and h, z and zh, c and ch, s and sh,
/// an and ang, en and eng, in and ing, u and ü: "zhang" → "zan", "nv" → "lu". What begins a syllable begins it here as
/// well.
[[nodiscard]] std::string_view southern(Syllable syllable);
/// The same of the beginning of a syllable; may be as long as a whole one.
[[nodiscard]] std::string southern(std::string_view letters);
/// The syllable with u for ü: "lv" → "lu".
[[nodiscard]] std::string_view without_umlaut(Syllable syllable);

/// The tables as they were generated: tell whether an index was made with others.
[[nodiscard]] std::string_view word_readings_table();

}  // namespace minglu
