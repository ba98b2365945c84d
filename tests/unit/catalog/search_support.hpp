#pragma once
/// A catalogue small enough to be right, for searches over it.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "catalog/search/facets.hpp"
#include "catalog/search/search.hpp"
#include "catalog/text/terms.hpp"

namespace minglu::test {

inline const Day today = *parse_day("2026-06-01");

/// An entry whose number is its place, from 1.
struct Stored {
    std::string key;  ///< empty: it is not there
    std::string view;
};

inline std::string field(const std::string& view, const std::string& name) {
    const std::string member = "\"" + name + "\":\"";
    const std::size_t at = view.find(member);
    return at == std::string::npos
               ? std::string()
               : view.substr(at + member.size(), view.find('"', at + member.size()) - at - member.size());
}

/// Reads the entries anew for each question: what is added to them or removed is.
inline EntrySource source_of(const std::vector<Stored>& entries) {
    EntrySource source;
    source.writers = [](const EntryHit&) { return std::vector<Writer>{}; };
    source.verdict = [](const EntryHit& hit) {
        return protection_of(hit.key, std::span(&hit.period, 1), today, today).verdict;
    };
    source.query = [&entries](const EntryQuery& query) {
        EntryPage page;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (entries[i].key.empty()) continue;
            const EntryKey key{entries[i].key};
            const auto terms = index_terms(key, entries[i].view);
            const bool all = std::all_of(query.terms.begin(), query.terms.end(), [&](const EntryQuery::Term& term) {
                return std::any_of(terms.begin(), terms.end(), [&](const std::string& have) {
                    return term.prefix ? have.starts_with(term.text) : have == term.text;
                });
            });
            EntryHit hit;
            hit.no = EntryNo{static_cast<std::int64_t>(i) + 1};
            if (!all || hit.no <= query.after) continue;
            hit.key = key;
            hit.period.view = entries[i].view;
            hit.period.name = field(entries[i].view, "name");
            hit.period.listing = field(entries[i].view, "listing");
            hit.period.legal_status = field(entries[i].view, "status");
            hit.period.region = field(entries[i].view, "region");
            if (query.accept && !query.accept(hit)) continue;
            if (page.hits.size() == query.limit) {
                page.more = true;
                break;
            }
            page.hits.push_back(hit);
        }
        return page;
    };
    return source;
}

inline RankedSearch search_for(std::string_view text, Sorting sorting = {}) {
    EntryQuery filters;
    filters.as_of = today;
    return {SearchPlan(text), filters, sorting};
}

inline std::vector<std::string> pages(const RankedSearch& search, const EntrySource& source, std::uint32_t limit) {
    std::vector<std::string> keys;
    SearchPage page;
    do {
        page = search.page(source, page.last, limit);
        CHECK(page.found.size() <= limit);
        for (const FoundEntry& found : page.found) keys.push_back(found.hit.key.value());
        REQUIRE(keys.size() < 10'000);
    } while (page.more);
    return keys;
}

inline std::string view_of(std::string_view name, std::string_view more = "") {
    return R"({"listing":"listed","name":")" + std::string(name) + "\"" + std::string(more) + "}";
}

}  // namespace minglu::test
