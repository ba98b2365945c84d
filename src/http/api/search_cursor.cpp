#include "src/http/api/search_cursor.hpp"

#include "minglu/hash.hpp"
#include "src/http/api/cursor.hpp"

namespace minglu {

namespace {

/// Of another form than before it is another letter: "s" counted in sorted lists how many entries were taken.
constexpr char tag = 'e';
constexpr std::size_t numbers = 4;
/// In front of the key of a sorted list, in hexadecimal digits.
constexpr char key_mark = '.';

}  // namespace

std::string make_search_cursor(std::int64_t fingerprint, const SearchPosition& last) {
    std::string cursor = make_cursor(tag, {fingerprint, last.stage, last.entry, last.examined});
    if (!last.key.empty()) cursor += key_mark + to_hex(last.key);
    return cursor;
}

Result<SearchPaging> search_paging_of(const HttpRequest& request, std::int64_t fingerprint) {
    const auto limit = limit_of(request);
    if (!limit) return fail(limit.error());
    const auto cursor = text_parameter(request, "cursor");
    if (!cursor) return fail(cursor.error());
    const std::size_t mark = std::min(cursor->find(key_mark), cursor->size());
    const auto at = parse_cursor(tag, std::string_view(*cursor).substr(0, mark), numbers);
    if (!at) return fail(at.error());
    SearchPaging paging{*limit, {(*at)[1], (*at)[2], (*at)[3], {}}};
    if (mark < cursor->size()) {
        auto key = from_hex(std::string_view(*cursor).substr(mark + 1));
        if (!key || make_search_cursor((*at)[0], {(*at)[1], (*at)[2], (*at)[3], *key}) != *cursor)
            return not_a_cursor();
        paging.after.key = *std::move(key);
    }
    if (!cursor->empty() && (*at)[0] != fingerprint)
        return fail({ErrorCode::bad_request, "the cursor belongs to another question", "query parameter cursor",
                     "ask again with the words and filters that gave it, or leave it out"});
    return paging;
}

}  // namespace minglu
