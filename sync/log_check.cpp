#include "sync/log_check.hpp"

#include <algorithm>

#include "sync/head.hpp"
#include "sync/intake.hpp"
#include "sync/record_check.hpp"
#include "sync/refold.hpp"

namespace minglu {

LogCheck::LogCheck(const ReadTx& tx, Findings& findings, const Reading& reading, GrownLogs& grown)
    : tx_(tx), findings_(findings), reading_(reading), grown_(grown) {
    for (LogRow& log : tx.logs()) {
        LogRow fresh;
        fresh.id = log.id;
        fresh.suite = log.suite;
        grown_.logs.emplace(log.id, Grown{std::move(fresh), TreeFrontier(hash_of(log.suite))});
        LogId id = log.id;
        stored_.emplace(std::move(id), std::move(log));
    }
}

void LogCheck::check(const RecordRow& row) {
    const auto stored = stored_.find(row.dot.log);
    if (stored == stored_.end()) return finding("record", row, "belongs to no log");
    Grown& grown = grown_.logs.at(row.dot.log);
    if (row.dot.seq.value() != grown.log.size.value() + 1) finding("record", row, "does not continue its log");
    const std::vector<std::string> lines = tx_.ops_of_record(row.no);
    const auto damage = damage_of(tx_, stored->second, row, lines);
    if (damage) findings_.in_log(damage->table, "record " + to_string(row.dot), damage->what);
    if (const auto header = parse_header(row.header, reading_.version)) {
        const RecordLines record{*header, row.header, {lines.begin(), lines.end()}};
        if (!damage) check_filing(stored->second, grown.log, row, record);
        grown.log.author_vector.join(header->seen);
    }
    append(stored->second, grown, row);
}

void LogCheck::finish() {
    for (const auto& [id, stored] : stored_) compare(stored, grown_.logs.at(id));
}

void LogCheck::compare(const LogRow& stored, const Grown& grown) {
    const auto wrong = [&](std::string_view table, const std::string& what) {
        findings_.in_log(table, "log " + stored.id.value(), what);
    };
    if (grown.log.size != stored.size)
        wrong("log",
              std::to_string(grown.log.size.value()) + " records, " + std::to_string(stored.size.value()) + " stated");
    if (grown.tree.peaks() != stored.frontier) wrong("log", "its frontier is not that of its records");
    if (grown.log.author_vector != stored.author_vector) wrong("log", "the vector of its author is wrong");
    const auto cut = grown_.cuts.find(stored.id);
    if (stored.cut != (cut == grown_.cuts.end() ? std::nullopt : std::optional<Cut>(cut->second)))
        wrong("log", "it is cut elsewhere than its node has stated");
    check_head(stored, grown);
    if (!tree_is_sound(tx_, stored)) wrong("proof_step", "what is stored does not lead to its head");
}

/// What was derived from a sound record when it came in.
void LogCheck::check_filing(const LogRow& stored, const LogRow& grown, const RecordRow& row,
                            const RecordLines& record) {
    const Header& header = record.header;
    if (row.kind == RecordKind::unknown && header.kind != RecordKind::unknown && is_stored_as_unread(row.dot))
        return findings_.add("record", "record " + to_string(row.dot),
                             "it was kept by a program that did not read it, and this one does", "run minglu rebuild");
    const Judged judged = judge(grown, record);
    RecordRow expected = row_of(record, stored.suite, judged.fault.empty(), row.arrived);
    expected.no = row.no;
    if (row.valid != expected.valid)
        finding("record", row, row.valid ? "is stored as valid and is not" : "is stored as invalid and is valid");
    else if (row != expected)
        finding("record", row, "its row says something else than its header");
    std::vector<EntryKey> keys = judged.keys;
    std::vector<EntryKey> filed = tx_.keys_of_record(row.no);
    std::sort(keys.begin(), keys.end());
    std::sort(filed.begin(), filed.end());
    if (keys != filed) finding("key", row, "its ops are filed under other keys than they name");
    for (const EntryKey& key : filed) check_shown(row, key);
    if (header.of) check_mark(row, header);
    if (judged.fault.empty() && header.open && header.open->cut) note_cut(*header.open->cut, node_of(header.log));
}

/// A damaged kind, too, is read as one that is unknown.
bool LogCheck::is_stored_as_unread(const Dot& dot) {
    if (!unread_) {
        const std::vector<Dot> dots = tx_.unread();
        unread_.emplace(dots.begin(), dots.end());
    }
    return unread_->contains(dot);
}

/// Entries that are there are checked by themselves. Told at the first record that names the key.
void LogCheck::check_shown(const RecordRow& row, const EntryKey& key) {
    if (tx_.entry(key)) return;
    const std::vector<OpRow> ops = tx_.ops_of_key(key);
    if (ops.empty() || ops.front().record != row.no) return;
    guarded(findings_, "op", "entry " + key.value(), [&] {
        if (!views_of(tx_, key).periods.empty()) findings_.in_views("entry", key, "it is not shown");
    });
}

void LogCheck::check_mark(const RecordRow& row, const Header& header) {
    const BatchMark mark{header.of->dot, header.of->leaf, row.kind, row.dot, row.time, row.leaf, row.valid};
    const auto marks = tx_.marks_of(header.of->dot);
    if (std::find(marks.begin(), marks.end(), mark) == marks.end())
        finding("mark", row, "it is not filed under the proposal that it names");
}

/// Of several cuts of a log by its own node the smallest counts.
void LogCheck::note_cut(const Cut& cut, const NodeId& by) {
    if (node_of(cut.log) != by) return;
    const auto [known, is_new] = grown_.cuts.emplace(cut.log, cut);
    if (!is_new && cut.at < known->second.at) known->second = cut;
}

/// With the leaf that was signed, so that one damaged record is one finding.
void LogCheck::append(const LogRow& stored, Grown& grown, const RecordRow& row) {
    std::vector<TreeNode> completed;
    grown.tree.append(row.leaf, &completed);
    for (const TreeNode& node : completed)
        if (node.level > 0 && tx_.tree_node(stored.no, node.level, node.index) != node.hash)
            finding("tree_node", row,
                    "tree node " + std::to_string(node.level) + "/" + std::to_string(node.index) + " is wrong");
    grown.log.size = row.dot.seq;
}

void LogCheck::check_head(const LogRow& stored, const Grown& grown) {
    if (stored.head.empty()) return;
    const LogKeys keys = keys_of_log(tx_, stored);
    const auto head = open_head(stored.head, keys);
    const std::string subject = "head of log " + stored.id.value();
    if (!head) return findings_.in_log("log", subject, head.error().what);
    if (head->log != stored.id || head->size != stored.head_size || head->time != stored.head_time)
        findings_.in_log("log", subject, "it is not the one that the log states");
    for (const KeyChange& change : keys.changes) check_change(stored, change);
    if (head->size == stored.size && head->root != grown.tree.root())
        findings_.in_log("log", subject, "its root is not that of the records");
}

void LogCheck::check_change(const LogRow& stored, const KeyChange& change) {
    const auto record = tx_.record({change.log, change.at});
    if (!check_key_change(change, stored.suite) || (record && record->header != change.record))
        findings_.in_log("setting", "change of key at " + to_string(Dot{change.log, change.at}), "it does not hold");
}

void LogCheck::finding(std::string_view table, const RecordRow& row, const std::string& what) {
    findings_.in_log(table, "record " + to_string(row.dot), what);
}

}  // namespace minglu
