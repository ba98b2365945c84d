#pragma once
/// Errors on the wire: RFC 9457 problem documents.
#include "src/http/message.hpp"

namespace minglu {

/// The HTTP status that an error is answered with unless the handler knows better.
[[nodiscard]] int status_of(ErrorCode code);

/// application/problem+json: {"type","title","status","code","detail"} and, where not empty, "where" and "cure".
/// `code` is the stable name of the error; `type` is `urn:minglu:problem:<code>`.
[[nodiscard]] HttpResponse problem(int status, const Error& error);
[[nodiscard]] inline HttpResponse problem(const Error& error) {
    return problem(status_of(error.code), error);
}

}  // namespace minglu
