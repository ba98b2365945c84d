#pragma once
/// Records that were kept and forwarded without being read, because the program knew their version or kind not yet. One
/// that does makes of them what it would have made had it read them when they came.
#include <cstdint>

#include "sync/intake.hpp"
#include "sync/reading.hpp"

namespace minglu {

struct ReadSince {
    std::uint64_t records = 0;
    bool whole = true;  ///< false: stored bytes of a log are damaged, and it was left as it is
};

/// Judges what is unread and can be read, and files it; `intake` then knows the keys to refold, and cuts. Reads the
/// headers of the logs that hold such a record, up to it. Invalid records and damaged logs become incidents; those that
/// told of records of a newer version are acknowledged for each log that has none left.
ReadSince read_unread(WriteTx& tx, Intake& intake, const Reading& reading, const NodeId& self, UnixMs now);

}  // namespace minglu
