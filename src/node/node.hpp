#pragma once
/// The composition root: the one place where ports meet their adapters.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "minglu/http.hpp"
#include "src/crypto/passphrase.hpp"
#include "src/node/config.hpp"

namespace minglu {

/// Where a serving node can be reached.
struct Doors {
    std::string officer;  ///< address:port, empty when closed
    std::string peer;
    std::string socket;
};

class Node {
public:
    /// Takes the lock and opens the store; no listener and no link yet. Errors: busy, not_found, io, corrupt, those of
    /// key files; unauthenticated when these are encrypted, and the passphrase is missing or another one.
    [[nodiscard]] static Result<std::unique_ptr<Node>> open(const NodeConfig& config,
                                                            const Passphrase& passphrase = {});
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// The handler of the officer listener and of the socket, for calls in process (set `local`).
    [[nodiscard]] const std::function<HttpResponse(const HttpRequest&)>& api() const;

    /// Opens the doors and follows the peers until `stop`. `on_ready` is called once everything listens.
    /// Errors: io (address in use), not_allowed (a public officer address without behind_proxy).
    [[nodiscard]] Result<void> serve(const std::function<void(const Doors&)>& on_ready);
    /// From any thread; `serve` returns when all requests have ended.
    void stop();

private:
    class Impl;
    explicit Node(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace minglu
