#include "catalog/search/plan.hpp"

#include <algorithm>
#include <array>

#include "catalog/identifiers/entry_key.hpp"
#include "catalog/identifiers/number_text.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/identifiers/typed_number.hpp"
#include "catalog/identifiers/uscc.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/terms.hpp"

namespace minglu {
namespace {

using Terms = std::vector<EntryQuery::Term>;

/// Further words are not looked at.
constexpr std::size_t words_max = 50;
/// More terms than this narrow nothing down; what is left out is looked at in the entry itself.
constexpr std::size_t terms_max = 24;
/// Ways to take each word for text or for a number.
constexpr std::size_t word_choices_max = 6;
constexpr std::size_t pieces_max = 16;
/// A Chinese run as long as this is looked for in pairs, too; one of just this length, as most names have it, only
/// where nothing else is found.
constexpr std::size_t pairs_characters_min = 4;

std::vector<std::string> split_spaces(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (end > at) parts.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

void add_term(Terms& terms, EntryQuery::Term term) {
    const bool known = std::any_of(terms.begin(), terms.end(), [&](const EntryQuery::Term& other) {
        return other.text == term.text && other.prefix == term.prefix;
    });
    if (!known && terms.size() < terms_max) terms.push_back(std::move(term));
}

/// Pairs of neighbours, without the last character alone.
template <class Visit>
void for_each_whole_pair(const TextRun& run, const Visit& visit) {
    std::size_t left = run.characters - 1;
    for_each_pair(run.text, [&](std::string_view pair) {
        if (left-- > 0) visit(pair);
    });
}

/// Terms of Chinese characters that stand together; with `mark` in front, those of names.
void add_pair_terms(Terms& terms, const TextRun& run, std::string_view mark = {}) {
    // A character is filed with the one behind it, or alone at the end of its run.
    if (run.characters == 1) return add_term(terms, {std::string(mark).append(run.text), true});
    for_each_whole_pair(run, [&](std::string_view pair) { add_term(terms, {std::string(mark).append(pair), false}); });
}

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

/// Every number that the whole of `text` may be; of a trademark with its class, where that stands there.
std::vector<std::string> numbers_meant(std::string_view text) {
    std::vector<std::string> terms;
    const auto add = [&](std::string_view number) {
        std::string term = number_term(number);
        if (!term.empty() && std::find(terms.begin(), terms.end(), term) == terms.end())
            terms.push_back(std::move(term));
    };
    if (const auto key = parse_entry_key(text)) {
        const std::string_view rest = text.substr(text.find('/') + 1);
        if (rest.find_first_of("0123456789") != std::string_view::npos) add(rest);
        return terms;
    }
    for (const std::string& number : typed_numbers(text)) add(number);
    const std::string bare = without_number_label(text);
    if (const auto code = parse_uscc(bare)) add(*code);
    // Of an international registration the G is left out at times.
    if (is_digits(bare))
        if (const auto madrid = parse_trademark_number("G" + bare)) add(*madrid);
    return terms;
}

/// At least four letters and digits, with a digit among them.
bool may_begin_number(std::string_view text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.';
    });
    return plain && text.size() >= 4 && text.find_first_of("0123456789") != std::string_view::npos;
}

/// Nobody's name: where a name has it, it is found as in any other text.
bool is_long_number(std::string_view joined) {
    constexpr std::ptrdiff_t digits_min = 7;
    return std::count_if(joined.begin(), joined.end(), [](char c) { return c >= '0' && c <= '9'; }) >= digits_min;
}

/// What one typed word may be, text last; one that is `alone` was looked at as a number already.
std::vector<SearchWord> choices_of(const std::string& typed, bool alone, bool last) {
    std::vector<SearchWord> choices;
    if (!alone) {
        for (std::string& number : numbers_meant(typed)) choices.push_back({{}, std::move(number), false});
        if (last && may_begin_number(typed)) choices.push_back({{}, number_term(typed), true});
    }
    std::string text = searchable(typed);
    if (!text.empty()) choices.push_back({std::move(text), {}, last});
    return choices;
}

bool is_text(const SearchWord& word) {
    return word.number.empty();
}

Terms terms_of_words(const std::vector<SearchWord>& words) {
    Terms terms;
    for (const SearchWord& word : words)
        for (EntryQuery::Term& term : word_terms(word)) add_term(terms, std::move(term));
    return terms;
}

/// Of one word: pairs of its long Chinese runs, and its short ones. What is neither, such as "80g" on a packet, says
/// little alone.
std::vector<SearchWord> pieces_of(std::string_view joined) {
    std::vector<SearchWord> pieces;
    std::size_t runs = 0;
    for_each_run(joined, [&](const TextRun& run) {
        ++runs;
        const bool has_digit = run.text.find_first_of("0123456789") != std::string_view::npos;
        if (run.cjk && run.characters >= pairs_characters_min) {
            for_each_whole_pair(run, [&](std::string_view pair) { pieces.push_back({std::string(pair), {}, false}); });
        } else if (run.characters > 1 && !has_digit) {
            pieces.push_back({std::string(run.text), {}, false});
        }
    });
    // A word that is one short run was looked for already.
    if (runs == 1 && pieces.size() == 1) pieces.clear();
    return pieces;
}

}  // namespace

std::string_view name(Match match) {
    constexpr std::array<std::string_view, 12> names{"number",    "number_start", "name",       "name_start",
                                                     "sound",     "name_part",    "sound_part", "text_part",
                                                     "all_words", "some_words",   "batch",      "any"};
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

SearchPlan::SearchPlan(std::string_view typed, bool fuzzy) : fuzzy_(fuzzy) {
    const std::string tidy = tidy_cell(typed);
    if (tidy.empty()) {
        if (typed.find_first_not_of(" \t\r\n") == std::string_view::npos) classes_.push_back({});
        return;
    }
    const std::string joined = searchable(tidy);
    const std::size_t numbers = add_numbers(tidy);
    if (is_long_number(joined)) settling_classes_ = numbers;
    if (!joined.empty() && settling_classes_ == 0) add_names(joined);
    if (!joined.empty()) add_text(joined);
    add_words(split_spaces(tidy));
}

SearchPlan SearchPlan::of_batches(const std::vector<Dot>& newest_first) {
    SearchPlan plan;
    for (const Dot& dot : newest_first) plan.classes_.push_back({Match::batch, {}, {}, {}, dot});
    return plan;
}

/// How many it can be.
std::size_t SearchPlan::add_numbers(std::string_view tidy) {
    const auto add = [&](Match match, std::string number, bool beginning) {
        SearchWord word{{}, std::move(number), beginning};
        classes_.push_back({match, word_terms(word), {word}, {}, {}});
    };
    std::vector<std::string> meant = numbers_meant(tidy);
    for (std::string& number : meant) add(Match::number, std::move(number), false);
    // The catalogue may have another publication of the same application.
    for (const std::string& number : typed_numbers(tidy))
        if (const auto stem = publication_stem(number); !stem.empty())
            add(Match::number_start, number_term(stem), true);
    if (may_begin_number(tidy)) add(Match::number_start, number_term(tidy), true);
    return meant.size();
}

void SearchPlan::add_names(std::string_view joined) {
    const std::string closed = closed_up(joined);
    const SearchWord name{closed, {}, true};  // the last word may still be typed
    classes_.push_back({Match::name, {{whole_name_term(closed), false}}, {name}, {}, {}});

    Terms starting;
    const std::string_view first = first_characters(closed);
    const bool alone = first.size() == closed.size() && utf8_at(first, 0).size == first.size();
    add_term(starting, {std::string(1, start_mark).append(first), alone});
    if (first.size() < closed.size()) add_name_part_terms(starting, closed);
    classes_.push_back({Match::name_start, std::move(starting), {name}, {}, {}});

    const std::vector<SoundReading> sounds = sound_readings(joined);
    for (const SoundReading& sound : sounds)
        classes_.push_back({Match::sound, sound_terms(sound, SoundExtent::whole), {}, sound, {}});

    Terms parts;
    add_name_part_terms(parts, closed);
    classes_.push_back({Match::name_part, std::move(parts), {name}, {}, {}});
    for (const SoundReading& sound : sounds)
        classes_.push_back({Match::sound_part, sound_terms(sound, SoundExtent::part), {}, sound, {}});
}

void SearchPlan::add_text(std::string_view joined) {
    const SearchWord text{std::string(joined), {}, true};
    classes_.push_back({Match::text_part, word_terms(text), {text}, {}, {}});
}

/// Words joined by nothing but spaces, each taken for what it may be; all text last.
void SearchPlan::add_words(const std::vector<std::string>& typed) {
    std::vector<std::vector<SearchWord>> product{{}};
    for (std::size_t i = 0; i < std::min(typed.size(), words_max); ++i) {
        const std::vector<SearchWord> choices = choices_of(typed[i], typed.size() == 1, i + 1 == typed.size());
        if (choices.empty()) continue;
        std::vector<std::vector<SearchWord>> longer;
        for (const auto& left : product) {
            for (const SearchWord& choice : choices) {
                longer.push_back(left);
                longer.back().push_back(choice);
            }
        }
        if (longer.size() > word_choices_max) {
            std::swap(longer[word_choices_max - 1], longer.back());
            longer.resize(word_choices_max);
        }
        product = std::move(longer);
    }
    for (std::vector<SearchWord>& words : product) {
        // The parts of a list are words of their own.
        std::vector<SearchWord> single;
        for (const SearchWord& word : words) {
            if (!is_text(word)) single.push_back(word);
            const std::vector<std::string> parts = split_spaces(word.text);
            for (std::size_t i = 0; i < parts.size(); ++i)
                single.push_back({parts[i], {}, word.beginning && i + 1 == parts.size()});
        }
        if (single.size() < 2) continue;
        classes_.push_back({Match::all_words, terms_of_words(single), single, {}, {}});
        words = std::move(single);
    }
    if (!product.empty())
        add_pieces(product.back().size() == 1 ? product.back().front().text : std::string(), product.back());
}

void SearchPlan::add_pieces(std::string_view joined, const std::vector<SearchWord>& words) {
    const bool by_words = words.size() > 1;
    bool is_split = false;
    std::vector<SearchWord> pieces = by_words ? std::vector<SearchWord>{} : pieces_of(joined);
    for (std::size_t i = 0; by_words && i < words.size(); ++i) {
        // "老干妈280g" among words is what it is alone.
        const std::vector<SearchWord> parts = is_text(words[i]) ? pieces_of(words[i].text) : std::vector<SearchWord>{};
        const bool is_mixed = parts.size() == 1 && parts.front().text != words[i].text;
        is_split = is_split || is_mixed;
        pieces.push_back(is_mixed ? parts.front() : words[i]);
    }
    std::vector<SearchWord> spread;
    const std::size_t count = std::min(pieces.size(), pieces_max);
    for (std::size_t i = 0; i < count; ++i) spread.push_back(pieces[i * pieces.size() / count]);
    pieces_most_ = by_words && !is_split && count == words.size() ? count - 1 : count;
    pieces_least_ = by_words || count <= 1 ? 1 : std::max<std::size_t>(2, count * 2 / 5);
    pieces_if_none_ = !by_words && count + 1 == pairs_characters_min;
    pieces_ = std::move(spread);
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
                return name.size() == wanted.sound.size() && find_sound(name, wanted.sound, fuzzy_).has_value();
            });
        case Match::sound_part:
            return any_sound(
                [&](const std::vector<Sound>& name) { return find_sound(name, wanted.sound, fuzzy_).has_value(); });
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
