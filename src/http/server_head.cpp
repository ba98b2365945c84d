#include "src/http/server_head.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace minglu {

namespace {

using Parsed = tl::expected<void, Refusal>;

tl::unexpected<Refusal> refuse(int status, ErrorCode code, std::string what, std::string where) {
    return tl::unexpected<Refusal>(
        Refusal{status, {code, std::move(what), std::move(where), "correct the client, or the proxy in between"}});
}
tl::unexpected<Refusal> bad(std::string what, std::string where) {
    return refuse(400, ErrorCode::bad_request, std::move(what), std::move(where));
}

bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool is_normal_path(std::string_view path) {
    if (!path.starts_with('/') || path.find('\\') != std::string_view::npos) return false;
    for (std::size_t at = 0; at != std::string_view::npos;) {
        const std::size_t next = path.find('/', at + 1);
        const std::string_view segment = path.substr(at + 1, next == std::string_view::npos ? next : next - at - 1);
        const bool is_last = next == std::string_view::npos;
        if (segment == "." || segment == ".." || (segment.empty() && !is_last)) return false;
        at = next;
    }
    return true;
}

Parsed parse_query(std::string_view text, HttpRequest& request) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto key = percent_decoded(pair.substr(0, equals), true);
        auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
        if (!key || !value) return bad("query is not percent-encoded UTF-8", "request target");
        request.query.emplace(std::move(*key), std::move(*value));
    }
    return {};
}

Parsed parse_target(std::string_view target, const HttpLimits& limits, HttpRequest& request) {
    if (target.size() > limits.target_bytes_max) {
        return refuse(414, ErrorCode::too_large, "path and query are too long", "request target");
    }
    const std::size_t question = std::min(target.find('?'), target.size());
    auto path = percent_decoded(target.substr(0, question), false);
    if (!path || !is_normal_path(*path)) {
        return bad("path is not a normal, percent-encoded UTF-8 path that starts with /", "request target");
    }
    request.path = std::move(*path);
    return parse_query(target.substr(std::min(question + 1, target.size())), request);
}

Parsed parse_request_line(std::string_view line, const HttpLimits& limits, RequestHead& head) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return bad("no method, target and version", "request line");
    head.request.method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_token(head.request.method) || target.find(' ') != std::string_view::npos) {
        return bad("method or target has characters that do not belong there", "request line");
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return refuse(505, ErrorCode::unsupported_version, "only HTTP/1.1 and HTTP/1.0 are spoken", "request line");
    }
    head.http_1_0 = version == "HTTP/1.0";
    return parse_target(target, limits, head.request);
}

Parsed parse_header_line(std::string_view line, RequestHead& head) {
    // A list header may be repeated; these decide about framing, routing or rights and may not.
    static const std::set<std::string, std::less<>> single = {
        "authorization", "content-encoding", "content-length", "content-type",     "expect",
        "host",          "idempotency-key",  "if-match",       "transfer-encoding"};
    const std::size_t colon = std::min(line.find(':'), line.size());
    if (colon == line.size() || !is_token(line.substr(0, colon))) return bad("not a name and a value", "header line");
    const std::string name = lower(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    const auto [at, is_new] = head.request.headers.emplace(name, value);
    if (is_new) return {};
    if (single.contains(name)) return bad("given more than once", "header " + name);
    at->second.append(", ").append(value);
    return {};
}

Parsed parse_framing(RequestHead& head) {
    const std::string_view length = header(head.request, "content-length");
    const std::string_view transfer = header(head.request, "transfer-encoding");
    const bool has_length = head.request.headers.contains("content-length");
    const bool has_transfer = head.request.headers.contains("transfer-encoding");
    if (has_length && has_transfer) {
        return bad("Transfer-Encoding together with Content-Length", "headers");  // RFC 9112 §6.1: request smuggling
    }
    if (has_transfer) {
        if (lower(transfer) != "chunked" || head.http_1_0)
            return bad("only chunked is understood", "transfer-encoding");
        head.chunked = true;
    }
    if (has_length) {
        const auto [end, code] = std::from_chars(length.data(), length.data() + length.size(), head.content_length);
        if (length.empty() || code != std::errc{} || end != length.data() + length.size()) {
            return bad("not a length", "content-length");
        }
    }
    if (head.request.method == "HEAD" && head.has_body()) return bad("HEAD with a body", "headers");
    return {};
}

Parsed parse_connection(RequestHead& head) {
    if (!head.http_1_0 && header(head.request, "host").empty()) return bad("no host", "headers");
    const std::string connection = lower(header(head.request, "connection"));
    head.keep_alive = head.http_1_0 ? connection == "keep-alive" : connection.find("close") == std::string::npos;
    const std::string expect = lower(header(head.request, "expect"));
    if (!expect.empty() && expect != "100-continue") {
        return refuse(417, ErrorCode::bad_request, "expectation not understood", "header expect");
    }
    head.expects_continue = !expect.empty() && !head.http_1_0;
    return {};
}

bool has_stray_control(std::string_view line) {
    return std::any_of(line.begin(), line.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7F;
    });
}

}  // namespace

tl::expected<RequestHead, Refusal> parse_head(std::string_view text, const HttpLimits& limits) {
    RequestHead head;
    std::size_t lines = 0;
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        if (end == std::string_view::npos) return bad("a line does not end with CR LF", "request head");
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 2);
        if (has_stray_control(line)) return bad("control character", "request head");
        if (lines > 0 && line.empty()) break;
        if (lines > limits.header_count_max) {
            return refuse(431, ErrorCode::too_large, "too many header lines", "request head");
        }
        auto parsed = lines == 0 ? parse_request_line(line, limits, head) : parse_header_line(line, head);
        if (!parsed) return tl::unexpected<Refusal>(std::move(parsed.error()));
        ++lines;
    }
    if (auto parsed = parse_framing(head); !parsed) return tl::unexpected<Refusal>(std::move(parsed.error()));
    if (auto parsed = parse_connection(head); !parsed) return tl::unexpected<Refusal>(std::move(parsed.error()));
    return head;
}

}  // namespace minglu
