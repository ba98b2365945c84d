#pragma once
/// How a plan takes what was typed apart: into words, pairs of characters, and terms for them.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/search/plan.hpp"

namespace minglu {

using Terms = std::vector<EntryQuery::Term>;

/// A Chinese run as long as this is looked for in pairs, too; one of just this length, as most names have it, only
/// where nothing else is found.
constexpr std::size_t pairs_characters_min = 4;

[[nodiscard]] std::vector<std::string> split_spaces(std::string_view text);
[[nodiscard]] std::size_t characters_in(std::string_view text);
/// At least four letters and digits, with a digit among them.
[[nodiscard]] bool may_begin_number(std::string_view text);

/// What is not there yet, as long as there are few.
void add_term(Terms& terms, EntryQuery::Term term);

/// Pairs of neighbours, without the last character alone.
template <class Visit>
void for_each_whole_pair(const TextRun& run, const Visit& visit) {
    std::size_t left = run.characters - 1;
    for_each_pair(run.text, [&](std::string_view pair) {
        if (left-- > 0) visit(pair);
    });
}

/// Terms of Chinese characters that stand together; with `mark` in front, those of names.
void add_pair_terms(Terms& terms, const TextRun& run, std::string_view mark = {});

[[nodiscard]] inline bool is_text(const SearchWord& word) {
    return word.number.empty();
}

}  // namespace minglu
