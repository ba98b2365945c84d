#include "src/http/server_listener.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace minglu {

namespace {

/// As many as the system lets wait. Beyond that it drops the last packet of a handshake, or the first: the client
/// thinks it is connected, and what it said comes a second late, when a newer crowd may have taken its place.
constexpr int backlog = SOMAXCONN;

tl::unexpected<Error> failed(const std::string& what, const std::string& where) {
    return fail({ErrorCode::io, what + ": " + std::generic_category().message(errno), where,
                 "choose another address, or stop the program that holds it"});
}

Result<void> bind_tcp(int socket, const addrinfo& address, const std::string& where) {
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket, address.ai_addr, address.ai_addrlen) != 0) return failed("cannot bind", where);
    return {};
}

Result<sockaddr_un> unix_address(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.empty() || text.size() >= sizeof address.sun_path) {
        return fail({ErrorCode::bad_value, "socket path must have 1 to 107 bytes", text, "choose a shorter directory"});
    }
    text.copy(address.sun_path, text.size());
    return address;
}

/// A socket file that nobody answers at was left by a process that died; one that is answered is in use.
Result<void> clear_stale(int socket, const sockaddr_un& address, const std::string& where) {
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(socket, generic, sizeof address) == 0) {
        return fail({ErrorCode::io, "another process answers at this socket", where, "stop it first"});
    }
    if (errno == ECONNREFUSED) ::unlink(address.sun_path);
    return {};
}

}  // namespace

Result<Listener> Listener::open(const std::variant<TcpAddress, UnixAddress>& where) {
    if (const auto* const file = std::get_if<UnixAddress>(&where)) {
        const std::string name = file->path.string();
        auto address = unix_address(file->path);
        if (!address) return fail(address.error());
        const Listener probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (auto cleared = clear_stale(probe.socket_, *address, name); !cleared) return fail(cleared.error());
        Listener listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        // The mode of the socket itself is what its file gets, so there is no moment at which others may connect.
        ::fchmod(listener.socket_, S_IRUSR | S_IWUSR);
        if (::bind(listener.socket_, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
            return failed("cannot bind", name);
        }
        listener.file_ = file->path;
        if (::chmod(name.c_str(), S_IRUSR | S_IWUSR) != 0) return failed("cannot protect", name);
        if (::listen(listener.socket_, backlog) != 0) return failed("cannot listen", name);
        return listener;
    }
    const auto& tcp = std::get<TcpAddress>(where);
    const std::string name = tcp.address + ":" + std::to_string(tcp.port);
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(tcp.address.c_str(), std::to_string(tcp.port).c_str(), &hints, &found) != 0) {
        return fail({ErrorCode::bad_value, "not a numeric address", name, "give e.g. 127.0.0.1 or ::1"});
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> address(found, &::freeaddrinfo);
    Listener listener(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (auto bound = bind_tcp(listener.socket_, *address, name); !bound) return fail(bound.error());
    if (::listen(listener.socket_, backlog) != 0) return failed("cannot listen", name);
    return listener;
}

Listener::Listener(Listener&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), file_(std::exchange(other.file_, {})) {}

Listener::~Listener() {
    if (socket_ >= 0) ::close(socket_);
    if (!file_.empty()) ::unlink(file_.c_str());
}

int Listener::accept(std::string& remote, bool& is_exhausted) const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int socket = ::accept4(socket_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    is_exhausted = socket < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM);
    if (socket < 0) return -1;
    if (address.ss_family == AF_UNIX) {
        ucred other{};
        socklen_t length = sizeof other;
        const bool known = ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &other, &length) == 0;
        remote = known ? "uid " + std::to_string(other.uid) : "local";
        return socket;
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    char host[NI_MAXHOST] = {};
    ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
    remote = host;
    return socket;
}

std::uint16_t Listener::port() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
    if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
    return 0;
}

}  // namespace minglu
