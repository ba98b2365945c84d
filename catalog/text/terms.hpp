#pragma once
/// Our own text analysis: what an entry is found by, and what a query asks for. Any search engine that can match whole
/// terms and prefixes does the rest.
///
/// Terms: of Chinese text each pair of neighbours, and the last character of a run alone, so that one character is the
/// prefix of a term wherever it stands; lower-case words of other scripts and digits; identifiers as
/// `#` + normalised number in lower case. A term holds letters, digits, marks, non-ASCII characters, and in identifiers
/// # . / - _ only; it is never empty and at most `term_bytes_max` bytes long.
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/ids.hpp"
#include "minglu/store.hpp"

namespace minglu {

constexpr std::size_t term_bytes_max = 96;  ///< longer words are cut, in the index as in queries
/// Alternatives that a query is expanded to at most.
constexpr std::size_t query_alternatives_max = 8;

/// Tells whether an index was filed by this analysis: changes with its rules and with the tables that it looks into.
[[nodiscard]] std::string text_analysis_version();

/// Terms of one entry, no duplicates, in no particular order. `view` is the canonical JSON object of its merged fields.
/// Taken: the key's number with and without class, fields of type number, credit codes, and the text of names, holders,
/// goods, notes, category, region name and alternative text.
[[nodiscard]] std::vector<std::string> index_terms(const EntryKey& key, std::string_view view);

/// One way to read a query: all terms must match, then `accept` (when set) has the last word on a hit.
struct AnalysedQuery {
    std::vector<EntryQuery::Term> terms;
    std::function<bool(const EntryHit&)> accept;
};

/// Every reading of `text`, most specific first; the answer is their union. An identifier in any spelling (see
/// `number_candidates`), "number/class" and whole keys are exact, the beginning of a number is a prefix. Other text:
/// words by white space are ANDed, Chinese from one character up, two and more characters in a row stand together in
/// one field; a Latin word or number at the end is a prefix. Empty when nothing in `text` can be searched for.
[[nodiscard]] std::vector<AnalysedQuery> analyse_query(std::string_view text);

}  // namespace minglu
