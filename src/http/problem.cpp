#include "src/http/problem.hpp"

#include "minglu/json_text.hpp"

namespace minglu {

namespace {

std::string_view title_of(int status) {
    switch (status) {
        case 400:
            return "Bad request";
        case 401:
            return "Not authenticated";
        case 403:
            return "Not allowed";
        case 404:
            return "Not found";
        case 405:
            return "Method not allowed";
        case 406:
            return "Version not spoken here";
        case 409:
            return "Conflict with what is stored";
        case 412:
            return "The entry has changed since it was read";
        case 413:
            return "Too large";
        case 415:
            return "Content coding not understood";
        case 422:
            return "Content refused";
        case 429:
            return "Too many requests";
        case 431:
            return "Request header too large";
        case 502:
            return "The peer could not be reached";
        case 503:
            return "Not available now";
        case 507:
            return "No space left";
        default:
            return status >= 500 ? "Internal error" : "Request refused";
    }
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
    out += out.size() > 1 ? "," : "";
    append_json_string(out, key);
    out += ':';
    append_json_string(out, value);
}

}  // namespace

int status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::bad_request:
        case ErrorCode::bad_encoding:
        case ErrorCode::malformed:
            return 400;
        case ErrorCode::unauthenticated:
            return 401;
        case ErrorCode::not_allowed:
            return 403;
        case ErrorCode::not_found:
            return 404;
        case ErrorCode::unsupported_version:
            return 406;
        case ErrorCode::already_exists:
            return 409;
        case ErrorCode::stale:
            return 412;
        case ErrorCode::too_large:
            return 413;
        case ErrorCode::bad_number:
        case ErrorCode::bad_check_digit:
        case ErrorCode::bad_value:
        case ErrorCode::missing_value:
        case ErrorCode::duplicate:
        case ErrorCode::bad_proof:
        case ErrorCode::bad_signature:
        case ErrorCode::gap:
        case ErrorCode::unknown_log:
        case ErrorCode::fork:
            return 422;
        case ErrorCode::unreachable:
            return 502;
        case ErrorCode::busy:
            return 503;
        case ErrorCode::disk_full:
            return 507;
        case ErrorCode::io:
        case ErrorCode::corrupt:
        case ErrorCode::internal:
            return 500;
    }
    return 500;
}

HttpResponse problem(int status, const Error& error) {
    std::string json = "{";
    append_member(json, "type", "urn:minglu:problem:" + std::string(name(error.code)));
    append_member(json, "title", title_of(status));
    json += ",\"status\":" + std::to_string(status);
    append_member(json, "code", name(error.code));
    append_member(json, "detail", error.what);
    if (!error.where.empty()) append_member(json, "where", error.where);
    if (!error.cure.empty()) append_member(json, "cure", error.cure);
    json += '}';

    HttpResponse response;
    response.status = status;
    response.content_type = "application/problem+json";
    response.body = std::move(json);
    return response;
}

}  // namespace minglu
