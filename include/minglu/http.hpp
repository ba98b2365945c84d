#pragma once
/// Library-neutral HTTP messages (RFC 9110): what every handler takes and gives, and what the command line sends. No
/// socket, no library.
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "minglu/hash.hpp"

namespace minglu {

struct HttpRequest {
    std::string method;                             ///< upper case
    std::string path;                               ///< percent-decoded UTF-8, starts with '/', no "." or ".." segment
    std::multimap<std::string, std::string> query;  ///< decoded as application/x-www-form-urlencoded
    std::map<std::string, std::string> headers;  ///< lower-case names; repeated lines joined by ", " (RFC 9110 §5.3)
    std::string body;                            ///< decompressed, at most the limit of its path
    std::string body_file;                       ///< instead of `body` when it was spooled; removed after the answer
    std::string remote;  ///< address of the socket's other end, never from a header; on this machine `uid 1000`
    std::optional<Hash> client_spki;  ///< SHA-256 of the client certificate's SubjectPublicKeyInfo
    bool local = false;               ///< came over the admin socket or in process
    /// True once the client has hung up or the server stops; long-polls ask it. May be empty (in process).
    std::function<bool()> gone;
};

struct HttpResponse {
    int status = 200;
    std::string content_type;
    std::multimap<std::string, std::string> headers;
    std::string body;
    /// When set, `body` is ignored: fills in the next chunk; false = end (that call's chunk is not sent).
    /// Throwing cuts the connection, so that the client sees a truncated answer and not a short one.
    std::function<bool(std::string& chunk)> stream;
};

/// May be called from several threads at once.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

}  // namespace minglu
