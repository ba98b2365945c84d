#include "src/http/server.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "src/http/server_exchange.hpp"
#include "src/http/server_listener.hpp"

namespace minglu {

namespace {

constexpr std::uint64_t wake_id = 0;    ///< connections count from 1
constexpr int sweep_interval_ms = 250;  ///< how late a deadline of a waiting connection may be noticed
constexpr int room_interval_ms = 5;     ///< how late room for a newcomer may be noticed
constexpr int accept_max = 256;         ///< connections taken in one go: deadlines are kept amid a flood of them
constexpr std::size_t read_bytes = 16 * 1'024;
constexpr std::size_t drain_bytes_max = std::size_t{4} << 20;
constexpr std::int64_t drain_ms = 1'000;
constexpr std::int64_t refused_interval_ms = 10'000;

struct Connection {
    Connection(int socket, const TlsContext* tls, std::string from) : channel(socket, tls), remote(std::move(from)) {}
    Channel channel;
    std::string remote;
    std::string ahead;  ///< received and not yet taken
    std::uint64_t id = 0;
    std::int64_t since_ms = 0;     ///< when it came, or its handshake, request or pause began
    std::int64_t deadline_ms = 0;  ///< while it waits
    bool is_shaken = false;        ///< handshake over
    bool is_idle = true;           ///< no byte of the next request yet
    bool is_waiting = true;        ///< in the event queue; else a worker has it
    bool is_registered = false;
};
using ConnectionPtr = std::shared_ptr<Connection>;

std::string client_name(const Connection& connection) {
    const auto& spki = connection.channel.client_spki();
    return spki ? to_hex(bytes_of(*spki)) : connection.remote;
}

}  // namespace

class HttpServer::Impl {
public:
    Impl(HttpServerOptions options, const Clock& clock)
        : options_(std::move(options)), clock_(clock), waits_(clock), context_{options_, clock_, stopping_, waits_} {}

    ~Impl() {
        stop();
        if (events_ >= 0) ::close(events_);
        if (wake_ >= 0) ::close(wake_);
    }

    Result<void> start();
    void stop();
    std::uint16_t port() const { return listener_ ? listener_->port() : std::uint16_t{0}; }

private:
    void accept_loop();
    enum class Accepted { all, no_descriptor, no_room };  ///< else some wait still
    Accepted accept_all();
    bool make_room();
    bool evict();
    void await(Connection& connection, std::int64_t time_ms) const;
    void note_refused(const std::string& remote);
    void sweep();
    void work();
    void advance(const ConnectionPtr& connection, RequestExchange& exchange);
    bool shake(const ConnectionPtr& connection);
    bool fill_head(const ConnectionPtr& connection, std::size_t& head_size);
    bool answer(Connection& connection, RequestExchange& exchange, std::size_t head_size);
    void linger(Connection& connection);
    void park(const ConnectionPtr& connection, Io io);
    void drop(Connection& connection);
    ConnectionPtr take(std::uint64_t id);

    HttpServerOptions options_;
    const Clock& clock_;
    std::atomic<bool> stopping_{false};
    ClientWaits waits_;
    ServerContext context_;
    std::unique_ptr<TlsContext> tls_;
    std::optional<Listener> listener_;
    int events_ = -1;
    int wake_ = -1;
    std::vector<std::thread> threads_;
    std::mutex mutex_;  ///< guards what follows, and the waiting state of connections
    std::condition_variable quiet_;
    std::map<std::uint64_t, ConnectionPtr> connections_;
    std::uint64_t last_id_ = wake_id;
    std::mutex refused_mutex_;   ///< guards what follows
    std::uint64_t refused_ = 0;  ///< handshakes, since they were last told
    std::optional<std::int64_t> refused_told_ms_;
};

Result<void> HttpServer::Impl::start() {
    if (options_.tls) {
        auto tls = TlsContext::make(*options_.tls);
        if (!tls) return fail(tls.error());
        tls_ = std::move(*tls);
    }
    auto listener = Listener::open(options_.listen);
    if (!listener) return fail(listener.error());
    listener_.emplace(std::move(*listener));
    // Connections have it from the listener. Left to itself the kernel takes megabytes for each that takes no answer.
    if (const int bytes = options_.limits.send_buffer_bytes; bytes > 0)
        ::setsockopt(listener_->socket(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    events_ = ::epoll_create1(EPOLL_CLOEXEC);
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (events_ < 0 || wake_ < 0) {
        return fail({ErrorCode::io, "cannot create an event queue", "http server", "raise the open files limit"});
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = wake_id;
    ::epoll_ctl(events_, EPOLL_CTL_ADD, wake_, &event);
    waits_.watch(events_);
    threads_.emplace_back([this] { accept_loop(); });
    for (std::size_t i = 0; i < options_.limits.workers; ++i) threads_.emplace_back([this] { work(); });
    return {};
}

void HttpServer::Impl::stop() {
    if (stopping_.exchange(true) || threads_.empty()) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto woken = ::write(wake_, &one, sizeof one);
    {
        std::unique_lock lock(mutex_);
        for (auto it = connections_.begin(); it != connections_.end();) {
            if (!it->second->is_waiting) it->second->channel.abort_reading();
            it = it->second->is_waiting ? connections_.erase(it) : std::next(it);
        }
        quiet_.wait_for(lock, std::chrono::milliseconds(options_.limits.stop_grace_ms),
                        [this] { return connections_.empty(); });
        for (auto& [id, connection] : connections_) connection->channel.abort();
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    listener_.reset();
}

void HttpServer::Impl::accept_loop() {
    int pause_ms = 0;
    while (!stopping_) {
        std::array<pollfd, 2> items{pollfd{wake_, POLLIN, 0}, pollfd{listener_->socket(), POLLIN, 0}};
        // With connections left to wait the listener stays readable: leave it out for a while instead of spinning on
        // it.
        const nfds_t count = pause_ms > 0 ? 1 : 2;
        const int timeout_ms = count == 1 ? std::exchange(pause_ms, 0) : sweep_interval_ms;
        if (::poll(items.data(), count, timeout_ms) > 0 && items[1].revents != 0 && !stopping_) {
            const Accepted accepted = accept_all();
            if (accepted == Accepted::no_descriptor && options_.log)
                options_.log("no descriptor left for a new connection");
            if (accepted == Accepted::no_descriptor) pause_ms = sweep_interval_ms;
            if (accepted == Accepted::no_room) pause_ms = room_interval_ms;
        }
        sweep();
    }
}

HttpServer::Impl::Accepted HttpServer::Impl::accept_all() {
    std::string remote;
    bool is_exhausted = false;
    for (int i = 0; i < accept_max; ++i) {
        if (!make_room()) return Accepted::no_room;
        const int socket = listener_->accept(remote, is_exhausted);
        if (socket < 0) {
            const std::lock_guard lock(mutex_);
            return !is_exhausted || evict() ? Accepted::all : Accepted::no_descriptor;
        }
        const auto connection = std::make_shared<Connection>(socket, tls_.get(), remote);
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) continue;  // closes it
            connection->id = ++last_id_;
            connections_.emplace(connection->id, connection);
        }
        await(*connection, tls_ ? options_.limits.handshake_deadline_ms : options_.limits.idle_ms);
        park(connection, Io::want_read);
    }
    return Accepted::all;
}

/// For one more connection, if one waits. False when it has to go on waiting.
bool HttpServer::Impl::make_room() {
    const std::lock_guard lock(mutex_);
    if (connections_.size() < options_.limits.connections_max) return true;
    pollfd waiting{listener_->socket(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) <= 0 || evict();
}

/// Under the lock. Refusing newcomers would let a crowd of silent clients shut everybody else out; so the one that has
/// been waited for longest goes, and a newcomer has as long as the crowd needs to come anew. One whose bytes are here
/// already waits for a worker, and is kept: when there are only such, newcomers wait outside.
bool HttpServer::Impl::evict() {
    std::vector<ConnectionPtr> waiting;
    std::vector<pollfd> sockets;
    for (const auto& [id, connection] : connections_) {
        if (!connection->is_waiting) continue;  // a worker has it
        waiting.push_back(connection);
        sockets.push_back({connection->channel.socket(), POLLIN, 0});
    }
    if (::poll(sockets.data(), sockets.size(), 0) < 0) return false;
    const Connection* oldest = nullptr;
    for (std::size_t i = 0; i < waiting.size(); ++i)
        if (sockets[i].revents == 0 && (oldest == nullptr || waiting[i]->since_ms < oldest->since_ms))
            oldest = waiting[i].get();
    return oldest != nullptr && connections_.erase(oldest->id) > 0;
}

/// From now on the connection is given this time.
void HttpServer::Impl::await(Connection& connection, std::int64_t time_ms) const {
    connection.since_ms = clock_.steady_ms();
    connection.deadline_ms = connection.since_ms + time_ms;
}

void HttpServer::Impl::sweep() {
    const std::int64_t now_ms = clock_.steady_ms();
    std::vector<ConnectionPtr> late;  // closed after the lock
    const std::lock_guard lock(mutex_);
    for (auto it = connections_.begin(); it != connections_.end();) {
        const bool is_late = it->second->is_waiting && it->second->is_registered && it->second->deadline_ms < now_ms;
        if (is_late) late.push_back(it->second);
        it = is_late ? connections_.erase(it) : std::next(it);
    }
}

ConnectionPtr HttpServer::Impl::take(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    const auto found = connections_.find(id);
    if (found == connections_.end() || !found->second->is_waiting || stopping_) return nullptr;
    found->second->is_waiting = false;
    return found->second;
}

void HttpServer::Impl::park(const ConnectionPtr& connection, Io io) {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
        connections_.erase(connection->id);
        quiet_.notify_all();
        return;
    }
    connection->is_waiting = true;
    epoll_event event{};
    event.events = (io == Io::want_write ? EPOLLOUT : EPOLLIN) | EPOLLONESHOT;
    event.data.u64 = connection->id;
    const int action = std::exchange(connection->is_registered, true) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (::epoll_ctl(events_, action, connection->channel.socket(), &event) != 0) connections_.erase(connection->id);
}

void HttpServer::Impl::drop(Connection& connection) {
    const std::lock_guard lock(mutex_);
    connections_.erase(connection.id);
    quiet_.notify_all();
}

void HttpServer::Impl::work() {
    RequestExchange exchange(context_);
    while (!stopping_) {
        epoll_event event{};
        waits_.worker_is_free();
        const int ready = ::epoll_wait(events_, &event, 1, -1);
        waits_.worker_is_taken();
        if (ready != 1 || event.data.u64 == wake_id) continue;
        const ConnectionPtr connection = take(event.data.u64);
        if (!connection) continue;
        try {
            advance(connection, exchange);
        } catch (const std::exception& fault) {
            if (options_.log) options_.log(connection->remote + ": " + fault.what());
            drop(*connection);
        }
    }
}

void HttpServer::Impl::advance(const ConnectionPtr& connection, RequestExchange& exchange) {
    if (!shake(connection)) return;
    for (std::size_t head_size = 0; fill_head(connection, head_size);) {
        if (!answer(*connection, exchange, head_size)) {
            linger(*connection);
            return drop(*connection);
        }
        connection->is_idle = true;
        await(*connection, options_.limits.idle_ms);
    }
}

/// False when the connection waits for more, or is gone.
bool HttpServer::Impl::shake(const ConnectionPtr& connection) {
    if (connection->is_shaken) return true;
    const Io io = connection->channel.handshake();
    if (io == Io::done) {
        connection->is_shaken = true;
        await(*connection, options_.limits.idle_ms);
        return true;
    }
    if (io == Io::closed) {
        note_refused(connection->remote);
        drop(*connection);
        return false;
    }
    park(connection, io);
    return false;
}

/// However many strangers come, they do not fill the log.
void HttpServer::Impl::note_refused(const std::string& remote) {
    if (!options_.log) return;
    const std::lock_guard lock(refused_mutex_);
    const std::int64_t now_ms = clock_.steady_ms();
    ++refused_;
    if (refused_told_ms_ && now_ms - *refused_told_ms_ < refused_interval_ms) return;
    const std::string others =
        refused_ > 1 ? " and " + std::to_string(refused_ - 1) + " others since the last line" : "";
    options_.log(remote + ": TLS handshake refused" + others);
    refused_told_ms_ = now_ms;
    refused_ = 0;
}

/// True when a whole head (or as much as is allowed of one) is there; else the connection waits, or is gone.
bool HttpServer::Impl::fill_head(const ConnectionPtr& connection, std::size_t& head_size) {
    std::string& ahead = connection->ahead;
    for (;;) {
        const std::size_t end = ahead.find("\r\n\r\n");
        head_size = end == std::string::npos ? ahead.size() : end + 4;
        if (end != std::string::npos || ahead.size() > options_.limits.head_bytes_max) return true;
        const std::size_t old = ahead.size();
        ahead.resize(old + read_bytes);
        std::size_t got = 0;
        const Io io = connection->channel.read(ahead.data() + old, read_bytes, got);
        ahead.resize(old + got);
        if (got > 0 && std::exchange(connection->is_idle, false)) {
            await(*connection, options_.limits.head_deadline_ms);
        }
        if (io == Io::done) continue;
        if (io == Io::closed) {
            drop(*connection);
        } else {
            park(connection, io);
        }
        return false;
    }
}

bool HttpServer::Impl::answer(Connection& connection, RequestExchange& exchange, std::size_t head_size) {
    const auto& spki = connection.channel.client_spki();
    if (tls_ && !(spki && tls_->is_pinned(*spki))) return false;  // unpinned since the handshake
    const AwaitedClient client(connection.channel, waits_, client_name(connection));
    const std::string text = connection.ahead.substr(0, head_size);
    connection.ahead.erase(0, head_size);
    tl::expected<RequestHead, Refusal> head = tl::unexpected<Refusal>(
        Refusal{431, {ErrorCode::too_large, "request head is too large", "request head", "send fewer headers"}});
    if (head_size <= options_.limits.head_bytes_max) head = parse_head(text, options_.limits);
    return exchange.serve({connection.channel, client, connection.ahead, connection.remote}, std::move(head));
}

/// Takes what the client still sends for a moment: closing on unread bytes would reset the connection and could take
/// the answer with it.
void HttpServer::Impl::linger(Connection& connection) {
    connection.channel.end_sending();
    const AwaitedClient client(connection.channel, waits_, client_name(connection), AwaitedClient::Patience::none);
    const std::int64_t until_ms = clock_.steady_ms() + drain_ms;
    std::array<char, read_bytes> bytes{};
    for (std::size_t drained = 0; drained < drain_bytes_max && !stopping_;) {
        std::size_t got = 0;
        const Io io = connection.channel.read(bytes.data(), bytes.size(), got);
        drained += got;
        if (io == Io::closed) return;
        if (io != Io::done && !client.wait(io, until_ms - clock_.steady_ms())) return;
    }
}

HttpServer::HttpServer(HttpServerOptions options, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {}
HttpServer::~HttpServer() = default;
Result<void> HttpServer::start() {
    return impl_->start();
}
std::uint16_t HttpServer::port() const {
    return impl_->port();
}
void HttpServer::stop() {
    impl_->stop();
}

}  // namespace minglu
