#include "minglu/error.hpp"

namespace minglu {

std::string_view name(ErrorCode code) {
    switch (code) {
        case ErrorCode::bad_request:
            return "bad_request";
        case ErrorCode::bad_encoding:
            return "bad_encoding";
        case ErrorCode::bad_number:
            return "bad_number";
        case ErrorCode::bad_check_digit:
            return "bad_check_digit";
        case ErrorCode::bad_value:
            return "bad_value";
        case ErrorCode::missing_value:
            return "missing_value";
        case ErrorCode::duplicate:
            return "duplicate";
        case ErrorCode::too_large:
            return "too_large";
        case ErrorCode::unsupported_version:
            return "unsupported_version";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::stale:
            return "stale";
        case ErrorCode::already_exists:
            return "already_exists";
        case ErrorCode::busy:
            return "busy";
        case ErrorCode::not_allowed:
            return "not_allowed";
        case ErrorCode::unauthenticated:
            return "unauthenticated";
        case ErrorCode::bad_proof:
            return "bad_proof";
        case ErrorCode::bad_signature:
            return "bad_signature";
        case ErrorCode::gap:
            return "gap";
        case ErrorCode::unknown_log:
            return "unknown_log";
        case ErrorCode::fork:
            return "fork";
        case ErrorCode::malformed:
            return "malformed";
        case ErrorCode::unreachable:
            return "unreachable";
        case ErrorCode::io:
            return "io";
        case ErrorCode::disk_full:
            return "disk_full";
        case ErrorCode::corrupt:
            return "corrupt";
        case ErrorCode::internal:
            return "internal";
    }
    return "internal";
}

std::string describe(const Error& error) {
    std::string line;
    if (!error.where.empty()) line += error.where + ": ";
    line += error.what;
    if (!error.cure.empty()) line += " (" + error.cure + ")";
    return line;
}

}  // namespace minglu
