#pragma once
/// One request and its answer on a connection. The only place that knows the HTTP library.
#include <atomic>

#include "src/http/server.hpp"
#include "src/http/server_head.hpp"
#include "src/http/server_waits.hpp"

namespace minglu {

/// What an exchange needs of its server; outlives it.
struct ServerContext {
    const HttpServerOptions& options;
    const Clock& clock;
    const std::atomic<bool>& stopping;
    ClientWaits& waits;
};

/// A connection at the moment its request head is complete.
struct Incoming {
    Channel& channel;
    const AwaitedClient& client;
    std::string& ahead;  ///< bytes received after the head; those of the body are taken off
    std::string remote;
};

/// Belongs to one worker thread.
class RequestExchange {
public:
    explicit RequestExchange(const ServerContext& context);
    ~RequestExchange();
    RequestExchange(const RequestExchange&) = delete;
    RequestExchange& operator=(const RequestExchange&) = delete;

    /// Answers one request; true when the connection can take another.
    [[nodiscard]] bool serve(const Incoming& incoming, tl::expected<RequestHead, Refusal> head);

private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace minglu
