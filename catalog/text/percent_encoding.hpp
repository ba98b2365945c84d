#pragma once
/// Percent-encoding for addresses and header values.
#include <string>
#include <string_view>

namespace minglu {

/// All octets but those that RFC 3986 §2.3 calls unreserved and those in `kept`.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view kept);

}  // namespace minglu
