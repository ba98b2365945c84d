#include "catalog/text/name_terms.hpp"

#include <algorithm>
#include <span>

#include "catalog/text/analysis.hpp"
#include "catalog/text/sounds.hpp"

namespace minglu {
namespace {

/// Ways to read one row of initials; more than two characters with two initials each are rare.
constexpr std::size_t rows_max = 16;
/// Words of a row from which on it is filed closed up.
constexpr std::size_t closed_starts_max = 8;

/// Distinct values of `part` over the readings of a character.
template <class Part>
std::vector<std::string_view> distinct(const Sound& sound, const Part& part) {
    std::vector<std::string_view> values;
    for (const Syllable syllable : sound.readings()) {
        const std::string_view value = part(syllable);
        if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
    return values;
}

std::vector<std::string_view> syllables(const Sound& sound) {
    return distinct(sound, [](Syllable syllable) { return southern(syllable); });
}

std::vector<std::string_view> initials(const Sound& sound) {
    return distinct(sound, [](Syllable syllable) { return southern(syllable).substr(0, 1); });
}

/// `stretch`: characters that all have readings, nothing between them.
void add_syllables(TermSet& set, std::span<const Sound> stretch) {
    std::vector<std::string_view> before = syllables(stretch.front());
    for (std::size_t i = 1; i <= stretch.size(); ++i) {
        std::vector<std::string_view> behind =
            i < stretch.size() ? syllables(stretch[i]) : std::vector<std::string_view>{{}};
        for (const std::string_view first : before)
            for (const std::string_view second : behind) set.add(syllables_term(first, second));
        before = std::move(behind);
    }
}

void add_initials(TermSet& set, std::span<const Sound> stretch) {
    for (std::size_t begin = 0; begin < stretch.size(); ++begin) {
        std::vector<std::string> rows{std::string(1, initials_mark)};
        const std::size_t end = std::min(stretch.size(), begin + initials_term_letters);
        for (std::size_t i = begin; i < end; ++i) {
            std::vector<std::string> longer;
            for (const std::string_view letter : initials(stretch[i]))
                for (const std::string& row : rows)
                    if (longer.size() < rows_max) longer.push_back(std::string(row).append(letter));
            rows = std::move(longer);
        }
        for (const std::string& row : rows) set.add(row);
    }
}

void add_sounds(TermSet& set, std::string_view name, std::span<const FoldedCharacter> folded) {
    const std::vector<Sound> sounds = sounds_of(name, folded);
    for (std::size_t begin = 0; begin < sounds.size();) {
        std::size_t end = begin;
        while (end < sounds.size() && sounds[end].count > 0) ++end;
        if (end > begin) {
            const auto stretch = std::span(sounds).subspan(begin, end - begin);
            add_syllables(set, stretch);
            add_initials(set, stretch);
        }
        begin = end + 1;
    }
}

/// Words in a row, closed up from each of them on: "la", "vie" and "claire" as "lavieclaire" and "vieclaire".
template <class Add>
void add_closed_up(const std::vector<std::string_view>& words, const Add& add) {
    for (std::size_t first = 0; first + 1 < words.size() && first < closed_starts_max; ++first) {
        std::string closed;
        for (std::size_t i = first; i < words.size() && closed.size() < closed_term_bytes; ++i) closed += words[i];
        add(cut_term(closed, closed_term_bytes));
    }
}

void add_parts(TermSet& set, std::string_view name) {
    std::string term(1, part_mark);
    const auto add = [&](std::string_view part) { set.add(term.replace(1, std::string::npos, part)); };
    std::vector<std::string_view> words;
    for_each_run(name, [&](const TextRun& run) {
        if (!run.cjk) {
            words.push_back(run.text);
            return add(cut_term(run.text));
        }
        add_closed_up(words, add);
        words.clear();
        for_each_pair(run.text, add);
    });
    add_closed_up(words, add);
}

}  // namespace

void add_name_terms(TermSet& set, std::string_view name, std::span<const FoldedCharacter> folded) {
    if (name.empty()) return;
    const std::string closed = closed_up(name);
    set.add(whole_name_term(closed));
    set.add(std::string(1, start_mark).append(first_characters(closed)));
    add_parts(set, name);
    add_sounds(set, name, folded);
}

std::string whole_name_term(std::string_view closed) {
    std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a, mixed once more
    for (const char c : closed) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    hash ^= hash >> 29;
    std::string term(1, name_mark);
    for (int i = 0; i < 7; ++i, hash >>= 5) term.push_back("abcdefghijklmnopqrstuvwxyz234567"[hash & 31u]);
    return term;
}

std::string_view first_characters(std::string_view text) {
    if (text.empty()) return text;
    const std::size_t first = utf8_at(text, 0).size;
    if (first >= text.size()) return text;
    return text.substr(0, first + utf8_at(text, first).size);
}

std::string syllables_term(std::string_view first, std::string_view second) {
    std::string term(1, syllables_mark);
    return term.append(first).append("'").append(second);
}

}  // namespace minglu
