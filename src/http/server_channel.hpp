#pragma once
/// One accepted connection as bytes: plain or TLS, non-blocking underneath. And the TLS side of a listener.
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "minglu/error.hpp"
#include "minglu/hash.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace minglu {

/// Certificate, key and pins of a TLS listener. `is_pinned` is asked during every handshake and before every request,
/// from several threads: a connection does not outlive its pin.
struct ServerTls {
    std::string certificate_pem;
    std::string key_pem;
    std::function<bool(const Hash& spki_sha256)> is_pinned;
};

/// TLS 1.2 or later, client certificate required and pinned by key, no renegotiation, no session resumption.
class TlsContext {
public:
    /// Errors: bad_value when certificate or key do not parse or do not belong together.
    [[nodiscard]] static Result<std::unique_ptr<TlsContext>> make(ServerTls tls);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    [[nodiscard]] ssl_ctx_st* get() const { return context_; }
    [[nodiscard]] bool is_pinned(const Hash& spki) const { return tls_.is_pinned && tls_.is_pinned(spki); }

private:
    explicit TlsContext(ServerTls tls) : tls_(std::move(tls)) {}
    ServerTls tls_;
    ssl_ctx_st* context_ = nullptr;
};

enum class Io { done, want_read, want_write, closed };

class Channel {
public:
    /// Takes `socket` over. `tls` may be null and outlives the channel.
    Channel(int socket, const TlsContext* tls);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    [[nodiscard]] Io handshake();
    [[nodiscard]] Io read(char* to, std::size_t size, std::size_t& got);
    [[nodiscard]] Io write(const char* from, std::size_t size, std::size_t& put);
    /// Waits until what `io` asks for is possible; false when time is up.
    [[nodiscard]] bool wait(Io io, std::int64_t timeout_ms) const;
    /// The other side has closed, or half-closed, or the connection broke.
    [[nodiscard]] bool is_hung_up() const;
    /// Ends the sending side, so that the last answer arrives before the connection is reset.
    void end_sending();
    /// From another thread: no more reading, or nothing more at all.
    void abort_reading();
    void abort();

    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] const std::optional<Hash>& client_spki() const { return client_spki_; }

private:
    [[nodiscard]] Io outcome(int code) const;
    int socket_;
    ssl_st* ssl_ = nullptr;
    std::optional<Hash> client_spki_;
};

}  // namespace minglu
