#include <algorithm>
#include <array>

#include "catalog/search/within.hpp"
#include "catalog/search/word_parts.hpp"
#include "catalog/text/normalise.hpp"

/// The classes of a plan that take the text apart: all words, what stands whole within it, and its pieces.
namespace minglu {
namespace {

/// Further words are not looked at.
constexpr std::size_t words_max = 50;
/// Ways to take each word for text or for a number.
constexpr std::size_t word_choices_max = 6;
constexpr std::size_t pieces_max = 16;

/// "品牌：老干娘" → "品牌，老干娘": what is labelled, or set off from its neighbour, is a word of its own.
std::string without_labels(std::string_view typed) {
    constexpr std::array<std::string_view, 2> colons{":", "："};
    constexpr std::array<std::string_view, 6> dashes{"-", "–", "—", "/", "|", "_"};
    std::string out;
    bool after_cjk = false;
    for (std::size_t at = 0; at < typed.size();) {
        const Utf8Step step = utf8_at(typed, at);
        const std::string_view sign = typed.substr(at, step.size);
        at += step.size;
        const bool before_cjk = at < typed.size() && is_cjk(utf8_at(typed, at).code);
        const bool parts = std::find(colons.begin(), colons.end(), sign) != colons.end() ||
                           (after_cjk && before_cjk && std::find(dashes.begin(), dashes.end(), sign) != dashes.end());
        out.append(parts ? "，" : sign);
        after_cjk = is_cjk(step.code);
    }
    return out;
}

/// What one typed word may be, text last; one that is `alone` was looked at as a number already.
std::vector<SearchWord> choices_of(const std::string& typed, bool alone, bool last) {
    std::vector<SearchWord> choices;
    if (!alone) {
        for (std::string& number : numbers_meant(typed)) choices.push_back({{}, std::move(number), false});
        if (last && may_begin_number(typed)) choices.push_back({{}, number_term(typed), true});
    }
    std::string text = searchable(without_labels(typed));
    if (!text.empty()) choices.push_back({std::move(text), {}, last});
    return choices;
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

/// Words joined by nothing but spaces, each taken for what it may be; all text last.
void SearchPlan::add_words(const std::vector<std::string>& typed) {
    is_cut_ = typed.size() > words_max;
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
        classes_.push_back({Match::all_words, terms_of_words(single), single, {}, {}, {}});
        words = std::move(single);
    }
    if (product.empty()) return;
    add_pieces(product.back().size() == 1 ? product.back().front().text : std::string(), product.back());
}

/// Long names before short ones, which stand in a text by chance.
void SearchPlan::add_within(std::string_view tidy, std::string_view joined) {
    const auto add = [&](Match match, std::vector<std::string> any_of) {
        if (any_of.empty()) return;
        std::sort(any_of.begin(), any_of.end());
        any_of.erase(std::unique(any_of.begin(), any_of.end()), any_of.end());
        classes_.push_back({match, {}, {}, {}, {}, std::move(any_of)});
    };
    WithinText numbers = numbers_within(tidy);
    add(Match::number_within, std::move(numbers.found));
    WithinText names = names_within(joined);
    is_cut_ = is_cut_ || numbers.is_cut || names.is_cut;
    std::array<std::vector<std::string>, 3> by_size;
    for (std::string& name : names.found) {
        const std::size_t characters = characters_in(name);
        by_size[characters > 3 ? 0 : characters == 3 ? 1 : 2].push_back(std::move(name));
    }
    for (std::vector<std::string>& some : by_size) add(Match::name_within, std::move(some));
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
    if (!by_words && count + 1 == pairs_characters_min) sufficient_classes_ = classes_.size();
    is_cut_ = is_cut_ || count < pieces.size();
    pieces_ = std::move(spread);
}

}  // namespace minglu
