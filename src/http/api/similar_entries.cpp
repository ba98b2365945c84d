#include "src/http/api/similar_entries.hpp"

#include "catalog/search/search.hpp"

namespace minglu {

std::vector<EntryKey> similar_entries(const CatalogueAt& catalogue, const EntryKey& key) {
    constexpr std::uint32_t similar_max = 5;
    const KeyParts parts = parts_of(key);
    EntryQuery filters;
    filters.as_of = catalogue.asked().as_of;
    const RankedSearch search(SearchPlan(parts.number), filters, {});
    std::vector<EntryKey> similar;
    for (const FoundEntry& found : search.page(catalogue.source(), {}, similar_max).found) {
        if (found.found_by >= search.plan().classes().size() || found.hit.key == key) continue;
        const Match match = search.plan().classes()[found.found_by].match;
        // Of a patent's publication numbers the beginning is that of the application.
        const bool same_application = match == Match::number_start && parts.kind == Kind::patent;
        if (match == Match::number || match == Match::name || same_application) similar.push_back(found.hit.key);
    }
    return similar;
}

}  // namespace minglu
