#pragma once
/// The connection to one peer: HTTPS with this node's certificate, to a server known by its key alone.
#include <memory>
#include <string>

#include "minglu/ports.hpp"

namespace minglu {

struct HttpsPeer {
    std::string base_url;         ///< e.g. https://10.0.0.2:8443; no path
    Hash server_spki{};           ///< SHA-256 of the server key's SubjectPublicKeyInfo; names and issuers do not count
    std::string certificate_pem;  ///< this node's
    std::string key_pem;
    std::int64_t connect_timeout_ms = 10'000;  ///< TCP and TLS
};

/// Keeps one connection open between calls. No redirects, no proxy, no cookies, HTTP/1.1 over TLS 1.2 or later.
/// The pin is checked in the handshake, before any byte of a request is sent.
class HttpsTransport final : public Transport {
public:
    explicit HttpsTransport(HttpsPeer peer);
    ~HttpsTransport() override;

    /// Additional errors: bad_request when `base_url` or the path is not usable.
    [[nodiscard]] Result<PeerAnswer> call(const PeerRequest& request) override;
    /// Ends the running call with `unreachable`; when none runs, the next one, so that a cancel is never lost.
    void cancel() override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace minglu
