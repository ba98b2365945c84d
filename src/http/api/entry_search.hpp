#pragma once
/// A search as people ask for it over /v1.
#include <string>
#include <vector>

#include "catalog/search/explain.hpp"
#include "catalog/search/facets.hpp"
#include "minglu/store.hpp"
#include "src/http/message.hpp"
#include "sync/catalogue_at.hpp"

namespace minglu {

/// Names of the parameters that restrict a search, shared by search and export.
[[nodiscard]] std::vector<std::string> search_parameters();

/// Of the words, filters and order of a search: tells whether a cursor is of this one. Below 2^32.
[[nodiscard]] std::int64_t fingerprint_of(const HttpRequest& request);

class EntrySearch {
public:
    /// From the parameters of a request, with as_of and known_at as in asked_from. Errors: bad_request naming the
    /// parameter.
    [[nodiscard]] static Result<EntrySearch> from_request(const HttpRequest& request, UnixMs now);
    /// Finds out whether a batch was named; before the first page.
    void look_up(const ReadTx& tx);
    /// Instead of the order that was asked for: every entry, in no order that means anything, without bounds.
    void walk_everything();

    [[nodiscard]] const Asked& asked() const { return asked_; }
    /// `catalogue` is of `asked()`, here as below.
    [[nodiscard]] SearchPage page(const CatalogueAt& catalogue, const SearchPosition& after, std::uint32_t limit) const;
    [[nodiscard]] Facets facets(const CatalogueAt& catalogue) const;
    /// What is wrong with a number that was typed, or what else may be meant by it; empty where nothing is.
    [[nodiscard]] std::string hint(const CatalogueAt& catalogue) const;
    /// What a person has to know of the filters; empty where they mean what was typed.
    [[nodiscard]] const std::string& note() const { return note_; }
    [[nodiscard]] Reason reason(const FoundEntry& found) const { return explain(ranked_.plan(), found); }

private:
    [[nodiscard]] RankedSearch ranked(SearchPlan plan) const { return {std::move(plan), filters_, sorting_, verdict_}; }

    Asked asked_;
    EntryQuery filters_;
    std::string text_;  ///< as typed, tidied
    std::string note_;  ///< about the area that was asked for
    Sorting sorting_;
    std::optional<Verdict> verdict_;
    RankedSearch ranked_;
};

}  // namespace minglu
