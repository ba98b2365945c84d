#include "catalog/lookalike/probes.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "catalog/text/readings.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {
namespace {

constexpr Feature pair_mark = 0x8000'0000u;
constexpr char32_t edge = 1;
constexpr std::size_t syllable_letters_max = 6;
constexpr std::size_t spellings_max = 4;
/// One letter changed takes two pairs away, so a pair stands for half as much again as a letter, on both sides.
constexpr int worth_of_pair = 100 * 3 * weight_of_letter;

/// Letters that are like each other are filed as one.
char32_t filed(char32_t letter) {
    return common_form(letter) & 0x7FFFu;
}

Feature pair_of(char32_t a, char32_t b) {
    return pair_mark | filed(a) << 15 | filed(b);
}

/// Calls `visit(feature, position)` for each feature of the text; an unbroken run of letters has an edge at both ends.
template <class Visit>
void for_each_feature(std::u32string_view units, Visit&& visit) {
    char32_t before = edge;
    for (std::size_t i = 0; i < units.size(); ++i) {
        const bool chinese = is_cjk(units[i]);
        if (chinese && before != edge) visit(pair_of(before, edge), i - 1);
        if (!chinese) visit(pair_of(before, units[i]), i);
        if (chinese || is_digit(units[i])) visit(static_cast<Feature>(units[i]), i);
        before = chinese ? edge : units[i];
    }
    if (before != edge) visit(pair_of(before, edge), units.size() - 1);
}

/// What stands for a part of the sign of this weight.
std::vector<Wish> wishes_of(std::span<const LikeUnit> like, int weight) {
    std::vector<Wish> wishes;
    wishes.reserve(like.size());
    for (const LikeUnit& one : like)
        wishes.push_back({static_cast<Feature>(one.unit), one.likeness.hundredths * (weight + weight_of(one.unit))});
    std::stable_sort(wishes.begin(), wishes.end(), [](const Wish& a, const Wish& b) { return a.worth > b.worth; });
    return wishes;
}

/// Units [begin, end) as they are written.
void add_written(Probe& probe, const SignComparer& sign, std::size_t begin, std::size_t end) {
    const std::u32string_view units = sign.sign().units;
    for_each_feature(units.substr(begin, end - begin), [&](Feature feature, std::size_t i) {
        if ((feature & pair_mark) == 0)
            probe.positions.push_back(wishes_of(sign.like(begin + i), weight_of(units[begin + i])));
        else
            probe.positions.push_back({{feature, worth_of_pair}});
    });
}

Probe written(const SignComparer& sign) {
    const std::u32string_view units = sign.sign().units;
    Probe probe{{}, least_weight_of(units)};
    add_written(probe, sign, 0, units.size());
    return probe;
}

/// An unbroken run of letters, and the ways to read it.
struct Letters {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::vector<std::vector<std::string>> ways;
};

std::vector<Letters> letters_in(std::u32string_view units) {
    std::vector<Letters> runs;
    std::string letters;
    for (std::size_t i = 0; i <= units.size(); ++i) {
        if (i < units.size() && !is_cjk(units[i]) && !is_digit(units[i])) {
            if (letters.empty()) runs.push_back({i, i, {}});
            append_utf8(letters, units[i]);
        } else if (!letters.empty()) {
            runs.back().end = i;
            runs.back().ways = syllables_of(letters);
            letters.clear();
        }
    }
    return runs;
}

/// The characters that syllables stand for, of each run read in this way, or in its last; the rest as it is written.
Probe spelled(const SignComparer& sign, const std::vector<Letters>& runs, std::size_t way) {
    const std::u32string_view units = sign.sign().units;
    Probe probe{{}, least_weight_of(units)};
    std::size_t at = 0;
    for (const Letters& run : runs) {
        if (run.ways.empty()) continue;
        add_written(probe, sign, at, run.begin);
        for (const std::string& syllable : run.ways[std::min(way, run.ways.size() - 1)]) {
            const int weight = static_cast<int>(syllable.size()) * weight_of_letter;
            probe.positions.push_back(wishes_of(characters_spelled(syllable), weight));
        }
        at = run.end;
    }
    add_written(probe, sign, at, units.size());
    return probe;
}

/// Of a sign in characters: its pinyin, each character by its commonest reading.
std::optional<Probe> in_pinyin(const SignComparer& sign) {
    std::u32string letters;
    for (const char32_t unit : sign.sign().units) {
        const auto readings = readings_of(unit);
        if (is_cjk(unit) && readings.empty()) return std::nullopt;
        if (!is_cjk(unit))
            letters.push_back(unit);
        else
            for (const char c : name(readings.front())) letters.push_back(static_cast<char32_t>(c));
    }
    Probe probe;
    probe.weight = least_weight_of(sign.sign().units);
    for (const Feature feature : features_of(letters)) probe.positions.push_back({{feature, worth_of_pair}});
    return probe;
}

}  // namespace

std::vector<Feature> features_of(std::u32string_view units) {
    std::vector<Feature> features;
    features.reserve(units.size() + 1);
    for_each_feature(units, [&](Feature feature, std::size_t) { features.push_back(feature); });
    std::sort(features.begin(), features.end());
    features.erase(std::unique(features.begin(), features.end()), features.end());
    return features;
}

int least_weight_of(std::u32string_view units) {
    int weight = 0;
    for (const char32_t unit : units) weight += is_weak(unit) ? weight_of_letter : weight_of(unit);
    return weight;
}

std::vector<std::vector<std::string>> syllables_of(std::string_view letters) {
    std::vector<std::vector<std::string>> found;
    std::vector<std::string> taken;
    const std::function<void(std::string_view)> go_on = [&](std::string_view rest) {
        if (rest.empty() && !taken.empty()) found.push_back(taken);
        for (std::size_t size = std::min(rest.size(), syllable_letters_max); size > 0; --size) {
            if (found.size() >= spellings_max) return;
            if (!find_syllable(rest.substr(0, size))) continue;
            taken.emplace_back(rest.substr(0, size));
            go_on(rest.substr(size));
            taken.pop_back();
        }
    };
    go_on(letters);
    return found;
}

std::vector<Probe> probes_of(const SignComparer& sign) {
    const std::u32string& units = sign.sign().units;
    std::vector<Probe> probes{written(sign)};
    const std::vector<Letters> runs = letters_in(units);
    std::size_t ways = 0;
    for (const Letters& run : runs) ways = std::max(ways, run.ways.size());
    for (std::size_t way = 0; way < ways; ++way) probes.push_back(spelled(sign, runs, way));
    if (std::any_of(units.begin(), units.end(), is_cjk))
        if (auto pinyin = in_pinyin(sign)) probes.push_back(*std::move(pinyin));
    return probes;
}

}  // namespace minglu
