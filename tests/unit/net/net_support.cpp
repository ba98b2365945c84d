#include "net_support.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>

namespace minglu::nettest {

Identity make_identity(const char* node) {
    auto tls = generate_tls_identity(NodeId{node}, {"127.0.0.1"}, steady_clock.now());
    REQUIRE(tls);
    const auto spki = spki_sha256_of_certificate(tls->certificate_pem);
    REQUIRE(spki);
    return {std::move(*tls), *spki};
}

TestServer::TestServer(HttpServerOptions options) : server_(std::move(options), steady_clock) {
    const auto started = server_.start();
    if (!started) FAIL(describe(started.error()));
}

std::string TestServer::url() const {
    return "https://127.0.0.1:" + std::to_string(port());
}

HttpServerOptions plain(HttpHandler handler) {
    HttpServerOptions options;
    options.handler = std::move(handler);
    options.limits.workers = 4;
    return options;
}

HttpServerOptions with_tls(HttpHandler handler, const Identity& server, const Hash& pinned) {
    HttpServerOptions options = plain(std::move(handler));
    options.tls = ServerTls{server.tls.certificate_pem, server.tls.key_pem,
                            [pinned](const Hash& spki) { return spki == pinned; }};
    return options;
}

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval limit{};
    limit.tv_sec = 10;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

RawClient::~RawClient() {
    ::close(socket_);
}

bool RawClient::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

std::string RawClient::receive(std::string_view until) const {
    std::string all;
    std::array<char, 4096> bytes{};
    while (until.empty() || all.find(until) == std::string::npos) {
        const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
        if (count <= 0) break;
        all.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return all;
}

void Gate::open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
}

void Gate::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_open_; });
}

}  // namespace minglu::nettest
