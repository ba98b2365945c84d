#pragma once
/// Proves the segments of a bundle, log by log, before anything of it is taken: what is taken, refused and put off, and
/// what is reported of it. Reads the store, writes nothing.
#include <map>
#include <vector>

#include "sync/known_keys.hpp"
#include "sync/replica.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

struct Proved {
    LogRow log;
    Segment segment;
    ProvedSegment proof;
    Seq size_before;
};

/// What a bundle's segments came to before anything was taken.
struct Proofs {
    std::map<LogId, Proved> proved;
    std::vector<IncidentRow> incidents;
    std::vector<ForkRow> forks;  ///< pairs of heads that contradict each other
    IngestReport report;
    Doubts doubts = Doubts::report;
    Quotas quotas = Quotas::apply;
    /// Nodes that write an entry more often than is taken from one bundle, and which; to be put off when it is proved
    /// again.
    std::map<NodeId, EntryKey> crowding;
    std::vector<std::string> found_forks;  ///< proofs (fork_proof.hpp) that the bundle's records gave
    bool leave_own = false;
    bool is_rolled_back = false;  ///< our own log goes on elsewhere, by a head that does not connect to what is held
    bool new_keys = false;
    std::map<LogId, Seq> counted_before;  ///< of the logs that records of this bundle have cut
};

/// One log's segment: proved, or refused, or put off.
void prove_all(const ReadTx& tx, const Bundle& bundle, const KnownKeys& keys, const NodeId& from, Proofs& proofs,
               const DailyQuota& quota);

/// Two heads of a log that people agreed on accuse nobody: its key is in other hands, as they know.
[[nodiscard]] Error not_agreed_on(const LogId& log);

/// A refused log: an incident, or a doubt where proofs can tell who is to blame.
void refuse_log(const LogRow& log, const Segment& segment, const Error& error, const NodeId& from, Proofs& proofs);

}  // namespace minglu
