#pragma once
/// Grows every log again from the stored bytes, record by record, and compares with what is stored of it.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "minglu/store.hpp"
#include "sync/bundle.hpp"
#include "sync/findings.hpp"
#include "sync/key_changes.hpp"
#include "sync/merkle.hpp"
#include "sync/reading.hpp"

namespace minglu {

/// How far the logs have grown; what one slice of a check hands to the next. Records are never changed, so that it does
/// not matter in which snapshot each of them was read.
struct GrownLogs {
    struct Grown {
        LogRow log;  ///< its id, suite, size and the vector of its author
        TreeFrontier tree;
    };
    std::map<LogId, Grown> logs;
    std::map<LogId, Cut> cuts;  ///< as the nodes of these logs have stated them so far
};

/// A slice of that: the records that are checked in one snapshot. Refers to all that it is given.
class LogCheck {
public:
    LogCheck(const ReadTx& tx, Findings& findings, const Reading& reading, GrownLogs& grown);

    /// The next record in order of arrival.
    void check(const RecordRow& row);
    /// After the last record of this snapshot.
    void finish();

private:
    using Grown = GrownLogs::Grown;

    void check_filing(const LogRow& stored, const LogRow& grown, const RecordRow& row, const RecordLines& record);
    bool is_stored_as_unread(const Dot& dot);
    void check_shown(const RecordRow& row, const EntryKey& key);
    void check_mark(const RecordRow& row, const Header& header);
    void note_cut(const Cut& cut, const NodeId& by);
    void append(const LogRow& stored, Grown& grown, const RecordRow& row);
    void compare(const LogRow& stored, const Grown& grown);
    void check_head(const LogRow& stored, const Grown& grown);
    void check_change(const LogRow& stored, const KeyChange& change);
    void finding(std::string_view table, const RecordRow& row, const std::string& what);

    const ReadTx& tx_;
    Findings& findings_;
    const Reading& reading_;
    GrownLogs& grown_;
    std::map<LogId, LogRow> stored_;
    std::optional<std::set<Dot>> unread_;
};

}  // namespace minglu
