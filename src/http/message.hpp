#pragma once
/// Reading of the library-neutral messages of minglu/http.hpp.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "minglu/error.hpp"
#include "minglu/http.hpp"

namespace minglu {

/// Value of a header (`name` in lower case), or empty.
[[nodiscard]] std::string_view header(const HttpRequest& request, std::string_view name);
/// True when the request asked `gone` and it said so.
[[nodiscard]] bool is_gone(const HttpRequest& request);

/// Query parameters. Absent gives `otherwise`; errors: bad_request for a repeated or malformed one.
[[nodiscard]] Result<std::string> text_parameter(const HttpRequest& request, const std::string& name,
                                                 std::string otherwise = {});
/// Decimal, within [min, max].
[[nodiscard]] Result<std::int64_t> integer_parameter(const HttpRequest& request, const std::string& name,
                                                     std::int64_t otherwise, std::int64_t min, std::int64_t max);
/// "1", "true" or present without a value; "0" or "false". `otherwise` when it is not given.
[[nodiscard]] Result<bool> flag_parameter(const HttpRequest& request, const std::string& name, bool otherwise = false);

/// Percent-decoding (RFC 3986 §2.1) to UTF-8 without control characters; none when it is neither.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace minglu
