#pragma once
/// How Chinese characters are read in Mandarin: pinyin syllables without tones, ü written v as it is typed ("lv").
///
/// Source: Unihan (kHanyuPinlu, kMandarin, kTGHZ2013, kXHC1983), turned into a table by cmake/readings.py when the
/// program is built. Characters of all planes are in it, among them those that folding makes others of (乾 → 干); 〇 is
/// not.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "minglu/strong.hpp"

namespace minglu {

/// Place of a syllable in the alphabetical list of all of them, from 0.
using Syllable = Strong<std::uint16_t, struct SyllableTag>;

[[nodiscard]] std::size_t syllable_count();  ///< about 420
[[nodiscard]] std::string_view name(Syllable syllable);
/// Takes "lü", and "lyu" as in passports (GB/T 28039), for "lv" as well, "lue" for "lve". None for what is no whole
/// syllable, in lower case.
[[nodiscard]] std::optional<Syllable> find_syllable(std::string_view text);

/// The commonest reading first, the others by the alphabet; empty for a character without one.
[[nodiscard]] std::span<const Syllable> readings_of(char32_t character);
/// The table as it was generated: tells whether an index was made with another one.
[[nodiscard]] std::string_view readings_table();
/// The characters that may be read so, by code; traditional and rare ones included.
[[nodiscard]] std::span<const char32_t> characters_read(Syllable syllable);

}  // namespace minglu
