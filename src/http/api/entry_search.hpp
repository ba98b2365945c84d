#pragma once
/// A search as people type it: several readings of one text, walked as one list.
#include <functional>
#include <string>
#include <vector>

#include "minglu/store.hpp"
#include "src/http/message.hpp"
#include "sync/catalogue_at.hpp"

namespace minglu {

/// Names of the parameters that restrict a search, shared by search and export.
[[nodiscard]] std::vector<std::string> search_parameters();

/// Where a walk stands: the reading and the last entry taken of it.
struct SearchPosition {
    std::int64_t reading = 0;
    std::int64_t entry = 0;
};

class EntrySearch {
public:
    /// From the parameters of a request, with as_of and known_at as in asked_from. Errors: bad_request naming the
    /// parameter.
    [[nodiscard]] static Result<EntrySearch> from_request(const HttpRequest& request, Day today);

    [[nodiscard]] const Asked& asked() const { return asked_; }

    struct Page {
        std::vector<EntryHit> hits;
        bool more = false;
        SearchPosition last;  ///< of the last hit
    };
    /// Up to `limit` hits after a position. An entry that several readings find is given once, under the first of them,
    /// whatever the page size. `catalogue` is of `asked()`.
    [[nodiscard]] Page page(const CatalogueAt& catalogue, SearchPosition after, std::uint32_t limit) const;

private:
    struct Reading {
        std::vector<EntryQuery::Term> terms;
        std::function<bool(const EntryHit&)> accept;
    };
    [[nodiscard]] bool finds(const Reading& reading, const EntryHit& hit, const std::vector<std::string>& terms) const;
    [[nodiscard]] bool is_new(std::size_t reading, const EntryHit& hit) const;

    Asked asked_;
    EntryQuery filters_;
    std::vector<Reading> readings_;
};

}  // namespace minglu
