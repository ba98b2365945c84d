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

/// Letters that are like each other (see units_like) are filed as one.
char32_t filed(char32_t letter) {
    return (letter == U'i' ? U'l' : letter) & 0x7FFFu;
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
        visit(chinese ? static_cast<Feature>(units[i]) : pair_of(before, units[i]), i);
        before = chinese ? edge : units[i];
    }
    if (before != edge) visit(pair_of(before, edge), units.size() - 1);
}

std::vector<Wish> wishes_of(std::span<const LikeUnit> like) {
    std::vector<Wish> wishes;
    wishes.reserve(like.size());
    for (const LikeUnit& one : like)
        wishes.push_back({static_cast<Feature>(one.unit), one.likeness.hundredths * 2 * weight_of_character});
    std::stable_sort(wishes.begin(), wishes.end(), [](const Wish& a, const Wish& b) { return a.worth > b.worth; });
    return wishes;
}

Probe written(const SignComparer& sign) {
    Probe probe;
    probe.weight = least_weight_of(sign.sign().units);
    for_each_feature(sign.sign().units, [&](Feature feature, std::size_t position) {
        if ((feature & pair_mark) == 0)
            probe.positions.push_back(wishes_of(sign.like(position)));
        else
            probe.positions.push_back({{feature, worth_of_pair}});
    });
    return probe;
}

std::string as_letters(std::u32string_view units) {
    std::string letters;
    for (const char32_t unit : units) append_utf8(letters, unit);
    return letters;
}

/// Of a sign in letters: the characters that its syllables stand for.
Probe spelled(const std::vector<std::string>& syllables) {
    Probe probe;
    for (const std::string& syllable : syllables) {
        const std::vector<LikeUnit> like = characters_spelled(syllable);
        probe.positions.push_back(wishes_of(like));
        probe.weight += static_cast<int>(syllable.size()) * weight_of_letter;
    }
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
    if (std::any_of(units.begin(), units.end(), is_cjk)) {
        if (auto pinyin = in_pinyin(sign)) probes.push_back(*std::move(pinyin));
        return probes;
    }
    for (const auto& syllables : syllables_of(as_letters(units))) probes.push_back(spelled(syllables));
    return probes;
}

}  // namespace minglu
