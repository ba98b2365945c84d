#pragma once
/// What the handlers of /v1 work with. The composition root (src/node) fills it in; tests do so with an in-memory
/// store.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "sync/divergence.hpp"
#include "sync/exchange.hpp"
#include "sync/puller.hpp"
#include "sync/pusher.hpp"
#include "sync/replica.hpp"
#include "sync/scrub.hpp"

namespace minglu {

class AuditTrail;
class ImportJobs;
class Lookalikes;

/// done, total; total 0 = unknown.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// How the exchange with one peer is doing. A peer that is paused or has no address has status.state "paused" or
/// "passive".
struct PeerReport {
    NodeId node;
    PullStatus status;
    std::optional<PushStatus> push{};  ///< of a peer that is brought our records
};

struct BackupOrder {
    std::filesystem::path target;
    bool verify = true;  ///< the copy, as minglu verify does: damage is not carried on
};

struct Services {
    NodeId node;
    Store& store;
    Replica& replica;
    Exchange& exchange;
    ImportJobs& imports;
    Lookalikes& lookalikes;
    const Clock& clock;
    Random& random;
    bool open_reads = false;  ///< the catalogue may be read without a token
    std::string version;      ///< of the program

    std::function<std::vector<PeerReport>()> peer_reports{};
    std::function<void()> peers_changed{};  ///< cards or pauses changed: start and stop pullers
    /// Exchanges with that peer, at once, until neither side has more for the other.
    std::function<Result<PeerReport>(const NodeId& peer)> exchange_now{};
    /// Looks for the entries that differ between that peer and this node; errors: not_found, bad_request, those of
    /// compare_states.
    std::function<Result<StateComparison>(const NodeId& peer)> compare{};
    std::function<void(const BackupOrder&, const Progress&)> backup{};  ///< throws StoreFault
    std::function<std::vector<std::string>(const Progress&)> verify{};  ///< one line per finding; empty = sound
    std::function<std::string(std::size_t bytes)> random_bytes{};       ///< for secrets
    /// A commit of a thread that no request waits for, whose outcome is unknown; does not return.
    std::function<void(const StoreFault&)> on_unknown{};
    /// Goes on with a new signing key; the new card.
    std::function<Result<std::string>(const std::string& actor, const std::string& reason)> rotate_key{};
    AuditTrail* audit = nullptr;          ///< none: nothing is written down, for tests
    std::filesystem::path spool{};        ///< for files that live as long as an answer
    std::function<ScrubState()> scrub{};  ///< how the node verifies itself; none: it does not
};

}  // namespace minglu
