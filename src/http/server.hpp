#pragma once
/// An HTTP/1.1 server for one listener: loopback TCP, a Unix socket, or TCP with mutual TLS.
///
/// A connection costs a thread only while a whole request is being answered: idle connections, handshakes and heads
/// that come in slowly wait in the kernel's event queue, so that neither keep-alive nor slow clients block others.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "src/http/limits.hpp"
#include "src/http/message.hpp"
#include "src/http/server_channel.hpp"

namespace minglu {

/// Numeric IPv4 or IPv6 address; port 0 takes a free one.
struct TcpAddress {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;
};
/// A socket file of mode 0600; requests that come over it are `local`.
struct UnixAddress {
    std::filesystem::path path;
};

/// The answer to a request that is refused by its head alone (`body` is not there yet); none lets it in.
using HttpGate = std::function<std::optional<HttpResponse>(const HttpRequest& head)>;

struct HttpServerOptions {
    std::variant<TcpAddress, UnixAddress> listen;
    std::optional<ServerTls> tls;
    HttpLimits limits;
    HttpHandler handler;
    /// May be empty. Asked before a body is read that is large or of unknown length, so that whoever may not send it
    /// costs neither the time nor the space for it.
    HttpGate turn_away;
    /// Faults of handlers and refused handshakes, one line each. From several threads.
    std::function<void(const std::string&)> log;
    /// A StoreFault came out of a handler: the outcome of a commit may be unknown, so the client gets no answer.
    std::function<void(const StoreFault&)> on_fault;
};

class HttpServer {
public:
    /// `clock` is read for deadlines only and outlives the server.
    HttpServer(HttpServerOptions options, const Clock& clock);
    ~HttpServer();  ///< stops
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Binds and serves in threads of its own. Errors: io (address in use, not permitted), bad_value (TLS material).
    [[nodiscard]] Result<void> start();
    [[nodiscard]] std::uint16_t port() const;  ///< once started; 0 for a Unix socket

    /// Idle connections close at once, long-polls see `gone`, answers under way get the grace of the limits. Returns
    /// when no handler runs any more. Not to be called from a handler; twice is fine.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace minglu
