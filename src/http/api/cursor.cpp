#include "src/http/api/cursor.hpp"

#include <charconv>

namespace minglu {

namespace {

constexpr char separator = '-';

}  // namespace

tl::unexpected<Error> not_a_cursor() {
    return fail({ErrorCode::bad_request, "not a cursor of this list", "query parameter cursor",
                 "take it from `next` of the page before, or leave it out"});
}

Result<std::uint32_t> limit_of(const HttpRequest& request) {
    const auto limit = integer_parameter(request, "limit", page_limit_default, 1, page_limit_max);
    if (!limit) return fail(limit.error());
    return static_cast<std::uint32_t>(*limit);
}

std::string make_cursor(char tag, const std::vector<std::int64_t>& numbers) {
    std::string text(1, tag);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0) text += separator;
        text += std::to_string(numbers[i]);
    }
    return text;
}

Result<std::vector<std::int64_t>> parse_cursor(char tag, std::string_view text, std::size_t count) {
    std::vector<std::int64_t> numbers;
    if (text.empty()) {
        numbers.resize(count);
        return numbers;
    }
    if (text.front() != tag) return not_a_cursor();
    const char* at = text.data() + 1;
    const char* const end = text.data() + text.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0 && (at == end || *at++ != separator)) return not_a_cursor();
        std::int64_t number = 0;
        const auto [next, code] = std::from_chars(at, end, number);
        if (code != std::errc{} || number < 0) return not_a_cursor();
        numbers.push_back(number);
        at = next;
    }
    if (at != end || make_cursor(tag, numbers) != text) return not_a_cursor();
    return numbers;
}

Result<Paging> paging_of(const HttpRequest& request, char tag, std::size_t count) {
    const auto limit = limit_of(request);
    if (!limit) return fail(limit.error());
    const auto cursor = text_parameter(request, "cursor");
    if (!cursor) return fail(cursor.error());
    auto after = parse_cursor(tag, *cursor, count);
    if (!after) return fail(after.error());
    return Paging{*limit, std::move(*after)};
}

}  // namespace minglu
