#include "catalog/search/sorting.hpp"

#include <unicode/coll.h>
#include <unicode/sortkey.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "catalog/text/canonical_walk.hpp"

namespace minglu {
namespace {

/// Keys travel in cursors: about the first fifty characters of a name decide.
constexpr std::size_t sort_key_bytes_max = 192;

/// Bytes that compare as a Chinese dictionary sorts (CLDR's order zh, by pinyin).
std::string dictionary_key(const icu::Collator& collator, const std::string& text) {
    UErrorCode status = U_ZERO_ERROR;
    icu::CollationKey key;
    collator.getCollationKey(icu::UnicodeString::fromUTF8(text), key, status);
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU collation: ") + u_errorName(status));
    std::int32_t size = 0;
    const std::uint8_t* const bytes = key.getByteArray(size);
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::unique_ptr<icu::Collator> dictionary_order() {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Collator> collator(icu::Collator::createInstance(icu::Locale("zh"), status));
    if (U_FAILURE(status)) throw std::runtime_error("ICU lacks its collation data");
    return collator;
}

/// The first of the fields that the entry has; dates compare as text.
std::string first_of(const std::string& view, std::initializer_list<std::string_view> fields) {
    for (const std::string_view wanted : fields) {
        std::string found;
        std::string scratch;
        for_each_json_member(view, [&](std::string_view field, std::string_view value) {
            if (field == wanted) found = json_text_view(value, scratch);
        });
        if (!found.empty()) return found;
    }
    return {};
}

}  // namespace

bool comes_before(const SortPlace& a, const SortPlace& b, Sorting sorting) {
    if (a.key.empty() != b.key.empty()) return b.key.empty();
    if (a.key != b.key) return sorting.descending ? a.key > b.key : a.key < b.key;
    return a.no < b.no;
}

std::vector<SortedEntry> sorted_entries(std::vector<FoundEntry> found, Sorting sorting) {
    const auto collator = sorting.order == Order::name ? dictionary_order() : nullptr;
    std::vector<SortedEntry> sorted;
    sorted.reserve(found.size());
    for (FoundEntry& entry : found) {
        const std::string& view = entry.hit.period.view;
        std::string key = collator                         ? entry.hit.period.name
                          : sorting.order == Order::expiry ? first_of(view, {"expires_on"})
                                                           : first_of(view, {"granted_on", "filed_on"});
        if (collator && !key.empty()) key = dictionary_key(*collator, key);
        key.resize(std::min(key.size(), sort_key_bytes_max));
        const EntryNo no = entry.hit.no;
        sorted.push_back({{std::move(key), no}, std::move(entry)});
    }
    std::sort(sorted.begin(), sorted.end(),
              [&](const SortedEntry& a, const SortedEntry& b) { return comes_before(a.place, b.place, sorting); });
    return sorted;
}

}  // namespace minglu
