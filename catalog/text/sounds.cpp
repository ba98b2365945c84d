#include "catalog/text/sounds.hpp"

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

#include "catalog/text/utf8.hpp"
#include "embedded/word_readings.hpp"

namespace minglu {
namespace {

/// Words with a reading of their own, see cmake/word_readings.py.
class WordReadings {
public:
    WordReadings() {
        for (std::string_view left = word_readings_table(); !left.empty();) {
            const std::size_t tab = left.find('\t');
            const std::size_t end = left.find('\n');
            if (tab == std::string_view::npos || end == std::string_view::npos || end < tab)
                throw std::logic_error("table of words: a line is cut short");
            const std::string_view word = left.substr(0, tab);
            const char32_t first = utf8_at(word, 0).code;
            const auto number = static_cast<std::uint32_t>(words_.size());
            Range& range = by_first_.try_emplace(first, Range{number, number}).first->second;
            range.end = number + 1;
            words_.push_back({word, left.substr(tab + 1, end - tab - 1)});
            left.remove_prefix(end + 1);
        }
    }

    /// Syllables of the longest word at the beginning of `text`, separated by spaces; empty when there is none.
    [[nodiscard]] std::string_view longest(std::string_view text, char32_t first) const {
        const auto range = by_first_.find(first);
        if (range == by_first_.end()) return {};
        std::string_view found;
        std::size_t size = 0;
        for (std::uint32_t i = range->second.begin; i < range->second.end; ++i) {
            const Word& word = words_[i];
            if (word.text.size() <= size || !text.starts_with(word.text)) continue;
            size = word.text.size();
            found = word.syllables;
        }
        return found;
    }

private:
    struct Word {
        std::string_view text;
        std::string_view syllables;
    };
    struct Range {
        std::uint32_t begin;
        std::uint32_t end;
    };
    std::vector<Word> words_;
    std::unordered_map<char32_t, Range> by_first_;
};

const WordReadings& word_readings() {
    static const WordReadings words;
    return words;
}

/// Gives a word's syllables to the characters from `first` on; returns how many it has.
std::size_t add_word(std::vector<Sound>& sounds, std::size_t first, std::string_view syllables) {
    std::size_t characters = 0;
    while (!syllables.empty()) {
        const std::size_t size = std::min(syllables.find(' '), syllables.size());
        const auto syllable = find_syllable(syllables.substr(0, size));
        if (syllable && first + characters < sounds.size()) sounds[first + characters].add(*syllable);
        ++characters;
        syllables.remove_prefix(std::min(size + 1, syllables.size()));
    }
    return characters;
}

/// A spelling of every syllable, in their order.
template <class Spell>
std::vector<std::string> each_syllable(const Spell& spell) {
    std::vector<std::string> all;
    all.reserve(syllable_count());
    for (std::size_t i = 0; i < syllable_count(); ++i)
        all.push_back(spell(name(Syllable{static_cast<std::uint16_t>(i)})));
    return all;
}

}  // namespace

void Sound::add(Syllable syllable) {
    const auto known = readings();
    if (count == syllables_max || std::find(known.begin(), known.end(), syllable) != known.end()) return;
    syllables[count++] = syllable;
}

std::vector<Sound> sounds_of(std::string_view text, std::span<const FoldedCharacter> folded) {
    std::vector<Sound> sounds;
    for (std::size_t at = 0; at < text.size() && sounds.size() < sounds_max;) {
        const Utf8Step step = utf8_at(text, at);
        Sound& sound = sounds.emplace_back();
        sound.character = step.code;
        sound.at = at;
        at += step.size;
    }
    for (std::size_t i = 0; i < sounds.size();) {
        const std::string_view word = word_readings().longest(text.substr(sounds[i].at), sounds[i].character);
        i += word.empty() ? 1 : add_word(sounds, i, word);
    }
    for (Sound& sound : sounds) {
        if (!folded.empty() && folded.front().at == sound.at) {
            for (const Syllable syllable : readings_of(folded.front().written)) sound.add(syllable);
            folded = folded.subspan(1);
        }
        for (const Syllable syllable : readings_of(sound.character)) sound.add(syllable);
    }
    return sounds;
}

std::string southern(std::string_view letters) {
    if (letters.ends_with("ang") || letters.ends_with("eng") || letters.ends_with("ing")) letters.remove_suffix(1);
    std::string out;
    const bool retroflex = letters.size() > 1 && letters[1] == 'h';  // zh, ch, sh
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (i == 1 && retroflex) continue;
        const char c = letters[i];
        out.push_back(i > 0 ? (c == 'v' ? 'u' : c) : c == 'n' ? 'l' : c == 'f' ? 'h' : c);
    }
    return out;
}

std::string_view southern(Syllable syllable) {
    static const std::vector<std::string> merged = each_syllable([](std::string_view name) { return southern(name); });
    return merged[syllable.value()];
}

std::string_view without_umlaut(Syllable syllable) {
    static const std::vector<std::string> plain = each_syllable([](std::string_view name) {
        std::string text(name);
        std::replace(text.begin(), text.end(), 'v', 'u');
        return text;
    });
    return plain[syllable.value()];
}

std::string_view word_readings_table() {
    return embedded::word_readings;
}

}  // namespace minglu
