#include "catalog/lookalike/beginnings.hpp"

#include <unicode/brkiter.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <utility>

#include "catalog/text/normalise.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {

namespace {

constexpr int rest_percent = 95;
/// Where a mark ends is guessed, a beginning must be more like one: with 0, a tenth of innocent names with goods behind
/// them meet one of a million generated marks, with 6 one in a hundred.
constexpr int guess_margin = 6;
constexpr std::size_t rest_units_min = 2;
/// Most Chinese marks have two to four characters. Two of them are like those of too many others to be looked for where
/// nothing says that the mark ends there.
constexpr std::size_t characters_min = 3;
constexpr std::size_t characters_max = 5;
constexpr std::size_t characters_before_gap_min = 2;
constexpr std::size_t letters_before_gap_min = 4;

std::unique_ptr<const icu::BreakIterator> open_words() {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<const icu::BreakIterator> words(
        icu::BreakIterator::createWordInstance(icu::Locale::getChinese(), status));
    if (U_FAILURE(status) != 0) throw std::runtime_error("ICU lacks its dictionary of words");
    return words;
}

std::size_t leading_characters(std::u32string_view units) {
    const auto end = std::find_if_not(units.begin(), units.end(), is_cjk);
    return static_cast<std::size_t>(end - units.begin());
}

std::size_t leading_letters(std::u32string_view units) {
    const auto end = std::find_if(units.begin(), units.end(), is_cjk);
    return static_cast<std::size_t>(end - units.begin());
}

/// Enough to be a mark that ends where the writer lets it end.
bool is_enough(std::u32string_view units) {
    const std::size_t characters = leading_characters(units);
    return characters >= characters_before_gap_min || (characters == 0 && units.size() >= letters_before_gap_min);
}

/// Where words end, by ICU's dictionary of Chinese: how many units stand before each such place.
std::set<std::size_t> word_ends(std::u32string_view units) {
    static const std::unique_ptr<const icu::BreakIterator> words = open_words();
    icu::UnicodeString text;
    std::map<std::int32_t, std::size_t> units_before;
    for (std::size_t i = 0; i < units.size(); ++i) {
        text.append(static_cast<UChar32>(units[i]));
        units_before[text.length()] = i + 1;
    }
    const std::unique_ptr<icu::BreakIterator> iterator(words->clone());
    iterator->setText(text);
    std::set<std::size_t> ends;
    for (std::int32_t end = iterator->next(); end != icu::BreakIterator::DONE; end = iterator->next())
        ends.insert(units_before[end]);
    return ends;
}

/// How many units stand before the first space.
std::size_t units_before_space(std::string_view text) {
    const std::string tidy = tidy_cell(text);
    const std::size_t space = tidy.find(' ');
    return space == std::string::npos ? 0 : sign_of(std::string_view(tidy).substr(0, space)).units.size();
}

Beginning cut(const Sign& sign, std::size_t size, bool is_set_apart) {
    const auto end = static_cast<std::ptrdiff_t>(size);
    Beginning beginning;
    beginning.sign.units = sign.units.substr(0, size);
    beginning.is_set_apart = is_set_apart;
    beginning.sign.written.assign(sign.written.begin(), sign.written.begin() + end);
    for (std::size_t i = size; i < sign.written.size(); ++i) beginning.rest += sign.written[i];
    return beginning;
}

}  // namespace

std::vector<Beginning> beginnings_of(std::string_view text) {
    const Sign sign = sign_of(text);
    const std::u32string_view units = sign.units;
    std::map<std::size_t, bool> sizes;  // and whether the writer ends there
    const std::size_t characters = leading_characters(units);
    for (const std::size_t end : word_ends(units))
        if (end >= characters_min && end <= std::min(characters, characters_max)) sizes.emplace(end, false);
    for (const std::size_t gap : {units_before_space(text), characters, leading_letters(units)})
        if (gap > 0 && is_enough(units.substr(0, gap))) sizes[gap] = true;
    std::vector<Beginning> beginnings;
    for (const auto& [size, is_set_apart] : sizes)
        if (size + rest_units_min <= units.size()) beginnings.push_back(cut(sign, size, is_set_apart));
    return beginnings;
}

int Beginning::score_min(int score) const {
    const int enough = (score * 100 + rest_percent - 1) / rest_percent;
    return is_set_apart ? enough : enough + guess_margin;
}

int score_with_rest(int score) {
    return score * rest_percent / 100;
}

Comparison with_rest(Comparison comparison, const std::string& rest) {
    // These hold of the beginning alone.
    std::erase_if(comparison.rules, [](SimilarityRule rule) {
        return rule == SimilarityRule::identical || rule == SimilarityRule::same_units;
    });
    comparison.score = score_with_rest(comparison.score);
    comparison.units.push_back({rest, {}, {0, Reasons{} | Reason::added}});
    comparison.rules.push_back(SimilarityRule::goods_addition);
    return comparison;
}

bool begins_with_mark(const Comparison& comparison) {
    return !comparison.rules.empty() && comparison.rules.back() == SimilarityRule::goods_addition &&
           comparison.score == score_with_rest(100);
}

}  // namespace minglu
