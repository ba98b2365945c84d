#include "catalog/check/name_parts.hpp"

#include <algorithm>

#include "catalog/text/text_units.hpp"

namespace minglu {

namespace {

/// Of a long name the longest parts are hardly anybody's.
constexpr std::size_t units_max = 12;
constexpr std::size_t characters_in_front_min = 2;
constexpr std::size_t characters_min = 3;

struct Unit {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t characters = 0;
    bool opens = false;  ///< a stretch
};

std::vector<Unit> units_of(std::string_view text) {
    std::vector<Unit> units;
    bool was_cjk = false;
    for_each_run(text, [&](const TextRun& run) {
        const auto begin = static_cast<std::size_t>(run.text.data() - text.data());
        // Beside Chinese characters a space is left only where two items of a list meet.
        const bool opens = units.empty() || (units.back().end != begin && (was_cjk || run.cjk));
        was_cjk = run.cjk;
        for_each_unit(run, [&](std::string_view unit) {
            const auto at = static_cast<std::size_t>(unit.data() - text.data());
            units.push_back({at, at + unit.size(), run.cjk ? 1 : run.characters, opens && at == begin});
        });
    });
    return units;
}

struct Part {
    std::string_view text;
    std::size_t characters = 0;
    bool in_front = false;
};

void add_parts(std::vector<Part>& parts, std::string_view text, const std::vector<Unit>& units, std::size_t from) {
    Part part;
    part.in_front = units[from].opens;
    for (std::size_t to = from; to < units.size() && to - from < units_max; ++to) {
        if (to > from && units[to].opens) return;
        part.text = text.substr(units[from].begin, units[to].end - units[from].begin);
        part.characters += units[to].characters;
        // A word of two letters says nothing by itself, wherever it stands.
        const bool is_word = to == from && units[to].end - units[to].begin == units[to].characters;
        const std::size_t least = part.in_front && !is_word ? characters_in_front_min : characters_min;
        if (part.characters >= least && part.text.size() < text.size()) parts.push_back(part);
    }
}

}  // namespace

std::vector<std::string_view> name_parts(std::string_view searchable) {
    const std::vector<Unit> units = units_of(searchable);
    std::vector<Part> parts;
    for (std::size_t from = 0; from < units.size(); ++from) add_parts(parts, searchable, units, from);
    std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
        return a.in_front != b.in_front ? a.in_front : a.characters < b.characters;
    });
    if (parts.size() > name_parts_max) parts.resize(name_parts_max);
    std::stable_sort(parts.begin(), parts.end(),
                     [](const Part& a, const Part& b) { return a.characters > b.characters; });
    std::vector<std::string_view> texts;
    texts.reserve(parts.size());
    for (const Part& part : parts) texts.push_back(part.text);
    return texts;
}

}  // namespace minglu
