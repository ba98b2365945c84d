#include "catalog/lookalike/glyphs.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <vector>

#include "catalog/text/utf8.hpp"
#include "embedded/glyph_pairs.hpp"

namespace minglu {
namespace {

struct Pair {
    char32_t from = 0;
    GlyphNeighbour to;
};

std::uint8_t hundredths(std::string_view line, std::size_t at) {
    const auto digit = [&](std::size_t i) { return i < line.size() ? line[i] - '0' : -1; };
    const int tens = digit(at);
    const int ones = digit(at + 1);
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9)
        throw std::logic_error("catalog/data/glyph_pairs.txt: two digits are missing");
    return static_cast<std::uint8_t>(tens * 10 + ones);
}

/// A line: a character, then others, each followed by two digits. Each pair counts both ways.
void read_line(std::string_view line, std::vector<Pair>& pairs) {
    const Utf8Step first = utf8_at(line, 0);
    for (std::size_t at = first.size; at < line.size();) {
        const Utf8Step other = utf8_at(line, at);
        const std::uint8_t likeness = hundredths(line, at + other.size);
        pairs.push_back({first.code, {other.code, likeness}});
        pairs.push_back({other.code, {first.code, likeness}});
        at += other.size + 2;
    }
}

class Table {
public:
    Table() {
        std::vector<Pair> pairs;
        std::string_view text = embedded::glyph_pairs;
        for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1))
            if (end > 0) read_line(text.substr(0, end), pairs);
        std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
            return std::tie(a.from, a.to.character) < std::tie(b.from, b.to.character);
        });
        for (const Pair& pair : pairs) {
            if (from_.empty() || from_.back() != pair.from) {
                from_.push_back(pair.from);
                starts_.push_back(neighbours_.size());
            }
            neighbours_.push_back(pair.to);
        }
        starts_.push_back(neighbours_.size());
    }

    [[nodiscard]] std::span<const GlyphNeighbour> find(char32_t character) const {
        const auto found = std::lower_bound(from_.begin(), from_.end(), character);
        if (found == from_.end() || *found != character) return {};
        const auto at = static_cast<std::size_t>(found - from_.begin());
        return std::span(neighbours_).subspan(starts_[at], starts_[at + 1] - starts_[at]);
    }

private:
    std::vector<char32_t> from_;
    std::vector<std::size_t> starts_;
    std::vector<GlyphNeighbour> neighbours_;
};

}  // namespace

std::span<const GlyphNeighbour> glyph_neighbours(char32_t character) {
    static const Table table;
    return table.find(character);
}

}  // namespace minglu
