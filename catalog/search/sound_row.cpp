#include "catalog/search/sound_row.hpp"

#include <algorithm>
#include <string>

namespace minglu {
namespace {

using Unit = SoundUnit::Kind;

constexpr std::size_t syllable_letters_max = 6;
/// Ways to part one row of letters that are looked at.
constexpr std::size_t parses_max = 64;
/// Of a word beside syllables, and of the syllable next to it: a letter alone is an initial or a slip.
constexpr std::size_t beside_letters_min = 2;
/// Ways to take the front of a row for a word that are kept.
constexpr std::size_t words_in_front_max = 2;

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

/// The letters of a word, as they stand in a name.
SoundReading word_units(std::string_view plain) {
    SoundReading units;
    for (const char letter : plain) units.push_back({Unit::character, static_cast<unsigned char>(letter), {}, {}});
    return units;
}

bool has_initial(const SoundReading& reading) {
    return std::any_of(reading.begin(), reading.end(),
                       [](const SoundUnit& unit) { return unit.kind == Unit::initial; });
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
    /// A word of `plain` letters and syllables behind it, as few letters in the word as can be; and one behind
    /// syllables.
    std::vector<SoundReading> parse_beside_word(std::string_view plain) {
        if (letters_.size() > sound_units_max) return {};
        find_ways(false);
        for (std::size_t at = beside_letters_min; at < letters_.size() && found_.size() < words_in_front_max; ++at)
            if (least_[at] <= sound_units_max) add_behind_word(plain, at);
        add_in_front_of_word(plain);
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
        if (all.size() <= sound_units_max) found_.push_back(std::move(all));
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
        least_.assign(letters_.size() + 1, sound_units_max + 1);
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
            if (units_.size() + 1 + least_[next] > sound_units_max) continue;
            units_.push_back(unit);
            go(next);
            units_.pop_back();
        }
    }

    void add_behind_word(std::string_view plain, std::size_t at) {
        SoundReading whole = word_units(plain.substr(0, at));
        const std::size_t word = whole.size();
        while (at < letters_.size()) {
            const auto fewest = std::find_if(ways_[at].begin(), ways_[at].end(), [&](const SoundUnit& unit) {
                return least_[at + unit.letters.size()] + 1 == least_[at];
            });
            at += fewest->letters.size();
            whole.push_back(*fewest);
        }
        if (whole[word].letters.size() >= beside_letters_min) found_.push_back(std::move(whole));
    }
    void add_in_front_of_word(std::string_view plain) {
        // By position: the syllable that ends there, behind others or the beginning.
        std::vector<const SoundUnit*> ends(letters_.size() + 1, nullptr);
        for (std::size_t at = 0; at < letters_.size(); ++at) {
            if (at > 0 && ends[at] == nullptr) continue;
            for (const SoundUnit& unit : ways_[at])
                if (const SoundUnit*& end = ends[at + unit.letters.size()];
                    end == nullptr && unit.kind == Unit::syllable)
                    end = &unit;
        }
        for (std::size_t at = letters_.size(); at-- > beside_letters_min;) {
            if (ends[at] == nullptr || letters_.size() - at < beside_letters_min) continue;
            SoundReading whole = word_units(plain.substr(at));
            for (std::size_t end = at; end > 0; end -= ends[end]->letters.size())
                whole.insert(whole.begin(), *ends[end]);
            return found_.push_back(std::move(whole));
        }
    }

    std::string_view letters_;
    bool last_;
    std::vector<SoundReading> ways_;  ///< by position: units that may stand there
    std::vector<std::size_t>
        least_;  ///< by position: units needed to the end; more than `sound_units_max` where none lead there
    std::size_t most_ = 0;
    SoundReading units_;
    std::vector<SoundReading> found_;
};

}  // namespace

std::vector<SoundReading> readings_of_row(const LetterRow& row) {
    std::vector<SoundReading> readings = Parser{row.letters, row.last}.parse();
    const auto add = [&](SoundReading reading) { readings.push_back(std::move(reading)); };
    if (std::all_of(readings.begin(), readings.end(), has_initial))
        for (SoundReading& reading : Parser{row.letters, row.last}.parse_beside_word(row.plain))
            add(std::move(reading));
    if (!row.alone && row.plain.size() <= sound_units_max) add(word_units(row.plain));
    return readings;
}

}  // namespace minglu
