#include "catalog/search/facets.hpp"

#include "catalog/area_filter.hpp"

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
        count("verdict", name(entries.verdict(hit)));
        count("home", hit.period.home);
        for (const std::string& area : areas_of(hit.period)) count("region", area);
        for (const Writer& writer : entries.writers(hit))
            if (writer.is_batch) count("batch", to_string(writer.dot));
    });
    return facets;
}

}  // namespace minglu
