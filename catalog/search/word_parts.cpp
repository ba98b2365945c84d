#include "catalog/search/word_parts.hpp"

namespace minglu {
namespace {

/// More terms than this narrow nothing down; what is left out is looked at in the entry itself.
constexpr std::size_t terms_max = 24;

}  // namespace

std::vector<std::string> split_spaces(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (end > at) parts.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

std::size_t characters_in(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); at += utf8_at(text, at).size) ++count;
    return count;
}

bool may_begin_number(std::string_view text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.';
    });
    return plain && text.size() >= 4 && text.find_first_of("0123456789") != std::string_view::npos;
}

void add_term(Terms& terms, EntryQuery::Term term) {
    const bool known = std::any_of(terms.begin(), terms.end(), [&](const EntryQuery::Term& other) {
        return other.text == term.text && other.prefix == term.prefix;
    });
    if (!known && terms.size() < terms_max) terms.push_back(std::move(term));
}

void add_pair_terms(Terms& terms, const TextRun& run, std::string_view mark) {
    // A character is filed with the one behind it, or alone at the end of its run.
    if (run.characters == 1) return add_term(terms, {std::string(mark).append(run.text), true});
    for_each_whole_pair(run, [&](std::string_view pair) { add_term(terms, {std::string(mark).append(pair), false}); });
}

}  // namespace minglu
