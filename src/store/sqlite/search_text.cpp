#include "src/store/sqlite/search_text.hpp"

#include "catalog/area_filter.hpp"
#include "catalog/entry_filter.hpp"

namespace minglu {
namespace {

std::string_view cut(std::string_view value) {
    constexpr std::size_t value_bytes_max = postings::term_bytes_max - 2;
    return value.substr(0, value_bytes_max);
}

/// Keeps a word that looks like a filter from being one.
std::string_view word_mark(std::string_view word) {
    return word.starts_with('~') ? "~" : "";
}

}  // namespace

void FiledTerms::add(std::string_view mark, std::string_view value) {
    if (value.empty()) return;
    value = cut(value);
    postings::append_varint(bytes_, mark.size() + value.size());
    bytes_.append(mark).append(value);
}

FiledTerms::FiledTerms(const EntryKey& key, const Period& period) {
    bytes_.reserve(period.terms.size() * 8 + 96);
    for (const std::string& term : period.terms) add(word_mark(term), term);
    const KeyParts parts = parts_of(key);
    add("~k", name(parts.kind));
    add("~n", parts.nice_class);
    add("~l", period.listing);
    add("~s", period.legal_status);
    for (const std::string& area : areas_of(period)) add("~r", area);
    add("~t", period.subtype);
    add("~g", period.category);
    add("~h", period.home);
}

std::vector<postings::WantedTerm> wanted_terms(const EntryQuery& query) {
    std::vector<postings::WantedTerm> wanted;
    const auto ask = [&](std::string_view mark, std::string_view value, bool prefix = false) {
        if (!value.empty()) wanted.push_back({std::string(mark).append(cut(value)), prefix});
    };
    for (const EntryQuery::Term& term : query.terms) ask(word_mark(term.text), term.text, term.prefix);
    if (query.kind) ask("~k", name(*query.kind));
    ask("~n", query.nice_class);
    if (query.listing != any_listing) ask("~l", query.listing);
    ask("~s", query.legal_status);
    ask("~r", query.region_prefix, query.region_prefix.size() % 2 != 0);
    ask("~t", query.subtype);
    ask("~g", query.category);
    ask("~h", query.home);
    return wanted;
}

}  // namespace minglu
