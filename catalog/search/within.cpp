#include "catalog/search/within.hpp"

#include <algorithm>

#include "catalog/identifiers/entry_key.hpp"
#include "catalog/identifiers/gi.hpp"
#include "catalog/identifiers/number_text.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/identifiers/typed_number.hpp"
#include "catalog/identifiers/uscc.hpp"
#include "catalog/search/word_parts.hpp"
#include "catalog/text/text_units.hpp"

namespace minglu {
namespace {

/// Sizes of names in characters and words, up to `most`, the commonest first: what is cut off is what hardly anybody is
/// called.
std::vector<std::size_t> name_sizes(std::size_t most) {
    std::vector<std::size_t> sizes{1, 4, 3, 2};
    for (std::size_t size = sizes.size() + 1; size <= most; ++size) sizes.push_back(size);
    return sizes;
}

constexpr std::size_t letters_min = 3;
/// No number of a right has less.
constexpr std::ptrdiff_t digits_min = 5;

void add_new(std::vector<std::string>& to, std::string text) {
    if (!text.empty() && std::find(to.begin(), to.end(), text) == to.end()) to.push_back(std::move(text));
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// What a name is made of: a Chinese character or a word of another script.
struct Unit {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool cjk = false;
};

std::vector<Unit> units_of(std::string_view text) {
    std::vector<Unit> units;
    for_each_run(text, [&](const TextRun& run) {
        for_each_unit(run, [&](std::string_view unit) {
            const auto begin = static_cast<std::size_t>(unit.data() - text.data());
            units.push_back({begin, begin + unit.size(), run.cjk});
        });
    });
    return units;
}

/// Rows of letters in a word that has digits, too.
template <class Visit>
void for_each_letters(std::string_view word, const Visit& visit) {
    if (std::none_of(word.begin(), word.end(), is_digit)) return;
    for (std::size_t at = 0; at < word.size();) {
        std::size_t end = at;
        while (end < word.size() && is_letter(word[end])) ++end;
        if (end - at >= letters_min) visit(word.substr(at, end - at));
        at = std::max(end, at + 1);
    }
}

bool is_number_character(char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '/' || c == '-';
}

/// Rows of letters and digits; with `spaced` what spaces part counts as one.
template <class Visit>
void for_each_plain(std::string_view text, bool spaced, const Visit& visit) {
    const auto is_plain = [&](char c) { return is_number_character(c) || (spaced && c == ' '); };
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_plain(text[end])) ++end;
        std::string_view row = text.substr(at, end - at);
        while (!row.empty() && !is_letter(row.front()) && !is_digit(row.front())) row.remove_prefix(1);
        while (!row.empty() && !is_letter(row.back()) && !is_digit(row.back())) row.remove_suffix(1);
        if (!row.empty()) visit(row);
        at = std::max(end, at + 1);
    }
}

}  // namespace

WithinText names_within(std::string_view joined) {
    const std::string closed = closed_up(joined);
    const std::vector<Unit> units = units_of(joined);
    WithinText names;
    std::vector<std::string>& found = names.found;
    for_each_run(joined, [&](const TextRun& run) {
        if (run.cjk) return;
        for_each_letters(run.text, [&](std::string_view letters) { found.emplace_back(letters); });
    });
    for (const std::size_t size : name_sizes(units.size())) {
        for (std::size_t first = 0; first + size <= units.size(); ++first) {
            const std::size_t begin = units[first].begin;
            const std::size_t end = units[first + size - 1].end;
            if (size == 1 && (units[first].cjk || end - begin == 1)) continue;
            std::string name = closed_up(joined.substr(begin, end - begin));
            if (name == closed) continue;
            if (found.size() == names_within_max) {
                names.is_cut = true;
                return names;
            }
            found.push_back(std::move(name));
        }
    }
    return names;
}

bool may_have_number(std::string_view text) {
    constexpr std::string_view numerals = "〇零一二三四五六七八九十百０１２３４５６７８９";
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view sign = text.substr(at, utf8_at(text, at).size);
        if (is_digit(sign.front()) || (sign.size() == 3 && numerals.find(sign) != std::string_view::npos)) return true;
        at += sign.size();
    }
    return false;
}

std::vector<std::string> numbers_meant(std::string_view text) {
    std::vector<std::string> terms;
    if (!may_have_number(text)) return terms;
    const auto add = [&](std::string_view number) { add_new(terms, number_term(number)); };
    if (const auto key = parse_entry_key(text)) {
        const std::string_view rest = text.substr(text.find('/') + 1);
        if (rest.find_first_of("0123456789") != std::string_view::npos) add(rest);
        return terms;
    }
    const std::vector<std::string> numbers = typed_numbers(text);
    for (const std::string& number : numbers) add(number);
    if (const auto announcement = parse_announcement_serial(text)) add(*announcement);
    const std::string bare = without_number_label(text);
    if (const auto code = read_uscc(bare)) add(*code);
    for (const std::string& number : numbers)
        if (const auto international = with_left_out_g(number)) add(*international);
    return terms;
}

WithinText numbers_within(std::string_view tidy) {
    WithinText numbers;
    const auto look = [&](std::string_view text) {
        if (std::count_if(text.begin(), text.end(), is_digit) < digits_min) return;
        for (std::string& number : numbers_meant(text)) {
            if (numbers.found.size() < numbers_within_max) {
                add_new(numbers.found, std::move(number));
            } else {
                numbers.is_cut = true;
            }
        }
    };
    for (const std::string& word : split_spaces(tidy)) look(word);
    for_each_plain(tidy, true, look);
    for_each_plain(tidy, false, look);
    return numbers;
}

}  // namespace minglu
