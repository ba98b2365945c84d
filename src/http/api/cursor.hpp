#pragma once
/// Paging: opaque cursors and the limit parameter.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/http/message.hpp"

namespace minglu {

constexpr std::int64_t page_limit_default = 20;
constexpr std::int64_t page_limit_max = 200;

/// Non-negative numbers as URL-safe text. `tag` tells cursors of different lists apart.
[[nodiscard]] std::string make_cursor(char tag, const std::vector<std::int64_t>& numbers);
/// Exactly `count` numbers; all 0 for an empty text. Errors: bad_request.
[[nodiscard]] Result<std::vector<std::int64_t>> parse_cursor(char tag, std::string_view text, std::size_t count);

/// What `parse_cursor` says of everything else.
[[nodiscard]] tl::unexpected<Error> not_a_cursor();

/// The parameter `limit`, 1 to 200. Errors: bad_request.
[[nodiscard]] Result<std::uint32_t> limit_of(const HttpRequest& request);

struct Paging {
    std::uint32_t limit = 0;
    std::vector<std::int64_t> after;
};
/// From the parameters `limit` (1 to 200) and `cursor`. Errors: bad_request.
[[nodiscard]] Result<Paging> paging_of(const HttpRequest& request, char tag, std::size_t count = 1);

}  // namespace minglu
