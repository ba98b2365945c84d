#pragma once
/// The one way a record enters the store, for the records of this node and of every other.
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/record.hpp"
#include "minglu/store.hpp"
#include "sync/bundle.hpp"
#include "sync/crowding.hpp"
#include "sync/merkle.hpp"

namespace minglu {

/// What is wrong with a record, judged by its bytes and by its log up to it, never by state: empty when it is valid.
/// An invalid record is kept and forwarded, and is ineffective as a whole.
struct Judged {
    std::string fault;
    std::vector<EntryKey> keys;  ///< per op line; empty for a record whose ops are not filed under their keys
    std::vector<Hash> op_subtrees;
};
[[nodiscard]] Judged judge(const LogRow& log, const RecordLines& record);

/// The root of the op lines must be the one that the header states; anything else is a damaged transfer.
[[nodiscard]] bool ops_match(const RecordLines& record);

/// The row under which a record is stored; `no` is left open.
[[nodiscard]] RecordRow row_of(const RecordLines& record, Suite suite, bool valid, UnixMs arrived);

/// Writes the records of one transaction. Keeps the touched logs in memory, until `finish` writes them back.
class Intake {
public:
    Intake(WriteTx& tx, UnixMs arrived);

    /// Appends `record` to `log` (which must be at seq - 1) and files what it marks. Returns the fault of an invalid
    /// record.
    std::string take(LogRow& log, const RecordLines& record);
    /// The same for a record judged already.
    void take(LogRow& log, const RecordLines& record, const Judged& judged);

    /// Judges a stored record again that was kept unread, and files it as if it had been read when it came. `before`:
    /// its log, with what its author had seen before this record. Returns as `take`.
    std::string judge_again(const LogRow& before, const RecordRow& kept, const RecordLines& record);

    /// Keys whose views the records taken so far change.
    [[nodiscard]] const std::set<EntryKey>& touched() const { return touched_; }
    /// Of those, one that was written more often than is taken at once.
    [[nodiscard]] const std::optional<EntryKey>& crowded() const { return at_once_.crowded(); }

    /// Logs that an `open` record taken so far has cut off.
    [[nodiscard]] const std::map<LogId, Cut>& cuts() const { return cuts_; }
    /// For each of them up to where it counted before.
    [[nodiscard]] const std::map<LogId, Seq>& counted_before() const { return counted_before_; }

private:
    void file(const RecordLines& record, const Judged& judged, const RecordRow& row);
    void note_touched(const RecordLines& record, const Judged& judged, const Dot& dot);
    void touch(const EntryKey& key, std::size_t line_bytes);
    void cut(const Cut& cut, const NodeId& by);

    WriteTx& tx_;
    UnixMs arrived_;
    std::set<EntryKey> touched_;
    WritesAtOnce at_once_;
    std::map<LogId, Cut> cuts_;
    std::map<LogId, Seq> counted_before_;
};

/// Adds one leaf to the log's tree: frontier, size and stored nodes.
void grow(WriteTx& tx, LogRow& log, const Hash& leaf);

}  // namespace minglu
