#pragma once
/// The conditions of an EntryQuery that can be told from one period alone.
#include <algorithm>

#include "catalog/area_filter.hpp"
#include "minglu/store.hpp"

namespace minglu {

/// As EntryQuery::listing: also entries that were never listed by the day. Those are no part of the catalogue of that
/// day, though something was said of them (a grant of 2013, of an entry listed in 2024), so only who asks meets them.
constexpr std::string_view any_listing = "*";

[[nodiscard]] inline bool has_listing(const Period& period, std::string_view wanted) {
    if (wanted == any_listing) return true;
    return wanted.empty() ? period.listing == "listed" || period.listing == "removed" : wanted == period.listing;
}

[[nodiscard]] inline bool holds_on(const Period& period, Day day) {
    return period.from <= day && (!period.until || *period.until > day);
}

[[nodiscard]] inline bool passes_filters(const EntryQuery& query, const EntryKey& key, const Period& period) {
    const auto equal_if_given = [](const std::string& wanted, std::string_view value) {
        return wanted.empty() || wanted == value;
    };
    const KeyParts parts = parts_of(key);
    return holds_on(period, query.as_of) && (!query.kind || *query.kind == parts.kind) &&
           equal_if_given(query.nice_class, parts.nice_class) && has_listing(period, query.listing) &&
           equal_if_given(query.legal_status, period.legal_status) && equal_if_given(query.category, period.category) &&
           equal_if_given(query.subtype, period.subtype) && equal_if_given(query.home, period.home) &&
           is_in_area(period, query.region_prefix);
}

/// `period` with its terms.
[[nodiscard]] inline bool has_terms(const EntryQuery& query, const Period& period) {
    const auto has = [&](const EntryQuery::Term& wanted) {
        return wanted.text.empty() ||
               std::any_of(period.terms.begin(), period.terms.end(), [&](const std::string& term) {
                   return wanted.prefix ? term.starts_with(wanted.text) : term == wanted.text;
               });
    };
    return std::all_of(query.terms.begin(), query.terms.end(), has);
}

}  // namespace minglu
