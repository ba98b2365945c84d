#pragma once
/// What both sides of a link to a peer have in common: what they work with, and how they say how they are doing.
#include <cstdint>
#include <set>
#include <string>

#include "minglu/ports.hpp"
#include "sync/replica.hpp"

namespace minglu {

/// The peer, and what a side of the link to it needs; all of it outlives the side.
struct Link {
    NodeId peer;
    Replica& replica;
    Store& store;
    Transport& transport;
    const Clock& clock;
    Random& random;
};

struct LinkStatus {
    std::string state = "new";  ///< new, up_to_date, catching_up, backing_off
    Vector their_vector;        ///< as of the last answer
    UnixMs last_success;        ///< last answered request; 0 = never
    UnixMs last_attempt;
    Error last_error;           ///< of the last attempt; what is empty when it succeeded
    std::int64_t failures = 0;  ///< in a row
    std::uint64_t requests = 0;
    std::uint64_t records = 0;  ///< that the receiving side took
    /// Left out at present: unknown to the receiving side, refused by it, or over its quota of today.
    std::set<LogId> skipped;
};

/// After a failure: doubles with each in a row, half of it left to chance.
struct Backoff {
    std::int64_t first_ms = 250;
    std::int64_t max_ms = 60'000;
};

}  // namespace minglu
