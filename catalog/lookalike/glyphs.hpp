#pragma once
/// Chinese characters whose glyphs look alike (末 and 未, 师 and 帅, 陪 and 涪). Measured on an open font and on
/// strokes, and kept in catalog/data/glyph_pairs.txt by scripts/glyph_table.py, which says how.
#include <cstdint>
#include <span>

namespace minglu {

struct GlyphNeighbour {
    char32_t character = 0;
    std::uint8_t likeness = 0;  ///< hundredths, 40 to 99; from 52 on complete
};
/// By code; empty for a character that looks like no other. Beside the standard characters there are traditional and
/// other ones that come close to one of them (傳 and 傅).
[[nodiscard]] std::span<const GlyphNeighbour> glyph_neighbours(char32_t character);

}  // namespace minglu
