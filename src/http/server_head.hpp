#pragma once
/// Parses a request head (RFC 9112 §2–§6) strictly: whatever two parsers could read differently is refused.
#include <cstdint>

#include "src/http/limits.hpp"
#include "src/http/message.hpp"

namespace minglu {

struct RequestHead {
    HttpRequest request;  ///< method, path, query and headers
    bool keep_alive = true;
    bool http_1_0 = false;
    bool chunked = false;
    std::uint64_t content_length = 0;
    bool expects_continue = false;

    [[nodiscard]] bool has_body() const { return chunked || content_length > 0; }
};

/// Why a request is refused before a handler sees it; the connection is closed after the answer.
struct Refusal {
    int status = 400;
    Error error;
};

/// `text` runs from the request line to its empty line, included.
[[nodiscard]] tl::expected<RequestHead, Refusal> parse_head(std::string_view text, const HttpLimits& limits);

}  // namespace minglu
