#pragma once
/// Chinese characters whose glyphs look alike (末 and 未, 师 and 帅). Measured on an open font and kept in
/// catalog/data/glyph_pairs.txt by scripts/glyph_table.py, which says how.
#include <cstdint>
#include <span>

namespace minglu {

struct GlyphNeighbour {
    char32_t character = 0;
    std::uint8_t likeness = 0;  ///< hundredths, 58 to 99
};
/// By code; empty for a character that looks like no other, or that is none of the 8,105 standard ones.
[[nodiscard]] std::span<const GlyphNeighbour> glyph_neighbours(char32_t character);

}  // namespace minglu
