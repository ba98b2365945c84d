#include "src/node/peer_links.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <thread>

#include "src/net/https_transport.hpp"
#include "sync/card.hpp"

namespace minglu {

/// Follows one peer until it is destroyed.
class PeerLinks::Link {
public:
    Link(PeerRow peer, std::unique_ptr<Transport> transport, PeerLinks& owner)
        : peer_(std::move(peer)),
          transport_(std::move(transport)),
          puller_(peer_.node, owner.replica_, owner.store_, *transport_, owner.clock_, owner.random_, owner.options_),
          on_fault_(owner.on_fault_),
          thread_([this] { run(); }) {}

    ~Link() {
        {
            const std::scoped_lock lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        transport_->cancel();
        thread_.join();
    }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    [[nodiscard]] const PeerRow& peer() const { return peer_; }
    [[nodiscard]] PullStatus status() const { return puller_.status(); }

private:
    void run() {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            lock.unlock();
            const std::int64_t pause_ms = step();
            lock.lock();
            wake_.wait_for(lock, std::chrono::milliseconds(pause_ms), [&] { return stopping_; });
        }
    }

    std::int64_t step() {
        try {
            const std::int64_t pause_ms = puller_.step();
            const PullStatus status = puller_.status();
            if (status.failures == 1) spdlog::warn("peer {}: {}", peer_.node.value(), describe(status.last_error));
            if (status.failures == 0 && failing_) spdlog::info("peer {}: the link is back", peer_.node.value());
            failing_ = status.failures > 0;
            return pause_ms;
        } catch (const CommitUnknown& fault) {
            on_fault_(fault);
        } catch (const std::exception& fault) {
            spdlog::error("peer {}: {}", peer_.node.value(), fault.what());
        }
        constexpr std::int64_t after_fault_ms = 5'000;  // a full disk, say: nothing was lost, try again
        return after_fault_ms;
    }

    PeerRow peer_;
    std::unique_ptr<Transport> transport_;
    Puller puller_;
    std::function<void(const StoreFault&)> on_fault_;
    bool failing_ = false;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

PeerLinks::PeerLinks(Replica& replica, Store& store, const Clock& clock, Random& random, TlsIdentity identity,
                     PullerOptions options, std::function<void(const StoreFault&)> on_fault)
    : replica_(replica),
      store_(store),
      clock_(clock),
      random_(random),
      identity_(std::move(identity)),
      options_(options),
      on_fault_(std::move(on_fault)) {
    refresh();
}

PeerLinks::~PeerLinks() {
    stop();
}

void PeerLinks::start() {
    {
        const std::scoped_lock lock(mutex_);
        started_ = true;
    }
    refresh();
}

void PeerLinks::stop() {
    stopping_ = true;
    std::map<NodeId, std::unique_ptr<Link>> ending;
    const std::scoped_lock lock(mutex_);
    started_ = false;
    ending.swap(links_);
}

std::unique_ptr<Transport> PeerLinks::connect(const PeerRow& peer) const {
    const auto card = parse_card(peer.card);
    if (!card) throw StoreFault(ErrorCode::corrupt, "card of peer " + peer.node.value() + ": " + card.error().what);
    return std::make_unique<HttpsTransport>(
        HttpsPeer{peer.url, card->tls_spki_sha256, identity_.certificate_pem, identity_.key_pem});
}

void PeerLinks::refresh() {
    std::vector<std::unique_ptr<Link>> ending;
    const std::scoped_lock lock(mutex_);
    peers_ = store_.read()->peers();
    by_spki_.clear();
    for (const PeerRow& peer : peers_)
        if (const auto card = parse_card(peer.card)) by_spki_.emplace(card->tls_spki_sha256, peer.node);
    for (auto link = links_.begin(); link != links_.end();) {
        const bool wanted = std::find(peers_.begin(), peers_.end(), link->second->peer()) != peers_.end();
        if (!wanted) ending.push_back(std::move(link->second));
        link = wanted ? std::next(link) : links_.erase(link);
    }
    if (!started_) return;
    for (const PeerRow& peer : peers_)
        if (!peer.paused && !peer.url.empty() && !links_.contains(peer.node))
            links_.emplace(peer.node, std::make_unique<Link>(peer, connect(peer), *this));
}

Result<PullStatus> PeerLinks::pull_now(const NodeId& node) {
    PeerRow peer;
    {
        const std::scoped_lock lock(mutex_);
        const auto found =
            std::find_if(peers_.begin(), peers_.end(), [&](const PeerRow& row) { return row.node == node; });
        if (found == peers_.end())
            return fail(
                {ErrorCode::not_found, "no peer " + node.value(), "", "minglu peer list shows those that are known"});
        peer = *found;
    }
    if (peer.url.empty())
        return fail({ErrorCode::bad_request, "peer " + node.value() + " has no address: it calls us", "",
                     "give it one with minglu peer add CARD --url URL"});
    const auto transport = connect(peer);
    Puller puller(node, replica_, store_, *transport, clock_, random_, options_);
    std::uint64_t before = 0;
    do {
        before = puller.status().records;
        puller.step_now();
    } while (!stopping_ && puller.status().failures == 0 && puller.status().records > before);
    if (puller.status().failures > 0) return fail(puller.status().last_error);
    return puller.status();
}

std::vector<PeerReport> PeerLinks::reports() const {
    const std::scoped_lock lock(mutex_);
    std::vector<PeerReport> reports;
    for (const PeerRow& peer : peers_) {
        PeerReport report{peer.node, {}};
        if (const auto link = links_.find(peer.node); link != links_.end())
            report.status = link->second->status();
        else
            report.status.state = peer.paused ? "paused" : "passive";
        reports.push_back(std::move(report));
    }
    return reports;
}

std::optional<NodeId> PeerLinks::peer_of(const Hash& spki) const {
    const std::scoped_lock lock(mutex_);
    const auto found = by_spki_.find(spki);
    return found == by_spki_.end() ? std::nullopt : std::optional<NodeId>(found->second);
}

}  // namespace minglu
