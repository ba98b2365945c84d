#pragma once
/// Listening sockets.
#include "src/http/server.hpp"

namespace minglu {

/// A non-blocking listening socket, closed (and its socket file removed) with this.
class Listener {
public:
    /// Errors: bad_value (not an address), io (in use, not permitted).
    [[nodiscard]] static Result<Listener> open(const std::variant<TcpAddress, UnixAddress>& where);
    ~Listener();
    Listener(Listener&& other) noexcept;
    Listener& operator=(Listener&&) = delete;

    /// The next connection, non-blocking and without delay (Nagle holds small answers back 40 ms); -1 when none waits,
    /// or when there is no descriptor or memory left for it (`is_exhausted`).
    [[nodiscard]] int accept(std::string& remote, bool& is_exhausted) const;
    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] std::uint16_t port() const;

private:
    explicit Listener(int socket) : socket_(socket) {}
    int socket_;
    std::filesystem::path file_;
};

}  // namespace minglu
