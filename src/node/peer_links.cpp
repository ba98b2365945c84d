#include "src/node/peer_links.hpp"

#include <algorithm>
#include <optional>

#include "src/net/https_transport.hpp"
#include "src/node/link_loop.hpp"
#include "sync/card.hpp"

namespace minglu {

namespace {

/// A peer whose card was damaged here is as one that cannot be reached: no reason to leave the others alone.
Result<Card> card_of(const PeerRow& peer) {
    auto card = parse_card(peer.card);
    if (card) return card;
    return fail({ErrorCode::corrupt, "the card of peer " + peer.node.value() + ": " + card.error().what, "",
                 "pin its card file again: minglu peer add CARD --replace"});
}

std::int64_t step(Puller& puller, const std::function<bool()>&) {
    return puller.step();
}
std::int64_t step(Pusher& pusher, const std::function<bool()>& gone) {
    return pusher.step(gone);
}

}  // namespace

/// Follows one peer, and brings it our records if that is wanted, until it is destroyed.
class PeerLinks::Followed {
public:
    Followed(PeerRow peer, PeerLinks& owner)
        : peer_(std::move(peer)), pull_(owner, peer_, "peer " + peer_.node.value(), owner.pulling_) {
        if (peer_.push) push_.emplace(owner, peer_, "push to peer " + peer_.node.value(), owner.pushing_);
    }

    [[nodiscard]] const PeerRow& peer() const { return peer_; }
    [[nodiscard]] PeerReport report() const {
        PeerReport report{peer_.node, pull_.side.status(), {}};
        if (push_) report.push = push_->side.status();
        return report;
    }

private:
    /// A Puller or a Pusher on its own connection, and the thread that moves it.
    template <class Side, class Options>
    struct Following {
        Following(PeerLinks& owner, const PeerRow& peer, const std::string& name, const Options& options)
            : transport(owner.connect(peer)),
              side(owner.link_to(peer.node, *transport), options),
              loop(
                  name, *transport,
                  [this](const std::function<bool()>& gone) {
                      const std::int64_t pause_ms = minglu::step(side, gone);
                      const auto status = side.status();
                      return LinkState{pause_ms, status.failures, status.last_error};
                  },
                  owner.on_fault_) {}
        std::unique_ptr<Transport> transport;
        Side side;
        LinkLoop loop;
    };

    PeerRow peer_;
    Following<Puller, PullerOptions> pull_;
    std::optional<Following<Pusher, PusherOptions>> push_;
};

/// A connection of its own for what somebody asked for: that the node stops ends it, however long the peer takes.
class PeerLinks::Asked {
public:
    Asked(PeerLinks& owner, const PeerRow& peer) : owner_(owner), transport_(owner.connect(peer)) {
        const std::scoped_lock lock(owner_.mutex_);
        owner_.asked_.insert(transport_.get());
        if (owner_.stopping_) transport_->cancel();
    }
    ~Asked() {
        const std::scoped_lock lock(owner_.mutex_);
        owner_.asked_.erase(transport_.get());
    }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;
    [[nodiscard]] Transport& transport() { return *transport_; }

private:
    PeerLinks& owner_;
    std::unique_ptr<Transport> transport_;
};

PeerLinks::PeerLinks(Replica& replica, Store& store, const Clock& clock, Random& random, TlsIdentity identity,
                     PullerOptions pulling, PusherOptions pushing, std::function<void(const StoreFault&)> on_fault)
    : replica_(replica),
      store_(store),
      clock_(clock),
      random_(random),
      identity_(std::move(identity)),
      pulling_(pulling),
      pushing_(pushing),
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
    std::map<NodeId, std::unique_ptr<Followed>> ending;
    const std::scoped_lock lock(mutex_);
    started_ = false;
    for (Transport* const transport : asked_) transport->cancel();
    ending.swap(links_);
}

std::unique_ptr<Transport> PeerLinks::connect(const PeerRow& peer) const {
    const auto card = card_of(peer);
    if (!card) throw StoreFault(card.error().code, card.error().what);
    return std::make_unique<HttpsTransport>(
        HttpsPeer{peer.url, card->tls_spki_sha256, identity_.certificate_pem, identity_.key_pem});
}

Link PeerLinks::link_to(const NodeId& peer, Transport& transport) const {
    return {peer, replica_, store_, transport, clock_, random_};
}

void PeerLinks::refresh() {
    std::vector<std::unique_ptr<Followed>> ending;
    const std::scoped_lock lock(mutex_);
    peers_ = store_.read()->peers();
    by_spki_.clear();
    for (const PeerRow& peer : peers_)
        if (const auto card = card_of(peer)) by_spki_.emplace(card->tls_spki_sha256, peer.node);
    for (auto link = links_.begin(); link != links_.end();) {
        const bool wanted = std::find(peers_.begin(), peers_.end(), link->second->peer()) != peers_.end();
        if (!wanted) ending.push_back(std::move(link->second));
        link = wanted ? std::next(link) : links_.erase(link);
    }
    if (!started_) return;
    for (const PeerRow& peer : peers_)
        if (!peer.paused && !peer.url.empty() && !links_.contains(peer.node) && card_of(peer))
            links_.emplace(peer.node, std::make_unique<Followed>(peer, *this));
}

Result<PeerRow> PeerLinks::reachable(const NodeId& node) const {
    const std::scoped_lock lock(mutex_);
    const auto found = std::find_if(peers_.begin(), peers_.end(), [&](const PeerRow& row) { return row.node == node; });
    if (found == peers_.end())
        return fail(
            {ErrorCode::not_found, "no peer " + node.value(), "", "minglu peer list shows those that are known"});
    if (found->url.empty())
        return fail({ErrorCode::bad_request, "peer " + node.value() + " has no address: it calls us", "",
                     "give it one with minglu peer add CARD --url URL"});
    if (const auto card = card_of(*found); !card) return fail(card.error());
    return *found;
}

Result<PeerReport> PeerLinks::exchange_now(const NodeId& node) {
    const auto peer = reachable(node);
    if (!peer) return tl::unexpected(peer.error());
    Asked asked(*this, *peer);
    Puller puller(link_to(node, asked.transport()), pulling_);
    std::uint64_t before = 0;
    do {
        before = puller.status().records;
        puller.step_now();
    } while (!stopping_ && puller.status().failures == 0 && puller.status().records > before);
    if (puller.status().failures > 0) return fail(puller.status().last_error);
    PeerReport report{node, puller.status(), {}};
    if (!peer->push) return report;
    Pusher pusher(link_to(node, asked.transport()), pushing_);
    std::uint64_t requests = 0;
    do {
        requests = pusher.status().requests;
        pusher.step_now();
    } while (!stopping_ && pusher.status().failures == 0 && pusher.status().requests > requests);
    if (pusher.status().failures > 0) return fail(pusher.status().last_error);
    report.push = pusher.status();
    return report;
}

Result<StateComparison> PeerLinks::compare(const NodeId& node) {
    const auto peer = reachable(node);
    if (!peer) return tl::unexpected(peer.error());
    Asked asked(*this, *peer);
    return compare_states(asked.transport(), replica_, store_, node);
}

std::vector<PeerReport> PeerLinks::reports() const {
    const std::scoped_lock lock(mutex_);
    std::vector<PeerReport> reports;
    for (const PeerRow& peer : peers_) {
        PeerReport report{peer.node, {}, {}};
        const auto link = links_.find(peer.node);
        const auto card = card_of(peer);
        if (link != links_.end()) {
            report = link->second->report();
        } else if (!card && !peer.paused) {
            report.status.state = "backing_off";
            report.status.last_error = card.error();
        } else {
            report.status.state = peer.paused ? "paused" : "passive";
        }
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
