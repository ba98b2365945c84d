// After an upgrade: records that an earlier program had kept without reading them.
#include <algorithm>

#include "sync/intake.hpp"
#include "sync/replica.hpp"
#include "sync/replica_detail.hpp"
#include "sync/unread.hpp"

namespace minglu {

/// Costs one look at a setting where the last program read the same.
void Replica::read_on() {
    const std::string text = reading_text(reading_);
    if (store_.read()->setting(reading_setting) == text) return;
    const std::scoped_lock lock(writer_);
    const auto tx = store_.write();
    if (!tx->unread().empty() && !is_as_stated(*tx, own_log(*tx))) return;
    try {
        if (auto own = read_unread(*tx, read_at_start_))
            seal(*tx, *own);
        else
            minglu::commit(*tx);
    } catch (...) {
        trie_.reset();
        throw;
    }
}

/// The log to go on with, to be sealed; none when nothing was read.
std::optional<LogRow> Replica::read_unread(WriteTx& tx, std::uint64_t& records) {
    last_arrival_ = std::max(last_arrival_, clock_.now());
    Intake intake(tx, last_arrival_);
    const ReadSince done = minglu::read_unread(tx, intake, reading_, node_, clock_.now());
    if (done.whole) tx.put_setting(reading_setting, reading_text(reading_));
    records = done.records;
    if (done.records == 0) return std::nullopt;
    refold_touched(tx, intake);
    bool reopened = false;
    return continue_own(tx, intake.counted_before(), node_, reopened);
}

}  // namespace minglu
