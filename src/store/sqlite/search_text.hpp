#pragma once
/// What stands in the search index for a period, and how a query asks for it. Pure text, no SQL.
///
/// Filters are filed as terms too: `~k` kind, `~n` Nice class, `~l` listing, `~s` legal status, `~r` region (each
/// area that it is found under), `~t` subtype, `~g` category, `~h` home; a word that starts with `~` gets another one
/// in front. So every combination of words and filters is one intersection of lists in entry order that can stop early,
/// without an index per column. Long values are cut: what is found has to pass the filters themselves
/// (entry_filter.hpp).
#include <string>
#include <string_view>
#include <vector>

#include "minglu/store.hpp"
#include "src/store/postings/cursor.hpp"

namespace minglu {

/// The terms of a period one after the other, each with its size in front.
class FiledTerms {
public:
    FiledTerms(const EntryKey& key, const Period& period);

    /// The same terms in the same order have the same bytes.
    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (std::string_view left = bytes_; !left.empty();) {
            const std::uint64_t size = postings::take_varint(left);
            visit(left.substr(0, size));
            left.remove_prefix(size);
        }
    }

private:
    void add(std::string_view mark, std::string_view value);
    std::string bytes_;
};

/// The terms and filters of `query` that the index covers; empty when there are none.
[[nodiscard]] std::vector<postings::WantedTerm> wanted_terms(const EntryQuery& query);

}  // namespace minglu
