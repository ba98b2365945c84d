#include "sync/verify.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "catalog/entry_views.hpp"
#include "sync/audit_chain.hpp"
#include "sync/card.hpp"
#include "sync/head.hpp"
#include "sync/intake.hpp"
#include "sync/key_changes.hpp"
#include "sync/merkle.hpp"
#include "sync/record_check.hpp"
#include "sync/refold.hpp"

namespace minglu {

namespace {

using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

/// Findings name the table of the store, what of it, what is wrong, and the cure.
class Findings {
public:
    void in_log(std::string_view table, const std::string& subject, const std::string& what) {
        add(table, subject, what, "bring back a backup; see the operations guide, damaged database");
    }
    void in_views(std::string_view table, const EntryKey& key, const std::string& what) {
        add(table, "entry " + key.value(), what, "run minglu rebuild");
    }
    void add(std::string_view table, const std::string& subject, const std::string& what, std::string_view cure) {
        lines_.push_back("table " + std::string(table) + ", " + subject + ": " + what + " (" + std::string(cure) + ")");
    }
    [[nodiscard]] std::vector<std::string> take() && { return std::move(lines_); }

private:
    std::vector<std::string> lines_;
};

/// Grows every log again from the stored bytes.
class LogCheck {
public:
    LogCheck(const ReadTx& tx, Findings& findings, const Reading& reading)
        : tx_(tx), findings_(findings), reading_(reading) {
        for (const LogRow& log : tx.logs()) {
            LogRow fresh;
            fresh.id = log.id;
            fresh.suite = log.suite;
            logs_.emplace(log.id, Checked{log, std::move(fresh), TreeFrontier(hash_of(log.suite))});
        }
    }

    void check(const RecordRow& row) {
        const auto found = logs_.find(row.dot.log);
        if (found == logs_.end()) return finding("record", row, "belongs to no log");
        Checked& log = found->second;
        if (row.dot.seq.value() != log.fresh.size.value() + 1) finding("record", row, "does not continue its log");
        const std::vector<std::string> lines = tx_.ops_of_record(row.no);
        const auto damage = damage_of(tx_, log.stored, row, lines);
        if (damage) findings_.in_log(damage->table, "record " + to_string(row.dot), damage->what);
        if (const auto header = parse_header(row.header, reading_.version)) {
            const RecordLines record{*header, row.header, {lines.begin(), lines.end()}};
            if (!damage) check_filing(log, row, record);
            log.fresh.author_vector.join(header->seen);
        }
        append(log, row);
    }

    void finish() {
        for (const auto& [id, log] : logs_) {
            const auto wrong = [&, where = "log " + id.value()](std::string_view table, const std::string& what) {
                findings_.in_log(table, where, what);
            };
            if (log.fresh.size != log.stored.size)
                wrong("log", std::to_string(log.fresh.size.value()) + " records, " +
                                 std::to_string(log.stored.size.value()) + " stated");
            if (log.tree.peaks() != log.stored.frontier) wrong("log", "its frontier is not that of its records");
            if (log.fresh.author_vector != log.stored.author_vector) wrong("log", "the vector of its author is wrong");
            const auto cut = cuts_.find(id);
            if (log.stored.cut != (cut == cuts_.end() ? std::nullopt : std::optional<Cut>(cut->second)))
                wrong("log", "it is cut elsewhere than its node has stated");
            check_head(log);
            if (!tree_is_sound(tx_, log.stored)) wrong("proof_step", "what is stored does not lead to its head");
        }
    }

private:
    struct Checked {
        LogRow stored;
        LogRow fresh;
        TreeFrontier tree;
    };

    /// What was derived from a sound record when it came in.
    void check_filing(const Checked& log, const RecordRow& row, const RecordLines& record) {
        const Header& header = record.header;
        if (row.kind == RecordKind::unknown && header.kind != RecordKind::unknown)
            return findings_.add("record", "record " + to_string(row.dot),
                                 "it was kept by a program that did not read it, and this one does",
                                 "run minglu rebuild");
        const Judged judged = judge(log.fresh, record);
        RecordRow expected = row_of(record, log.stored.suite, judged.fault.empty(), row.arrived);
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
        if (header.of) check_mark(row, header);
        if (judged.fault.empty() && header.open && header.open->cut) note_cut(*header.open->cut, node_of(header.log));
    }

    void check_mark(const RecordRow& row, const Header& header) {
        const BatchMark mark{header.of->dot, header.of->leaf, row.kind, row.dot, row.time, row.leaf, row.valid};
        const auto marks = tx_.marks_of(header.of->dot);
        if (std::find(marks.begin(), marks.end(), mark) == marks.end())
            finding("mark", row, "it is not filed under the proposal that it names");
    }

    /// Of several cuts of a log by its own node the smallest counts.
    void note_cut(const Cut& cut, const NodeId& by) {
        if (node_of(cut.log) != by) return;
        const auto [known, is_new] = cuts_.emplace(cut.log, cut);
        if (!is_new && cut.at < known->second.at) known->second = cut;
    }

    /// With the leaf that was signed, so that one damaged record is one finding.
    void append(Checked& log, const RecordRow& row) {
        std::vector<TreeNode> completed;
        log.tree.append(row.leaf, &completed);
        for (const TreeNode& node : completed)
            if (node.level > 0 && tx_.tree_node(log.stored.no, node.level, node.index) != node.hash)
                finding("tree_node", row,
                        "tree node " + std::to_string(node.level) + "/" + std::to_string(node.index) + " is wrong");
        log.fresh.size = row.dot.seq;
    }

    void check_head(const Checked& log) {
        if (log.stored.head.empty()) return;
        const LogKeys keys = keys_of_log(tx_, log.stored);
        const auto head = open_head(log.stored.head, keys);
        const std::string subject = "head of log " + log.stored.id.value();
        if (!head) return findings_.in_log("log", subject, head.error().what);
        if (head->log != log.stored.id || head->size != log.stored.head_size || head->time != log.stored.head_time)
            findings_.in_log("log", subject, "it is not the one that the log states");
        for (const KeyChange& change : keys.changes) check_change(log, change);
        if (head->size == log.stored.size && head->root != log.tree.root())
            findings_.in_log("log", subject, "its root is not that of the records");
    }

    void check_change(const Checked& log, const KeyChange& change) {
        const auto record = tx_.record({change.log, change.at});
        if (!check_key_change(change, log.stored.suite) || (record && record->header != change.record))
            findings_.in_log("setting", "change of key at " + to_string(Dot{change.log, change.at}),
                             "it does not hold");
    }

    void finding(std::string_view table, const RecordRow& row, const std::string& what) {
        findings_.in_log(table, "record " + to_string(row.dot), what);
    }

    const ReadTx& tx_;
    Findings& findings_;
    const Reading& reading_;
    std::map<LogId, Checked> logs_;
    std::map<LogId, Cut> cuts_;
};

bool same_periods(std::vector<Period> folded, const std::vector<Period>& stored) {
    for (Period& period : folded) period.terms.clear();
    return folded == stored;
}

void check_conflicts(const ReadTx& tx, const EntryViews& folded, Findings& findings) {
    for (const ConflictView& conflict : folded.conflicts) {
        const auto row = tx.conflict(conflict.id);
        if (!row || row->view != conflict || row->key != folded.key)
            findings.in_views("conflict", folded.key, "a conflict is missing or wrong");
    }
    ConflictQuery all;
    all.key = folded.key;
    all.limit = static_cast<std::uint32_t>(folded.conflicts.size()) + 1;
    if (tx.conflicts(all).size() > folded.conflicts.size())
        findings.in_views("conflict", folded.key, "more conflicts are listed than there are");
}

/// Folds a key again and compares with what is shown; leaves go into `trie`.
void check_entry(const ReadTx& tx, const EntryKey& key, StateTrie& trie, Findings& findings) {
    const EntryViews folded = views_of(tx, key);
    const auto stored = tx.entry(key);
    if (folded.periods.empty()) {
        if (stored) findings.in_views("entry", key, "shown, and nothing counts for it");
        return;
    }
    trie.set(key, folded.trie_leaf);
    if (!stored) return findings.in_views("entry", key, "it is not shown");
    if (stored->etag != folded.etag || stored->trie_leaf != folded.trie_leaf)
        findings.in_views("entry", key, "its state is not the fold of its ops");
    if (!same_periods(folded.periods, tx.periods(stored->no)))
        findings.in_views("period", key, "what is shown is not the fold of its ops");
    check_conflicts(tx, folded, findings);
}

void check_cards(const ReadTx& tx, Findings& findings) {
    for (const PeerRow& peer : tx.peers())
        if (const auto card = parse_card(peer.card); !card || card->node != peer.node)
            findings.add("peer", "peer " + peer.node.value(), "its card is not one that it signed",
                         "run minglu peer add with its card file again");
}

/// What cannot be read on is a finding too, and stops nothing else.
template <class Check>
void guarded(Findings& findings, std::string_view table, const std::string& subject, const Check& check) {
    try {
        check();
    } catch (const StoreFault& fault) {
        if (fault.code() != ErrorCode::corrupt) throw;
        findings.in_log(table, subject, fault.what());
    }
}

}  // namespace

std::vector<std::string> verify(const ReadTx& tx, const Progress& progress, const Reading& reading) {
    Findings findings;
    const StoreCounts counts = tx.counts();
    const auto last_audit = tx.last_audit();
    const std::uint64_t total =
        counts.records + counts.entries + (last_audit ? static_cast<std::uint64_t>(last_audit->no) : 0);
    std::uint64_t done = 0;
    const auto tick = [&] {
        if (progress) progress(++done, total);
    };
    std::set<EntryKey> keys;
    guarded(findings, "record", "the log", [&] {
        LogCheck logs(tx, findings, reading);
        tx.visit_records(RecordNo{0}, [&](const RecordRow& row) {
            logs.check(row);
            for (EntryKey& key : tx.keys_of_record(row.no)) keys.insert(std::move(key));
            tick();
            return true;
        });
        logs.finish();
    });

    StateTrie trie;
    for (const EntryKey& key : keys) {
        guarded(findings, "op", "entry " + key.value(), [&] { check_entry(tx, key, trie, findings); });
        tick();
    }
    guarded(findings, "entry", "the entries", [&] {
        tx.visit_leaves([&](EntryNo, const EntryKey& key, const Hash&) {
            if (!keys.contains(key)) findings.in_views("entry", key, "shown, and no record names it");
        });
    });
    for (const LogRow& log : tx.logs()) {
        if (!log.own) continue;
        const auto head = parse_note(log.head);
        if (head && head->head.fold == reading.fold && head->head.state != trie.root())
            findings.add("log", "head of log " + log.id.value(),
                         "the state root that it states is not that of the records",
                         "run minglu rebuild, which signs a new one");
    }
    check_cards(tx, findings);
    std::vector<std::string> lines = std::move(findings).take();
    check_audit(tx, lines, tick);
    return lines;
}

}  // namespace minglu
