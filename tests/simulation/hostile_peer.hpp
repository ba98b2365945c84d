#pragma once
/// A peer that keeps to no rule: its card is pinned, so it is let in, and it sends whatever serves it. It forges,
/// replays, withholds, floods, forks a log of its own and lies in every answer; what it signs in its own name stands.
#include <deque>

#include "tests/simulation/invariants.hpp"
#include "tests/support/log_forge.hpp"

namespace minglu::simulation {

class HostilePeer {
public:
    HostilePeer(test::ManualClock& clock, test::SeededRandom& random, Ledger& ledger);

    [[nodiscard]] SimNode& node() { return node_; }
    [[nodiscard]] const NodeId& id() const { return node_.id(); }

    /// From now on `victim` asks this peer, too, and this peer asks `victim`.
    void befriend(SimNode& victim);
    /// Learns what a friend holds, writes to one of its logs, or brings something to a friend.
    void act();

private:
    [[nodiscard]] PeerRequest before(const NodeId& victim, PeerRequest request);
    [[nodiscard]] PeerAnswer after(const NodeId& victim, const PeerRequest& request, PeerAnswer answer);
    [[nodiscard]] PeerAnswer any_status();
    [[nodiscard]] std::string any_bytes(std::string honest);
    [[nodiscard]] std::string any_bundle(const NodeId& victim, std::string honest);
    [[nodiscard]] std::string forged_log();
    [[nodiscard]] std::string lying(const std::string& bundle);
    [[nodiscard]] std::string own_branch(const NodeId& victim);
    void write_own();
    void note(const std::string& what);

    test::SeededRandom& random_;
    Ledger& ledger_;
    SimNode node_;
    std::unique_ptr<SigningKey> key_;
    std::vector<SimNode*> friends_;
    std::vector<std::string> earlier_;      ///< bundles that it has seen or made
    std::vector<test::LogForge> branches_;  ///< of one log, for different friends
    std::vector<test::LogForge> floods_;    ///< logs that nobody asked for
};

}  // namespace minglu::simulation
