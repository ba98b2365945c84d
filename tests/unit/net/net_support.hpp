#pragma once
/// Servers on free ports, identities, and a raw socket that says exactly what a test wants to say.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "src/crypto/tls_identity.hpp"
#include "src/http/server.hpp"
#include "src/net/https_transport.hpp"

namespace minglu::nettest {

class SteadyClock final : public Clock {
public:
    UnixMs now() const override { return UnixMs{1'800'000'000'000}; }
    std::int64_t steady_ms() const override {
        using namespace std::chrono;
        return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
    }
};
inline const SteadyClock steady_clock;

/// A certificate with its key and the hash that others pin.
struct Identity {
    TlsIdentity tls;
    Hash spki{};
};
[[nodiscard]] Identity make_identity(const char* node);

/// A server that is started, or the test fails.
class TestServer {
public:
    explicit TestServer(HttpServerOptions options);
    [[nodiscard]] HttpServer& operator*() { return server_; }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] std::string url() const;

private:
    HttpServer server_;
};
[[nodiscard]] HttpServerOptions plain(HttpHandler handler);
[[nodiscard]] HttpServerOptions with_tls(HttpHandler handler, const Identity& server, const Hash& pinned);

/// A plain TCP connection to 127.0.0.1 that sends bytes as they are.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// False once the other side has closed.
    bool send(std::string_view bytes) const;
    /// What comes until `until` has been seen, or the server closes, or nothing comes for ten seconds.
    [[nodiscard]] std::string receive(std::string_view until) const;
    /// Everything up to the close.
    [[nodiscard]] std::string receive_all() const { return receive({}); }

private:
    int socket_;
};

/// Opens once; waiting for it has no time limit of its own, so that a slow machine fails no test.
class Gate {
public:
    void open();
    void wait();

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_open_ = false;
};

}  // namespace minglu::nettest
