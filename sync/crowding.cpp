#include "sync/crowding.hpp"

#include <algorithm>
#include <numeric>

namespace minglu {

Result<void> check_uncrowded(const ReadTx& tx, const Op& op) {
    const auto entry = tx.entry(op.key);
    if (!entry || entry->open_conflicts < unseen_writes_max) return {};
    const auto ops = tx.ops_of_key(op.key);
    const auto unseen =
        std::count_if(ops.begin(), ops.end(), [&](const OpRow& row) { return row.valid && !op.seen.covers(row.dot); });
    if (static_cast<std::size_t>(unseen) < unseen_writes_max) return {};
    return fail({ErrorCode::stale,
                 std::to_string(unseen) + " writes of " + op.key.value() +
                     " have not been seen by this one, and it would be in conflict with them; " +
                     std::to_string(entry->open_conflicts) + " of its conflicts are open",
                 op.key.value(), "look at the entry as it is now and settle its conflicts first; nothing was written"});
}

void WritesAtOnce::note(const EntryKey& key, std::size_t line_bytes) {
    Writes& writes = writes_[key];
    ++writes.count;
    writes.bytes += line_bytes;
    if (!crowded_ && (writes.count > writes_at_once_max || writes.bytes > write_bytes_at_once_max)) crowded_ = key;
}

void count_crowd(const EntryViews& views, const std::map<LogId, Seq>& sizes_before, std::map<NodeId, Crowd>& crowds) {
    const auto contests =
        std::accumulate(views.conflicts.begin(), views.conflicts.end(), std::size_t{0},
                        [](std::size_t sum, const ConflictView& conflict) { return sum + conflict.groups.size(); });
    if (contests < crowd_contests_min) return;
    const auto is_new = [&](const Dot& dot) {
        const auto log = sizes_before.find(dot.log);
        return log != sizes_before.end() && dot.seq > log->second;
    };
    std::map<NodeId, std::uint64_t> of_node;
    for (const ConflictView& conflict : views.conflicts)
        for (const Dot* side : {&conflict.a, &conflict.b})
            if (is_new(*side)) of_node[node_of(side->log)] += conflict.groups.size();
    for (const auto& [node, count] : of_node) {
        Crowd& crowd = crowds[node];
        crowd.contests += count;
        if (count <= crowd.most) continue;
        crowd.most = count;
        crowd.key = views.key;
    }
}

}  // namespace minglu
