#include "catalog/search/plan.hpp"

#include <algorithm>
#include <array>

#include "catalog/identifiers/number_text.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/identifiers/typed_number.hpp"
#include "catalog/search/within.hpp"
#include "catalog/search/word_parts.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/terms.hpp"

namespace minglu {
namespace {

bool is_last(const TextRun& run, std::string_view text) {
    return run.text.data() + run.text.size() == text.data() + text.size();
}

/// Terms of a name that has the text, closed up, in it; its last word may be unfinished.
void add_name_part_terms(Terms& terms, std::string_view closed) {
    constexpr std::string_view mark(&part_mark, 1);
    for_each_run(closed, [&](const TextRun& run) {
        if (run.cjk) return add_pair_terms(terms, run, mark);
        const std::string_view cut = cut_term(run.text, closed_term_bytes);
        add_term(terms, {std::string(mark).append(cut), is_last(run, closed) || cut.size() < run.text.size()});
    });
}

/// Of numbers, as terms.
std::vector<std::string> beginnings_meant(std::string_view tidy) {
    std::vector<std::string> meant;
    const auto add = [&](std::string_view beginning) {
        std::string term = number_term(beginning);
        if (std::find(meant.begin(), meant.end(), term) == meant.end()) meant.push_back(std::move(term));
    };
    const bool may_be_publication = !is_digits(tidy) || tidy.size() == publication_digits;
    for (const std::string& number : may_have_number(tidy) ? typed_numbers(tidy) : std::vector<std::string>{}) {
        // The catalogue may have another publication of the same application.
        if (const auto stem = publication_stem(number); may_be_publication && !stem.empty()) add(stem);
        if (const auto stem = international_stem(number)) add(*stem);
    }
    if (may_begin_number(tidy)) add(tidy);
    return meant;
}

/// Nobody's name: where a name has it, it is found as in any other text.
bool is_long_number(std::string_view joined) {
    constexpr std::ptrdiff_t digits_min = 7;
    return std::count_if(joined.begin(), joined.end(), [](char c) { return c >= '0' && c <= '9'; }) >= digits_min;
}

}  // namespace

std::string_view name(Match match) {
    constexpr std::array<std::string_view, 15> names{
        "number",        "number_start", "name",       "name_start", "sound",
        "name_part",     "sound_start",  "sound_part", "text_part",  "all_words",
        "number_within", "name_within",  "some_words", "batch",      "any"};
    return names[static_cast<std::size_t>(match)];
}

bool has_word(const SearchWord& word, const SearchedText& text) {
    if (is_text(word)) return find_unit(text.text, word.text, word.beginning) != std::string_view::npos;
    return std::any_of(text.numbers.begin(), text.numbers.end(), [&](const std::string& number) {
        return word.beginning ? number.starts_with(word.number) : number == word.number;
    });
}

std::vector<EntryQuery::Term> word_terms(const SearchWord& word) {
    if (!is_text(word)) return {{word.number, word.beginning}};
    Terms terms;
    for_each_run(word.text, [&](const TextRun& run) {
        if (run.cjk) return add_pair_terms(terms, run);
        add_term(terms, {std::string(cut_term(run.text)), word.beginning && is_last(run, word.text)});
    });
    return terms;
}

std::vector<EntryQuery::Term> any_of_terms(const SearchClass& wanted) {
    Terms terms;
    terms.reserve(wanted.any_of.size());
    for (const std::string& one : wanted.any_of)
        terms.push_back({wanted.match == Match::name_within ? whole_name_term(one) : one, false});
    std::sort(terms.begin(), terms.end(), [](const auto& a, const auto& b) { return a.text < b.text; });
    return terms;
}

SearchPlan::SearchPlan(std::string_view typed, bool fuzzy) : fuzzy_(fuzzy) {
    const std::string tidy = tidy_cell(typed);
    if (tidy.empty()) {
        if (typed.find_first_not_of(" \t\r\n") == std::string_view::npos) classes_.push_back({});
        return;
    }
    const std::string joined = searchable(tidy);
    const std::size_t numbers = add_numbers(tidy);
    if (is_long_number(joined)) settling_classes_ = numbers;
    if (!joined.empty() && settling_classes_ == 0) add_names(tidy, joined);
    if (!joined.empty()) add_text(joined);
    const std::vector<std::string> words = split_spaces(tidy);
    add_words(words);
    if (words.size() == 1 && characters_in(joined) <= pairs_characters_min) sufficient_classes_ = classes_.size();
    if (numbers == 0) add_within(tidy, joined);
}

SearchPlan SearchPlan::of_batches(const std::vector<Dot>& newest_first) {
    SearchPlan plan;
    for (const Dot& dot : newest_first) plan.classes_.push_back({Match::batch, {}, {}, {}, dot, {}});
    return plan;
}

/// How many whole ones it can be.
std::size_t SearchPlan::add_numbers(std::string_view tidy) {
    const auto add = [&](Match match, std::string number, bool beginning) {
        SearchWord word{{}, std::move(number), beginning};
        classes_.push_back({match, word_terms(word), {word}, {}, {}, {}});
    };
    std::vector<std::string> meant = numbers_meant(tidy);
    for (std::string& number : meant) add(Match::number, std::move(number), false);
    for (std::string& beginning : beginnings_meant(tidy)) add(Match::number_start, std::move(beginning), true);
    return meant.size();
}

void SearchPlan::add_names(std::string_view tidy, std::string_view joined) {
    const std::string closed = closed_up(joined);
    const SearchWord name{closed, {}, true};  // the last word may still be typed
    classes_.push_back({Match::name, {{whole_name_term(closed), false}}, {name}, {}, {}, {}});

    Terms starting;
    const std::string_view first = first_characters(closed);
    const bool alone = first.size() == closed.size() && utf8_at(first, 0).size == first.size();
    add_term(starting, {std::string(1, start_mark).append(first), alone});
    if (first.size() < closed.size()) add_name_part_terms(starting, closed);
    classes_.push_back({Match::name_start, std::move(starting), {name}, {}, {}, {}});

    const std::vector<SoundReading> sounds =
        is_long_number(joined) ? std::vector<SoundReading>{} : sound_readings(tidy);
    for (const SoundReading& sound : sounds)
        classes_.push_back({Match::sound, sound_terms(sound, SoundExtent::whole), {}, sound, {}, {}});

    Terms parts;
    add_name_part_terms(parts, closed);
    classes_.push_back({Match::name_part, std::move(parts), {name}, {}, {}, {}});
    for (const SoundReading& sound : sounds)
        classes_.push_back({Match::sound_start, sound_terms(sound, SoundExtent::part), {}, sound, {}, {}});
    for (const SoundReading& sound : sounds)
        classes_.push_back({Match::sound_part, sound_terms(sound, SoundExtent::part), {}, sound, {}, {}});
}

void SearchPlan::add_text(std::string_view joined) {
    const SearchWord text{std::string(joined), {}, true};
    classes_.push_back({Match::text_part, word_terms(text), {text}, {}, {}, {}});
}

bool SearchPlan::passes(const SearchClass& wanted, const Candidate& candidate) const {
    const auto any_name = [&](const auto& test) {
        const SearchedText& text = candidate.names();
        return std::any_of(text.names.begin(), text.names.end(),
                           [&](const SearchedText::Name& name) { return test(text.name(name)); });
    };
    const auto any_sound = [&](const auto& test) {
        return std::any_of(candidate.sounds().begin(), candidate.sounds().end(), test);
    };
    const auto is_wanted = [&](const std::string& one) {
        return std::binary_search(wanted.any_of.begin(), wanted.any_of.end(), one);
    };
    switch (wanted.match) {
        case Match::name:
            return any_name([&](std::string_view name) {
                const auto at = find_closed_up(name, wanted.words[0].text, false);
                return at && at->begin == 0 && at->end == name.size();
            });
        case Match::name_start:
            return any_name([&](std::string_view name) {
                const auto at = find_closed_up(name, wanted.words[0].text, true);
                return at && at->begin == 0;
            });
        case Match::name_part:
            return any_name(
                [&](std::string_view name) { return find_closed_up(name, wanted.words[0].text, true).has_value(); });
        case Match::sound:
            return any_sound([&](const std::vector<Sound>& name) {
                const auto at = find_sound(name, wanted.sound, fuzzy_);
                return at && at->begin == 0 && at->end == name.size();
            });
        case Match::sound_start:
            return any_sound([&](const std::vector<Sound>& name) {
                const auto at = find_sound(name, wanted.sound, fuzzy_);
                return at && at->begin == 0;
            });
        case Match::sound_part:
            return any_sound(
                [&](const std::vector<Sound>& name) { return find_sound(name, wanted.sound, fuzzy_).has_value(); });
        case Match::number_within: {
            const std::vector<std::string>& numbers = candidate.numbers().numbers;
            return std::any_of(numbers.begin(), numbers.end(), is_wanted);
        }
        case Match::name_within:
            return any_name([&](std::string_view name) { return is_wanted(closed_up(name)); });
        default:
            return std::all_of(wanted.words.begin(), wanted.words.end(), [&](const SearchWord& word) {
                return has_word(word, is_text(word) ? candidate.text() : candidate.numbers());
            });
    }
}

std::optional<std::size_t> SearchPlan::class_of(const Candidate& candidate) const {
    for (std::size_t i = 0; i < classes_.size(); ++i)
        if (passes(classes_[i], candidate)) return i;
    return std::nullopt;
}

bool SearchPlan::is_of_class(std::size_t number, const Candidate& candidate) const {
    const auto passed = [&](const SearchClass& wanted) { return passes(wanted, candidate); };
    const auto end = classes_.begin() + static_cast<std::ptrdiff_t>(number);
    return passed(*end) && std::none_of(classes_.begin(), end, passed);
}

}  // namespace minglu
