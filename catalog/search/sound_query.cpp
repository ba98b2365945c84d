#include "catalog/search/sound_query.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <stdexcept>

#include "catalog/search/sound_row.hpp"
#include "catalog/text/analysis.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {
namespace {

using Unit = SoundUnit::Kind;

/// More letters in a row are no pinyin that somebody types, more digits no part of a name.
constexpr std::size_t letters_max = 48;
constexpr std::size_t digits_max = 8;
/// As many digits may be typed for Chinese numerals: "5liangye".
constexpr std::size_t numerals_max = 4;
/// Of readings that take letters for a word as many are kept beside the others, and of those without the digit that
/// may be a tone.
constexpr std::size_t worded_max = 2;
constexpr std::size_t toned_max = 3;

bool is_letter(char32_t code) {
    return code >= 'a' && code <= 'z';
}

bool is_digit(char32_t code) {
    return code >= '0' && code <= '9';
}

bool is_spoken(const SoundUnit& unit) {
    return unit.kind != Unit::character;
}

/// Of a word that is not Chinese, or a digit.
bool is_plain(const SoundUnit& unit) {
    return unit.kind == Unit::character && !is_cjk(unit.character);
}

bool is_combining_mark(char32_t code) {
    return code >= 0x300 && code < 0x370;
}

std::string decomposed(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* form = icu::Normalizer2::getNFDInstance(status);
    std::string out;
    icu::StringByteSink<std::string> sink{&out};
    form->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr,
                        status);
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU normalisation: ") + u_errorName(status));
    return out;
}

/// What was typed without a space, of one kind.
struct TypedRow {
    enum class Kind { character, letters, digits };
    Kind kind = Kind::character;
    std::string text;    ///< of letters ü as v
    std::string plain;   ///< of letters ü as u
    bool glued = false;  ///< to what stands in front
};
using Row = TypedRow::Kind;

/// Of "Fúlíng" the letters "fuling", of "lǜ" and "lü" "lv"; none where something else than Chinese characters, letters
/// and digits was typed.
std::optional<std::vector<TypedRow>> rows_of(std::string_view typed) {
    std::vector<TypedRow> rows;
    const std::string text = decomposed(searchable_with_marks(typed));
    bool glued = false;
    const auto add = [&](Row kind, std::string_view sign) {
        if (!glued || rows.back().kind != kind || kind == Row::character) rows.push_back({kind, {}, {}, glued});
        rows.back().text += sign;
        rows.back().plain += sign;
        glued = true;
    };
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        const std::string_view sign = std::string_view(text).substr(at, step.size);
        at += step.size;
        if (step.code == U' ') {
            glued = false;
        } else if (is_cjk(step.code)) {
            add(Row::character, sign);
        } else if (is_letter(step.code) || is_digit(step.code)) {
            add(is_letter(step.code) ? Row::letters : Row::digits, sign);
        } else if (glued && rows.back().kind == Row::letters && is_combining_mark(step.code)) {
            if (step.code == 0x308 && rows.back().text.back() == 'u') rows.back().text.back() = 'v';
        } else {
            return std::nullopt;
        }
    }
    return rows;
}

/// "2" of "fu2ling"; may be a digit of the name as well.
bool may_be_tone(const std::vector<TypedRow>& rows, std::size_t at) {
    const TypedRow& row = rows[at];
    return row.kind == Row::digits && row.glued && rows[at - 1].kind == Row::letters && row.text.size() == 1 &&
           row.text.front() >= '1' && row.text.front() <= '5';
}

/// The less the likelier: initials are typed all through or not at all, syllables are long.
std::size_t unlikeliness(const SoundReading& reading) {
    const auto of = [&](Unit kind) {
        return static_cast<std::size_t>(
            std::count_if(reading.begin(), reading.end(), [&](const SoundUnit& unit) { return unit.kind == kind; }));
    };
    const std::size_t initials = of(Unit::initial);
    const bool mixed = initials > 0 && of(Unit::syllable) + of(Unit::unfinished) > 0;
    return reading.size() + 50 * of(Unit::unfinished) + (initials > 0 ? 100 : 0) + (mixed ? 100 + 10 * initials : 0);
}

/// Whether some of the letters are taken for a word of the name.
bool is_worded(const SoundReading& reading) {
    return std::any_of(reading.begin(), reading.end(),
                       [](const SoundUnit& unit) { return is_plain(unit) && is_letter(unit.character); });
}

/// Those with words behind the others.
void keep_likeliest(std::vector<SoundReading>& readings) {
    std::stable_sort(readings.begin(), readings.end(),
                     [](const SoundReading& a, const SoundReading& b) { return unlikeliness(a) < unlikeliness(b); });
    const auto words = std::stable_partition(readings.begin(), readings.end(),
                                             [](const SoundReading& reading) { return !is_worded(reading); });
    const auto worded = std::min(worded_max, static_cast<std::size_t>(readings.end() - words));
    const auto others = std::min(sound_readings_max - worded, static_cast<std::size_t>(words - readings.begin()));
    readings.erase(words + static_cast<std::ptrdiff_t>(worded), readings.end());
    readings.erase(readings.begin() + static_cast<std::ptrdiff_t>(others), words);
}

/// Every reading so far, followed by every one of these.
void append(std::vector<SoundReading>& readings, const std::vector<SoundReading>& more) {
    std::vector<SoundReading> longer;
    for (const SoundReading& left : readings) {
        for (const SoundReading& right : more) {
            SoundReading whole = left;
            whole.insert(whole.end(), right.begin(), right.end());
            if (std::find(longer.begin(), longer.end(), whole) == longer.end()) longer.push_back(std::move(whole));
        }
    }
    readings = std::move(longer);
    keep_likeliest(readings);
}

bool sounds_like(const Sound& sound, const SoundUnit& unit, bool fuzzy) {
    if (unit.kind == Unit::character) return sound.character == unit.character;
    const std::string merged = fuzzy && unit.kind != Unit::syllable ? southern(unit.letters) : std::string();
    const auto readings = sound.readings();
    return std::any_of(readings.begin(), readings.end(), [&](Syllable syllable) {
        if (unit.kind == Unit::syllable) {
            if (fuzzy) return southern(syllable) == southern(unit.syllable);
            return syllable == unit.syllable || without_umlaut(syllable) == unit.letters;
        }
        if (fuzzy) return southern(syllable).starts_with(merged);
        return name(syllable).starts_with(unit.letters) || without_umlaut(syllable).starts_with(unit.letters);
    });
}

/// What a reading is filed by.
class TermMaker {
public:
    TermMaker(const SoundReading& reading, SoundExtent extent) : reading_(reading), extent_(extent) {}
    std::vector<EntryQuery::Term> make() {
        for (std::size_t begin = 0; begin < reading_.size();) {
            const SoundUnit& first = reading_[begin];
            const std::size_t end = row_end(begin, reading_.size(), [&](std::size_t i) {
                return is_spoken(reading_[i]) == is_spoken(first) && is_plain(reading_[i]) == is_plain(first);
            });
            is_spoken(first)  ? add_spoken(begin, end)
            : is_plain(first) ? add_word(begin, end)
                              : add_characters(begin, end);
            begin = end;
        }
        return std::move(terms_);
    }

private:
    [[nodiscard]] bool is_initial(std::size_t i) const { return reading_[i].kind == Unit::initial; }
    /// Whether what is read of the name ends in front of `end`: what is filed of it ends there, too.
    [[nodiscard]] bool ends_reading(std::size_t end) const {
        return end == reading_.size() ? extent_ == SoundExtent::whole : is_plain(reading_[end]);
    }
    /// Behind the units from `begin` on that are alike.
    template <class Alike>
    static std::size_t row_end(std::size_t begin, std::size_t most, const Alike& alike) {
        while (begin < most && alike(begin)) ++begin;
        return begin;
    }
    /// Syllables, unfinished ones and initials. Where there are initials, syllables count as theirs: of "l ye h j" the
    /// row "lyhj" narrows down what "ye" alone does not.
    void add_spoken(std::size_t begin, std::size_t end) {
        bool by_initials = false;
        for (std::size_t i = begin; i < end; ++i) by_initials = by_initials || is_initial(i);
        if (by_initials) add_initials(begin, end);
        for (std::size_t i = begin; i < end;) {
            const std::size_t row = row_end(i, end, [&](std::size_t at) { return !is_initial(at); });
            const bool said = by_initials && row == i + 1 && end - begin >= initials_term_letters;
            if (row > i && !said) add_syllables(i, row);
            i = std::max(row, i + 1);
        }
    }
    /// Filed closed up; the last word of a name may be unfinished.
    void add_word(std::size_t begin, std::size_t end) {
        std::string word;
        for (std::size_t i = begin; i < end; ++i) append_utf8(word, reading_[i].character);
        const std::string_view cut = cut_term(word, closed_term_bytes);
        const bool unfinished = end == reading_.size() && extent_ == SoundExtent::part;
        terms_.push_back({std::string(1, part_mark).append(cut), unfinished || cut.size() < word.size()});
    }
    void add_characters(std::size_t begin, std::size_t end) {
        std::string before;
        for (std::size_t i = begin; i < end; ++i) {
            std::string character;
            append_utf8(character, reading_[i].character);
            if (end - begin == 1) terms_.push_back({std::string(1, part_mark) + character, true});
            if (!before.empty()) terms_.push_back({std::string(1, part_mark).append(before).append(character), false});
            before = character;
        }
    }
    [[nodiscard]] std::string spelled(std::size_t i) const {
        const SoundUnit& unit = reading_[i];
        return unit.kind == Unit::syllable ? std::string(southern(unit.syllable)) : southern(unit.letters);
    }
    void add_syllables(std::size_t begin, std::size_t end) {
        if (end - begin == 1) {
            const bool whole = reading_[begin].kind == Unit::syllable;
            std::string term = syllables_term(spelled(begin), "");
            if (!whole) term.pop_back();
            return terms_.push_back({std::move(term), !whole || !ends_reading(end)});
        }
        for (std::size_t i = begin + 1; i < end; ++i) {
            const bool whole = reading_[i].kind == Unit::syllable;
            terms_.push_back({syllables_term(spelled(i - 1), spelled(i)), !whole});
        }
    }
    void add_initials(std::size_t begin, std::size_t end) {
        std::string letters;
        for (std::size_t i = begin; i < end; ++i) letters += spelled(i).substr(0, 1);
        if (letters.size() < 2) return;
        const std::size_t size = std::min(letters.size(), initials_term_letters);
        // At its end a name has a short row, which does not go on; else many rows begin so.
        const bool unfinished = size < initials_term_letters && !ends_reading(end);
        for (std::size_t i = 0; i + size <= letters.size(); ++i)
            terms_.push_back({initials_mark + letters.substr(i, size), unfinished});
    }

    const SoundReading& reading_;
    SoundExtent extent_;
    std::vector<EntryQuery::Term> terms_;
};

/// As they stand in a name, and as Chinese numerals.
std::vector<SoundReading> readings_of_digits(std::string_view digits) {
    constexpr std::u32string_view numerals = U"零一二三四五六七八九";
    std::vector<SoundReading> readings(digits.size() <= numerals_max ? 2 : 1);
    for (const char digit : digits) {
        readings.front().push_back({Unit::character, static_cast<unsigned char>(digit), {}, {}});
        if (readings.size() > 1)
            readings.back().push_back({Unit::character, numerals[static_cast<std::size_t>(digit - '0')], {}, {}});
    }
    return readings;
}

std::vector<SoundReading> readings_of(const std::vector<TypedRow>& rows) {
    std::vector<SoundReading> readings{SoundReading{}};
    for (std::size_t i = 0; i < rows.size() && !readings.empty(); ++i) {
        const TypedRow& row = rows[i];
        if (row.kind == Row::character) {
            append(readings, {{{Unit::character, utf8_at(row.text, 0).code, {}, {}}}});
        } else if (row.kind == Row::digits) {
            if (row.text.size() > digits_max) return {};
            append(readings, readings_of_digits(row.text));
        } else {
            if (row.text.size() > letters_max) return {};
            append(readings, readings_of_row({row.text, row.plain, i + 1 == rows.size(), rows.size() == 1}));
        }
    }
    std::erase_if(readings, [](const SoundReading& reading) {
        return reading.size() > sound_units_max || std::none_of(reading.begin(), reading.end(), is_spoken) ||
               sound_terms(reading, SoundExtent::part).empty();
    });
    return readings;
}

/// Between two words or digits of a name, which are typed closed up as well.
bool is_gap(const std::vector<Sound>& name, std::size_t at, const SoundReading& reading, std::size_t next) {
    return name[at].character == U' ' && next > 0 && is_plain(reading[next - 1]) && is_plain(reading[next]);
}

/// Behind what sounds so from `at` on.
std::optional<std::size_t> end_of_sound(const std::vector<Sound>& name, std::size_t at, const SoundReading& reading,
                                        bool fuzzy) {
    for (std::size_t next = 0; next < reading.size(); ++at) {
        if (at == name.size()) return std::nullopt;
        if (is_gap(name, at, reading, next)) continue;
        if (!sounds_like(name[at], reading[next++], fuzzy)) return std::nullopt;
    }
    return at;
}

/// Words are not found in the middle of one.
bool begins_inside_word(const std::vector<Sound>& name, std::size_t at, const SoundReading& reading) {
    if (at == 0 || !is_plain(reading.front())) return false;
    return name[at - 1].character != U' ' && !is_cjk(name[at - 1].character);
}

}  // namespace

std::vector<SoundReading> sound_readings(std::string_view typed) {
    const auto rows = rows_of(typed);
    if (!rows) return {};
    std::vector<TypedRow> toned;
    for (std::size_t i = 0; i < rows->size(); ++i)
        if (!may_be_tone(*rows, i)) toned.push_back((*rows)[i]);
    std::vector<SoundReading> readings = readings_of(toned);
    // One digit alone may be a tone or not; where there are more, they are tones.
    if (toned.size() + 1 != rows->size()) return readings;
    std::vector<SoundReading> with_digit = readings_of(*rows);
    if (!with_digit.empty()) readings.resize(std::min(readings.size(), toned_max));
    for (SoundReading& reading : with_digit)
        if (readings.size() < sound_readings_max) readings.push_back(std::move(reading));
    return readings;
}

std::vector<EntryQuery::Term> sound_terms(const SoundReading& reading, SoundExtent extent) {
    return TermMaker{reading, extent}.make();
}

std::optional<SoundStretch> find_sound(const std::vector<Sound>& name, const SoundReading& reading, bool fuzzy) {
    for (std::size_t at = 0; at < name.size() && !reading.empty(); ++at) {
        if (begins_inside_word(name, at, reading)) continue;
        if (const auto end = end_of_sound(name, at, reading, fuzzy)) return SoundStretch{at, *end};
    }
    return std::nullopt;
}

}  // namespace minglu
