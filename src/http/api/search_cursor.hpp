#pragma once
/// The cursor of a search: which question it belongs to, and behind which entry the next page begins.
#include "catalog/search/search.hpp"
#include "src/http/message.hpp"

namespace minglu {

/// URL-safe text of at most about 450 bytes.
[[nodiscard]] std::string make_search_cursor(std::int64_t fingerprint, const SearchPosition& last);

struct SearchPaging {
    std::uint32_t limit = 0;
    SearchPosition after;
};
/// From the parameters `limit` and `cursor`. `fingerprint`: of the question that is asked. Errors: bad_request, also
/// when the cursor is of another question, or of a program that made cursors otherwise.
[[nodiscard]] Result<SearchPaging> search_paging_of(const HttpRequest& request, std::int64_t fingerprint);

}  // namespace minglu
