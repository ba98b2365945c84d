#include "sync/verify.hpp"

#include <map>
#include <set>

#include "catalog/entry_views.hpp"
#include "sync/audit_chain.hpp"
#include "sync/head.hpp"
#include "sync/intake.hpp"
#include "sync/merkle.hpp"
#include "sync/refold.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

/// Grows every log again from the stored bytes.
class LogCheck {
public:
    LogCheck(const ReadTx& tx, std::vector<std::string>& findings) : tx_(tx), findings_(findings) {
        for (const LogRow& log : tx.logs()) {
            LogRow fresh;
            fresh.id = log.id;
            fresh.suite = log.suite;
            logs_.emplace(log.id, Checked{log, std::move(fresh), TreeFrontier(hash_of(log.suite))});
        }
    }

    void check(const RecordRow& row) {
        const auto found = logs_.find(row.dot.log);
        if (found == logs_.end()) return finding(row, "belongs to no log");
        Checked& log = found->second;
        const auto header = parse_header(row.header);
        if (!header) return finding(row, "its header does not parse: " + header.error().what);
        if (header->log != row.dot.log || header->seq != row.dot.seq || header->kind != row.kind ||
            header->time != row.time)
            finding(row, "its header says something else than its row");
        if (row.dot.seq.value() != log.fresh.size.value() + 1) return finding(row, "does not continue its log");
        const std::vector<std::string> lines = tx_.ops_of_record(row.no);
        const RecordLines record{*header, row.header, {lines.begin(), lines.end()}};
        if (lines.size() != header->ops || !ops_match(record)) finding(row, "its ops do not match its header");
        const bool valid = judge(log.fresh, record).fault.empty();
        if (valid != row.valid)
            finding(row, valid ? "is stored as invalid and is valid" : "is stored as valid and is not");
        append(log, row, *header);
    }

    void finish() {
        for (const auto& [id, log] : logs_) {
            if (log.fresh.size != log.stored.size)
                findings_.push_back("log " + id.value() + ": " + std::to_string(log.fresh.size.value()) + " records, " +
                                    std::to_string(log.stored.size.value()) + " stated");
            if (log.tree.peaks() != log.stored.frontier)
                findings_.push_back("log " + id.value() + ": its tree is damaged");
            if (log.fresh.author_vector != log.stored.author_vector)
                findings_.push_back("log " + id.value() + ": the vector of its author is wrong");
            check_head(log);
        }
    }

private:
    struct Checked {
        LogRow stored;
        LogRow fresh;
        TreeFrontier tree;
    };

    void append(Checked& log, const RecordRow& row, const Header& header) {
        const Hash leaf = leaf_hash(hash_of(log.stored.suite), row.header);
        if (leaf != row.leaf) finding(row, "its leaf hash is not that of its header");
        std::vector<TreeNode> completed;
        log.tree.append(leaf, &completed);
        for (const TreeNode& node : completed)
            if (tx_.tree_node(log.stored.no, node.level, node.index) != node.hash)
                finding(row,
                        "tree node " + std::to_string(node.level) + "/" + std::to_string(node.index) + " is wrong");
        log.fresh.size = row.dot.seq;
        log.fresh.author_vector.join(header.seen);
    }

    void check_head(const Checked& log) {
        if (log.stored.head.empty()) return;
        const auto head = open_head(log.stored.head, log.stored.suite, log.stored.signing_key);
        const std::string subject = "head of log " + log.stored.id.value() + ": ";
        if (!head) {
            findings_.push_back(subject + head.error().what);
            return;
        }
        if (head->log != log.stored.id || head->size != log.stored.head_size)
            findings_.push_back(subject + "it is not the one that the log states");
        if (head->size == log.stored.size && head->root != log.tree.root())
            findings_.push_back(subject + "its root is not that of the records");
    }

    void finding(const RecordRow& row, const std::string& what) {
        findings_.push_back("record " + to_string(row.dot) + ": " + what);
    }

    const ReadTx& tx_;
    std::vector<std::string>& findings_;
    std::map<LogId, Checked> logs_;
};

bool same_periods(std::vector<Period> folded, const std::vector<Period>& stored) {
    for (Period& period : folded) period.terms.clear();
    return folded == stored;
}

/// Folds every key again and compares with what is shown; leaves go into `trie`.
void check_entry(const ReadTx& tx, const EntryKey& key, StateTrie& trie, std::vector<std::string>& findings) {
    const EntryViews folded = views_of(tx, key);
    const auto stored = tx.entry(key);
    if (folded.periods.empty()) {
        if (stored) findings.push_back("entry " + key.value() + ": shown, and nothing counts for it");
        return;
    }
    trie.set(key, folded.trie_leaf);
    if (!stored) {
        findings.push_back("entry " + key.value() + ": it is not shown");
        return;
    }
    if (stored->etag != folded.etag || stored->trie_leaf != folded.trie_leaf)
        findings.push_back("entry " + key.value() + ": its state is not the fold of its ops");
    if (!same_periods(folded.periods, tx.periods(stored->no)))
        findings.push_back("entry " + key.value() + ": what is shown is not the fold of its ops");
    for (const ConflictView& conflict : folded.conflicts) {
        const auto row = tx.conflict(conflict.id);
        if (!row || row->view != conflict)
            findings.push_back("entry " + key.value() + ": a conflict is missing or wrong");
    }
}

}  // namespace

std::vector<std::string> verify(const ReadTx& tx, const Progress& progress) {
    std::vector<std::string> findings;
    const StoreCounts counts = tx.counts();
    const auto last_audit = tx.last_audit();
    const std::uint64_t total =
        counts.records + counts.entries + (last_audit ? static_cast<std::uint64_t>(last_audit->no) : 0);
    std::uint64_t done = 0;
    const auto tick = [&] {
        if (progress) progress(++done, total);
    };
    LogCheck logs(tx, findings);
    std::set<EntryKey> keys;
    tx.visit_records(RecordNo{0}, [&](const RecordRow& row) {
        logs.check(row);
        for (EntryKey& key : tx.keys_of_record(row.no)) keys.insert(std::move(key));
        tick();
        return true;
    });
    logs.finish();

    StateTrie trie;
    for (const EntryKey& key : keys) {
        check_entry(tx, key, trie, findings);
        tick();
    }
    tx.visit_leaves([&](const EntryKey& key, const Hash&) {
        if (!keys.contains(key)) findings.push_back("entry " + key.value() + ": shown, and no record names it");
    });
    for (const LogRow& log : tx.logs()) {
        if (!log.own) continue;
        const auto head = parse_note(log.head);
        if (head && head->head.fold == fold_version && head->head.state != trie.root())
            findings.push_back("state root: the one in our head is not that of the records");
    }
    check_audit(tx, findings, tick);
    return findings;
}

}  // namespace minglu
