#include "catalog/search/sound_query.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <stdexcept>

#include "catalog/text/analysis.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {
namespace {

using Unit = SoundUnit::Kind;

/// More letters in a row are no pinyin that somebody types.
constexpr std::size_t letters_max = 48;
constexpr std::size_t units_max = 24;
constexpr std::size_t syllable_letters_max = 6;
/// Ways to part one row of letters that are looked at.
constexpr std::size_t parses_max = 64;

bool is_letter(char32_t code) {
    return code >= 'a' && code <= 'z';
}

bool is_tone_mark(char32_t code) {
    return code == 0x300 || code == 0x301 || code == 0x304 || code == 0x30C;
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

/// "Fúlíng zhà'cài" → "fuling zha cai", "lǜ" and "lü" → "lv", "fu2ling2" → "fu ling ".
std::string without_tones(std::string_view typed) {
    std::string out;
    const std::string text = decomposed(searchable(typed));
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        const bool after_letter = !out.empty() && is_letter(static_cast<unsigned char>(out.back()));
        if (step.code == 0x308 && after_letter && out.back() == 'u') {
            out.back() = 'v';
        } else if (step.code >= '1' && step.code <= '5' && after_letter) {
            out.push_back(' ');
        } else if (!(is_tone_mark(step.code) && after_letter)) {
            out.append(text, at, step.size);
        }
        at += step.size;
    }
    return out;
}

/// Whether a syllable begins so.
bool begins_syllable(std::string_view letters) {
    for (std::size_t i = 0; i < syllable_count(); ++i)
        if (name(Syllable{static_cast<std::uint16_t>(i)}).starts_with(letters)) return true;
    return false;
}

/// How far an initial reaches: "zh" of "zhc", "a" of "ab"; 0 for what begins no syllable.
std::size_t initial_size(std::string_view letters) {
    constexpr std::string_view initials = "bpmfdtnlgkhjqxrzcsywaeo";
    if (initials.find(letters.front()) == std::string_view::npos) return 0;
    const bool retroflex =
        letters.size() > 1 && letters[1] == 'h' && std::string_view("zcs").find(letters[0]) != std::string_view::npos;
    return retroflex ? 2 : 1;
}

/// Parts one row of letters in every way, as far as that is bounded. Only ways that come to an end are walked: of
/// "aaaa…" there are more dead ends than anybody can wait for.
class Parser {
public:
    Parser(std::string_view letters, bool last) : letters_(letters), last_(last) {}
    std::vector<SoundReading> parse() {
        add_initials();
        for (const bool mixed : {false, true}) {
            find_ways(mixed);
            most_ = found_.size() + parses_max;
            go(0);
        }
        return std::move(found_);
    }

private:
    /// Every letter an initial: found first, since it may be the last of very many.
    void add_initials() {
        SoundReading all;
        for (std::size_t at = 0; at < letters_.size(); ++at) {
            if (initial_size(letters_.substr(at)) == 0) return;
            all.push_back({Unit::initial, 0, {}, std::string(letters_.substr(at, 1))});
        }
        if (all.size() <= units_max) found_.push_back(std::move(all));
    }
    /// What may stand at `at`, the likeliest first. With `mixed` initials between syllables are tried, too.
    [[nodiscard]] SoundReading units_at(std::size_t at, bool mixed) const {
        SoundReading units;
        const std::string_view left = letters_.substr(at);
        for (std::size_t size = std::min(left.size(), syllable_letters_max); size > 0; --size) {
            if (const auto syllable = find_syllable(left.substr(0, size)))
                units.push_back({Unit::syllable, 0, *syllable, std::string(left.substr(0, size))});
        }
        const std::size_t initial = initial_size(left);
        for (std::size_t size = mixed ? initial : 0; size > 0; --size)  // "zh" may be two initials
            units.push_back({Unit::initial, 0, {}, std::string(left.substr(0, size))});
        if (last_ && left.size() > initial && left.size() <= syllable_letters_max && begins_syllable(left))
            units.push_back({Unit::unfinished, 0, {}, std::string(left)});
        return units;
    }
    void find_ways(bool mixed) {
        ways_.assign(letters_.size() + 1, {});
        least_.assign(letters_.size() + 1, units_max + 1);
        least_.back() = 0;
        for (std::size_t at = letters_.size(); at-- > 0;) {
            ways_[at] = units_at(at, mixed);
            for (const SoundUnit& unit : ways_[at])
                least_[at] = std::min(least_[at], least_[at + unit.letters.size()] + 1);
        }
    }
    void go(std::size_t at) {
        if (at == letters_.size()) return found_.push_back(units_);
        for (const SoundUnit& unit : ways_[at]) {
            const std::size_t next = at + unit.letters.size();
            if (found_.size() >= most_) return;
            if (units_.size() + 1 + least_[next] > units_max) continue;
            units_.push_back(unit);
            go(next);
            units_.pop_back();
        }
    }

    std::string_view letters_;
    bool last_;
    std::vector<SoundReading> ways_;  ///< by position: units that may stand there
    std::vector<std::size_t>
        least_;  ///< by position: units needed to the end; more than `units_max` where none lead there
    std::size_t most_ = 0;
    SoundReading units_;
    std::vector<SoundReading> found_;
};

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

void keep_likeliest(std::vector<SoundReading>& readings) {
    std::stable_sort(readings.begin(), readings.end(),
                     [](const SoundReading& a, const SoundReading& b) { return unlikeliness(a) < unlikeliness(b); });
    if (readings.size() > sound_readings_max) readings.resize(sound_readings_max);
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
            const bool spoken = is_spoken(begin);
            const std::size_t end =
                row_end(begin, reading_.size(), [&](std::size_t i) { return is_spoken(i) == spoken; });
            spoken ? add_spoken(begin, end) : add_characters(begin, end);
            begin = end;
        }
        return std::move(terms_);
    }

private:
    [[nodiscard]] bool is_spoken(std::size_t i) const { return reading_[i].kind != Unit::character; }
    [[nodiscard]] bool is_initial(std::size_t i) const { return reading_[i].kind == Unit::initial; }
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
    void add_characters(std::size_t begin, std::size_t end) {
        std::string before;
        for (std::size_t i = begin; i < end; ++i) {
            std::string character;
            append_utf8(character, reading_[i].character);
            if (end - begin == 1 && is_cjk(reading_[i].character))
                terms_.push_back({std::string(1, part_mark) + character, true});
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
            return terms_.push_back({std::move(term), true});
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
        // A short name has its own row, which does not go on; else many rows begin so.
        const bool alone = extent_ == SoundExtent::whole && letters.size() == reading_.size();
        for (std::size_t i = 0; i + size <= letters.size(); ++i)
            terms_.push_back({initials_mark + letters.substr(i, size), size < initials_term_letters && !alone});
    }

    const SoundReading& reading_;
    SoundExtent extent_;
    std::vector<EntryQuery::Term> terms_;
};

}  // namespace

std::vector<SoundReading> sound_readings(std::string_view typed) {
    const std::string text = without_tones(typed);
    std::vector<SoundReading> readings{SoundReading{}};
    bool letters = false;
    for (std::size_t at = 0; at < text.size() && !readings.empty();) {
        const Utf8Step step = utf8_at(text, at);
        if (step.code == U' ') {
            at += step.size;
        } else if (is_cjk(step.code)) {
            append(readings, {{{Unit::character, step.code, {}, {}}}});
            at += step.size;
        } else {
            std::size_t end = at;
            while (end < text.size() && is_letter(static_cast<unsigned char>(text[end]))) ++end;
            if (end == at || end - at > letters_max) return {};
            letters = true;
            append(readings, Parser{std::string_view(text).substr(at, end - at), end == text.size()}.parse());
            at = end;
        }
    }
    std::erase_if(readings, [](const SoundReading& r) {
        return r.size() > units_max || sound_terms(r, SoundExtent::part).empty();
    });
    if (!letters) readings.clear();
    return readings;
}

std::vector<EntryQuery::Term> sound_terms(const SoundReading& reading, SoundExtent extent) {
    return TermMaker{reading, extent}.make();
}

std::optional<std::size_t> find_sound(const std::vector<Sound>& name, const SoundReading& reading, bool fuzzy,
                                      std::size_t from) {
    for (std::size_t at = from; at + reading.size() <= name.size(); ++at) {
        std::size_t same = 0;
        while (same < reading.size() && sounds_like(name[at + same], reading[same], fuzzy)) ++same;
        if (same == reading.size()) return at;
    }
    return std::nullopt;
}

}  // namespace minglu
