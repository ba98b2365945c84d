#pragma once
/// Writes of one entry that have not seen each other. Each is in conflict with each of the others: a thousand of them
/// are half a million conflicts, all of which have to be listed. So an author is sent back to look at the entry before
/// it comes to that, and what a peer brings is taken in doses (docs/PROTOCOL.md §6, Crowding): never refused, and never
/// left out of the merge.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "minglu/record.hpp"
#include "minglu/store.hpp"

namespace minglu {

/// An author's op is refused while it has not seen this many writes of its key, and as many conflicts of it are open.
constexpr std::size_t unseen_writes_max = 256;

/// Writes of one key that are taken from one bundle, and bytes of their lines; a single write may be larger. The
/// smallest records in a bundle of 64 KiB, the smallest that is asked for, are fewer.
constexpr std::size_t writes_at_once_max = 320;
constexpr std::size_t write_bytes_at_once_max = 4u << 20;

/// A key on which fewer groups than this are contested, counted once a conflict, is not crowded: two nodes that
/// publish the same list, each by itself, have a few on every key.
constexpr std::size_t crowd_contests_min = 1'000;
/// Groups that the writes of one node may contest on crowded keys in one day.
constexpr std::uint64_t crowd_contests_per_day = 40'000;

/// Errors: stale.
[[nodiscard]] Result<void> check_uncrowded(const ReadTx& tx, const Op& op);

/// Counts the writes of each key in one transaction.
class WritesAtOnce {
public:
    /// To be called from the second write of a key on: most have but one, and cost nothing.
    void note(const EntryKey& key, std::size_t line_bytes);
    /// The key of which more was written than is taken at once.
    [[nodiscard]] const std::optional<EntryKey>& crowded() const { return crowded_; }

private:
    struct Writes {
        std::size_t count = 1;  ///< the first is not noted
        std::size_t bytes = 0;
    };
    std::map<EntryKey, Writes> writes_;
    std::optional<EntryKey> crowded_;
};

/// What the writes of one node contest on a crowded key.
struct Crowd {
    std::uint64_t contests = 0;
    EntryKey key;  ///< where it is most
    std::uint64_t most = 0;
};

/// Adds, for each node whose log grew beyond `sizes_before`, what its new ops contest on the key.
void count_crowd(const EntryViews& views, const std::map<LogId, Seq>& sizes_before, std::map<NodeId, Crowd>& crowds);

}  // namespace minglu
