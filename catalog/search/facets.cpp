#include "catalog/search/facets.hpp"

namespace minglu {

Facets count_facets(const RankedSearch& search, const EntrySource& entries) {
    Facets facets;
    const auto count = [&](const char* filter, std::string_view value) {
        if (!value.empty()) ++facets.by[filter][std::string(value)];
    };
    facets.bounded = !search.gather(entries, [&](const FoundEntry& found) {
        const EntryHit& hit = found.hit;
        const KeyParts parts = parts_of(hit.key);
        ++facets.entries;
        count("kind", name(parts.kind));
        count("class", parts.nice_class);
        count("category", hit.period.category);
        count("subtype", hit.period.subtype);
        count("listing", hit.period.listing);
        count("status", hit.period.legal_status);
        count("home", hit.period.home);
        std::string_view region = hit.period.region;
        while (region.size() > 2 && region.ends_with("00")) region.remove_suffix(2);
        for (std::size_t size = 2; size <= region.size(); size += 2) count("region", region.substr(0, size));
        for (const auto& [log, seq] : hit.etag.items()) count("batch", to_string(Dot{log, seq}));
    });
    return facets;
}

}  // namespace minglu
