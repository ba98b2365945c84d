#include "catalog/lookalike/likeness.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>

#include "catalog/lookalike/glyphs.hpp"
#include "catalog/text/readings.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {
namespace {

constexpr std::array<std::pair<Reason, std::string_view>, 11> reason_names{{
    {Reason::same, "same"},
    {Reason::variant, "variant"},
    {Reason::homoglyph, "homoglyph"},
    {Reason::shape, "shape"},
    {Reason::sound, "sound"},
    {Reason::near_sound, "near_sound"},
    {Reason::pinyin, "pinyin"},
    {Reason::moved, "moved"},
    {Reason::different, "different"},
    {Reason::added, "added"},
    {Reason::omitted, "omitted"},
}};

/// The syllable without what many speakers do not keep apart: z and zh, c and ch, s and sh, n and l, an and ang, en and
/// eng, in and ing; and fu and hu, in the south-west.
std::string near_form(std::string_view syllable) {
    std::string form(syllable);
    if (form.size() > 1 && form[1] == 'h') form.erase(1, 1);
    if (form.front() == 'n' && form.size() > 1) form.front() = 'l';
    if (form == "fu") form = "hu";
    if (form.ends_with("ng") && !form.ends_with("ong")) form.pop_back();
    return form;
}

/// For each syllable those that are nearly alike, itself left out.
const std::vector<std::vector<Syllable>>& near_syllables() {
    static const std::vector<std::vector<Syllable>> table = [] {
        std::map<std::string, std::vector<Syllable>> groups;
        for (std::size_t i = 0; i < syllable_count(); ++i) {
            const Syllable syllable{static_cast<std::uint16_t>(i)};
            groups[near_form(name(syllable))].push_back(syllable);
        }
        std::vector<std::vector<Syllable>> near(syllable_count());
        for (const auto& [form, group] : groups)
            for (const Syllable one : group)
                std::copy_if(group.begin(), group.end(), std::back_inserter(near[one.value()]),
                             [&](Syllable other) { return other != one; });
        return near;
    }();
    return table;
}

/// How alike two letters or digits are in shape, as one of both cases has it (Q and O). Unicode takes 0 for O and 1 for
/// l (confusables, UTS #39), and I for l. V and U were one letter of the Latin alphabet, and capitals as carved in
/// stone still have V for both (DCRM(B), appendix G). Letters of other alphabets that are mirrored or lack a stroke:
/// AVATЯ.
struct LetterPair {
    char32_t a;
    char32_t b;
    std::uint8_t hundredths;
};
constexpr std::array<LetterPair, 12> letter_pairs{{
    {U'0', U'o', 98},
    {U'1', U'l', 95},
    {U'1', U'i', 90},
    {U'2', U'z', 90},
    {U'5', U's', 90},
    {U'8', U'b', 90},
    {U'i', U'l', 80},
    {U'q', U'o', 75},
    {U'v', U'u', 80},
    {U'я', U'r', 85},
    {U'и', U'n', 80},
    {U'λ', U'a', 80},
}};

/// The characters of a digit, the one that it is read as first.
constexpr std::array<std::u32string_view, 10> numerals{U"零",   U"一壹", U"二贰两", U"三叁", U"四肆",
                                                       U"五伍", U"六陆", U"七柒",   U"八捌", U"九玖"};

void add_letters(std::vector<LikeUnit>& units, char32_t unit) {
    for (const auto& [a, b, hundredths] : letter_pairs)
        if (unit == a || unit == b) units.push_back({unit == a ? b : a, {hundredths, Reasons{} | Reason::homoglyph}});
}

/// The other characters of a digit that are read as this one: 七 and 柒, but not 二 and 两.
void add_forms_of_numeral(std::vector<LikeUnit>& units, char32_t unit, std::u32string_view numeral) {
    for (const char32_t other : numeral)
        if (other != unit && readings_of(other).front() == readings_of(unit).front())
            units.push_back({other, {likeness_of_numeral, Reasons{} | Reason::sound}});
}

/// What a digit is read as, the digits that a character is read as, and the other forms of a numeral.
void add_numerals(std::vector<LikeUnit>& units, char32_t unit) {
    const Likeness numeral{likeness_of_numeral, Reasons{} | Reason::sound};
    const Likeness sound{likeness_of_sound, Reasons{} | Reason::sound};
    for (std::size_t i = 0; i < numerals.size(); ++i) {
        const char32_t digit = U'0' + static_cast<char32_t>(i);
        const Syllable syllable = readings_of(numerals[i].front()).front();
        if (unit == digit) {
            for (const char32_t character : numerals[i]) units.push_back({character, numeral});
            for (const char32_t character : characters_read(syllable)) units.push_back({character, sound});
        } else if (is_cjk(unit)) {
            const auto readings = readings_of(unit);
            if (numerals[i].find(unit) != std::u32string_view::npos) {
                units.push_back({digit, numeral});
                add_forms_of_numeral(units, unit, numerals[i]);
            }
            if (std::find(readings.begin(), readings.end(), syllable) != readings.end())
                units.push_back({digit, sound});
        }
    }
}

Likeness both(Likeness a, Likeness b) {
    if (has(a.reasons, Reason::same)) return a;
    if (has(b.reasons, Reason::same)) return b;
    // Of two readings the better counts once.
    constexpr Reasons sounds = Reason::sound | Reason::near_sound;
    if ((a.reasons & sounds) != 0 && (b.reasons & sounds) != 0) return a.hundredths >= b.hundredths ? a : b;
    const int missed = (100 - a.hundredths) * (100 - b.hundredths) / 100;
    return {static_cast<std::uint8_t>(std::min(99, 100 - missed)), static_cast<Reasons>(a.reasons | b.reasons)};
}

/// Sorts by unit; several likenesses of one become one. Sounds come first, so that they are not added up with a shape
/// between them.
void merge(std::vector<LikeUnit>& units) {
    std::stable_sort(units.begin(), units.end(), [](const LikeUnit& a, const LikeUnit& b) { return a.unit < b.unit; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (kept > 0 && units[kept - 1].unit == units[i].unit)
            units[kept - 1].likeness = both(units[kept - 1].likeness, units[i].likeness);
        else
            units[kept++] = units[i];
    }
    units.resize(kept);
}

/// Glyphs that look like the unit, or like the character that it was written with (傳 like 傅, where the unit is 传).
void add_shapes(std::vector<LikeUnit>& units, char32_t unit, char32_t written) {
    const auto of_unit = glyph_neighbours(unit);
    std::vector<GlyphNeighbour> shapes(of_unit.begin(), of_unit.end());
    if (const auto more = glyph_neighbours(written); written != unit)
        shapes.insert(shapes.end(), more.begin(), more.end());
    std::sort(shapes.begin(), shapes.end(), [](const GlyphNeighbour& a, const GlyphNeighbour& b) {
        return std::tie(a.character, b.likeness) < std::tie(b.character, a.likeness);
    });
    const auto end = std::unique(shapes.begin(), shapes.end(), [](const GlyphNeighbour& a, const GlyphNeighbour& b) {
        return a.character == b.character;
    });
    for (auto shape = shapes.begin(); shape != end; ++shape)
        units.push_back({shape->character, {shape->likeness, Reasons{} | Reason::shape}});
}

void add_characters(std::vector<LikeUnit>& units, Syllable syllable, Likeness likeness) {
    for (const char32_t character : characters_read(syllable)) units.push_back({character, likeness});
}

/// Characters that are read like this one, or nearly so.
void add_sounds(std::vector<LikeUnit>& units, char32_t character) {
    for (const Syllable syllable : readings_of(character)) {
        add_characters(units, syllable, {likeness_of_sound, Reasons{} | Reason::sound});
        for (const Syllable near : near_syllables()[syllable.value()])
            add_characters(units, near, {likeness_of_near_sound, Reasons{} | Reason::near_sound});
    }
}

}  // namespace

std::vector<std::string_view> names(Reasons reasons) {
    std::vector<std::string_view> out;
    for (const auto& [reason, name] : reason_names)
        if (has(reasons, reason)) out.push_back(name);
    return out;
}

char32_t common_form(char32_t letter) {
    for (const auto& [a, b, hundredths] : letter_pairs)
        if (letter == a) return b;
    return letter;
}

std::vector<LikeUnit> units_like(char32_t unit) {
    return units_like(unit, unit);
}

std::vector<LikeUnit> units_like(char32_t unit, char32_t written) {
    std::vector<LikeUnit> units;
    add_sounds(units, unit);
    if (written != unit) add_sounds(units, written);
    add_shapes(units, unit, written);
    add_letters(units, unit);
    add_numerals(units, unit);
    units.push_back({unit, {100, Reasons{} | Reason::same}});
    merge(units);
    return units;
}

std::vector<LikeUnit> characters_spelled(std::string_view letters) {
    std::vector<LikeUnit> units;
    if (const auto syllable = find_syllable(letters))
        add_characters(units, *syllable, {likeness_of_pinyin, Reasons{} | Reason::pinyin});
    return units;
}

bool spells(std::u32string_view letters, char32_t character) {
    const auto readings = readings_of(character);
    return std::any_of(readings.begin(), readings.end(), [&](Syllable syllable) {
        const std::string_view spelled = name(syllable);
        return std::equal(spelled.begin(), spelled.end(), letters.begin(), letters.end(),
                          [](char a, char32_t b) { return static_cast<char32_t>(a) == b; });
    });
}

}  // namespace minglu
