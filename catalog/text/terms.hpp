#pragma once
/// Our own text analysis: what an entry is found by. Any search engine that can match whole terms and prefixes does the
/// rest; catalog/search asks.
///
/// Terms of all text: of Chinese text each pair of neighbours, and the last character of a run alone, so that one
/// character is the prefix of a term wherever it stands; lower-case words of other scripts and digits; identifiers as
/// `#` + normalised number in lower case. Terms of names alone, each with a mark in front: `=` a hash of the whole
/// name, `<` its first two characters, `@` its pairs, its words, and words in a row closed up, `^` pairs of syllables
/// as `southern` spells them, each way to read the characters ("^hu'lin", the last one alone "^zai'"), as they were
/// written and as the standard ones, `&` four initials in a row, and what is left of them at the end. A term is never
/// empty, at most `term_bytes_max` bytes long behind its mark, and has no space in it but behind `<`.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/ids.hpp"

namespace minglu {

constexpr std::size_t term_bytes_max = 96;  ///< longer words are cut, in the index as in queries

/// Tells whether an index was filed by this analysis: changes with its rules and with the tables that it looks into.
[[nodiscard]] std::string text_analysis_version();

/// Terms of one entry, no duplicates, in no particular order. `view` is the canonical JSON object of its merged fields.
/// Taken: the key's number with and without class, fields of type number, credit codes, and the text of names, holders,
/// goods, notes, category, region name and alternative text.
[[nodiscard]] std::vector<std::string> index_terms(const EntryKey& key, std::string_view view);

}  // namespace minglu
