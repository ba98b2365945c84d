#pragma once
/// One thread per peer that has an address and is not paused, each following its peer with a Puller; one more with a
/// Pusher where the peer is to be brought our records.
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "src/crypto/tls_identity.hpp"
#include "src/http/api/services.hpp"
#include "sync/puller.hpp"
#include "sync/pusher.hpp"

namespace minglu {

class PeerLinks {
public:
    /// `on_fault`: a commit whose outcome is unknown; it does not return.
    PeerLinks(Replica& replica, Store& store, const Clock& clock, Random& random, TlsIdentity identity,
              PullerOptions pulling, PusherOptions pushing, std::function<void(const StoreFault&)> on_fault);
    ~PeerLinks();
    PeerLinks(const PeerLinks&) = delete;
    PeerLinks& operator=(const PeerLinks&) = delete;

    /// From now on peers are followed. Before `start`, only `exchange_now` exchanges.
    void start();
    void stop();

    /// Starts links to new peers, ends those that are paused, removed or have another card or address.
    void refresh();
    /// Exchanges until there is nothing more, on a connection of its own. Errors: not_found, bad_request, those of
    /// Puller and Pusher.
    [[nodiscard]] Result<PeerReport> exchange_now(const NodeId& node);
    /// On a connection of its own too. Errors: not_found, bad_request, those of compare_states.
    [[nodiscard]] Result<StateComparison> compare(const NodeId& node);
    [[nodiscard]] std::vector<PeerReport> reports() const;

    /// The peer that owns a TLS key, for the peer listener: a removed peer is a stranger at once.
    [[nodiscard]] std::optional<NodeId> peer_of(const Hash& spki) const;

private:
    class Followed;
    class Asked;
    Result<PeerRow> reachable(const NodeId& node) const;
    std::unique_ptr<Transport> connect(const PeerRow& peer) const;
    Link link_to(const NodeId& peer, Transport& transport) const;

    Replica& replica_;
    Store& store_;
    const Clock& clock_;
    Random& random_;
    TlsIdentity identity_;
    PullerOptions pulling_;
    PusherOptions pushing_;
    std::function<void(const StoreFault&)> on_fault_;

    mutable std::mutex mutex_;
    bool started_ = false;
    std::atomic<bool> stopping_ = false;  ///< ends an `exchange_now` that is under way
    std::map<NodeId, std::unique_ptr<Followed>> links_;
    std::set<Transport*> asked_;  ///< connections of the exchanges and comparisons that were asked for
    std::vector<PeerRow> peers_;
    std::map<Hash, NodeId> by_spki_;
};

}  // namespace minglu
