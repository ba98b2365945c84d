#include "sync/intake.hpp"

#include <algorithm>
#include <stdexcept>
#include <unordered_set>

#include "sync/op_trees.hpp"

namespace minglu {

namespace {

/// What the author had seen when it wrote the record: its log's vector so far, the growth that the header states, and
/// all of its own log before this record.
Vector vector_before(const LogRow& log, const Header& header) {
    Vector vector = join(log.author_vector, header.seen);
    if (header.seq.value() > 1) vector.raise(log.id, Seq{header.seq.value() - 1});
    return vector;
}

std::string fault_in_header(const LogRow& log, const Header& header) {
    for (const Vector::Item& item : header.seen.items()) {
        if (item.first == log.id) return "its seen names its own log";
        if (item.second <= log.author_vector.at(item.first)) return "its seen does not grow at " + item.first.value();
    }
    if ((header.kind == RecordKind::open) != (header.seq == Seq{1}))
        return "an open record stands first, and only first";
    if (header.kind == RecordKind::open && header.open->node != node_of(log.id))
        return "it opens a log of another node";
    const bool carries_ops = header.kind == RecordKind::change || header.kind == RecordKind::batch_propose;
    if (!carries_ops && header.ops > 0) return "a record of kind " + header.kind_text + " has no ops";
    return "";
}

bool takes_ops(const Header& header) {
    return header.kind == RecordKind::change || header.kind == RecordKind::batch_propose;
}

}  // namespace

Judged judge(const LogRow& log, const RecordLines& record) {
    Judged judged;
    if (is_unread(record.header)) return judged;  // kept and forwarded; read after the upgrade
    if (!record.header.fault.empty()) return {record.header.fault, {}, {}};
    judged.fault = fault_in_header(log, record.header);
    if (!judged.fault.empty() || !takes_ops(record.header)) return judged;
    const Vector seen = vector_before(log, record.header);
    std::unordered_set<std::string_view> keys;
    judged.keys.reserve(record.op_lines.size());
    for (const std::string_view line : record.op_lines) {
        auto op = parse_op(line);
        if (!op) return {op.error().what, {}, {}};
        if (!seen.covers(op->seen))
            return {"op on " + op->key.value() + " claims to have seen what its author had not", {}, {}};
        judged.keys.push_back(std::move(op->key));
    }
    for (const EntryKey& key : judged.keys)
        if (!keys.insert(key.value()).second) return {"two ops on " + key.value(), {}, {}};
    judged.op_subtrees = op_subtrees(record.op_lines);
    return judged;
}

bool ops_match(const RecordLines& record) {
    std::vector<Hash> leaves;
    leaves.reserve(record.op_lines.size());
    for (const std::string_view line : record.op_lines) leaves.push_back(leaf_hash(HashAlgorithm::sha256, line));
    return root_of(HashAlgorithm::sha256, leaves) == record.header.ops_root;
}

void grow(WriteTx& tx, LogRow& log, const Hash& leaf) {
    auto tree = TreeFrontier::restore(hash_of(log.suite), log.size.value(), log.frontier);
    if (!tree) throw StoreFault(ErrorCode::corrupt, "tree of " + log.id.value() + ": " + tree.error().what);
    std::vector<TreeNode> completed;
    tree->append(leaf, &completed);
    tx.add_tree_nodes(log.no, completed);
    log.frontier = tree->peaks();
    log.size = Seq{log.size.value() + 1};
}

RecordRow row_of(const RecordLines& record, Suite suite, bool valid, UnixMs arrived) {
    const Header& header = record.header;
    RecordRow row;
    row.dot = {header.log, header.seq};
    row.kind = header.kind;
    row.time = header.time;
    row.resolves = header.label == "resolve";
    row.valid = valid;
    row.arrived = arrived;
    row.leaf = leaf_hash(hash_of(suite), record.header_line);
    row.ops = header.ops;
    row.is_batch =
        header.fault.empty() && (header.batch.has_value() || header.kind == RecordKind::batch_propose ||
                                 header.kind == RecordKind::batch_approve || header.kind == RecordKind::batch_close);
    row.header = record.header_line;
    return row;
}

Intake::Intake(WriteTx& tx, UnixMs arrived) : tx_(tx), arrived_(arrived) {}

std::string Intake::take(LogRow& log, const RecordLines& record) {
    Judged judged = judge(log, record);
    take(log, record, judged);
    return std::move(judged.fault);
}

void Intake::take(LogRow& log, const RecordLines& record, const Judged& judged) {
    const Header& header = record.header;
    if (header.seq.value() != log.size.value() + 1)
        throw std::logic_error("record " + to_string(Dot{header.log, header.seq}) + " does not continue its log");
    const RecordRow row = row_of(record, log.suite, judged.fault.empty(), arrived_);
    tx_.add_record({row, record.op_lines, judged.keys, judged.op_subtrees});
    grow(tx_, log, row.leaf);
    log.author_vector.join(header.seen);
    file(record, judged, row);
    // The caller's copy of a log knows nothing of a cut that came in meanwhile.
    if (const auto cut = cuts_.find(log.id); cut != cuts_.end()) log.cut = cut->second;
    tx_.update_log(log);
}

std::string Intake::judge_again(const LogRow& before, const RecordRow& kept, const RecordLines& record) {
    Judged judged = judge(before, record);
    RecordRow row = row_of(record, before.suite, judged.fault.empty(), kept.arrived);
    row.no = kept.no;
    tx_.judge_record(row, judged.keys, judged.op_subtrees);
    file(record, judged, row);
    return std::move(judged.fault);
}

/// What of a record stands elsewhere than in its row.
void Intake::file(const RecordLines& record, const Judged& judged, const RecordRow& row) {
    const Header& header = record.header;
    if (header.of)
        tx_.add_mark({header.of->dot, header.of->leaf, header.kind, row.dot, header.time, row.leaf, row.valid});
    if (row.valid) note_touched(record, judged, row.dot);
}

void Intake::note_touched(const RecordLines& record, const Judged& judged, const Dot& dot) {
    const Header& header = record.header;
    // A proposal that arrives after its approvals is effective at once.
    if (header.kind == RecordKind::change || (header.kind == RecordKind::batch_propose && !tx_.marks_of(dot).empty()))
        for (std::size_t i = 0; i < judged.keys.size(); ++i) touch(judged.keys[i], record.op_lines[i].size());
    if (header.kind == RecordKind::batch_approve) {
        if (const auto proposal = tx_.record(header.of->dot))
            for (const EntryKey& key : tx_.keys_of_record(proposal->no)) touch(key, 0);
    }
    if (header.kind == RecordKind::open && header.open->cut) cut(*header.open->cut, node_of(header.log));
}

void Intake::touch(const EntryKey& key, std::size_t line_bytes) {
    if (!touched_.insert(key).second) at_once_.note(key, line_bytes);
}

void Intake::cut(const Cut& cut, const NodeId& by) {
    if (node_of(cut.log) != by) return;
    auto log = tx_.log(cut.log);
    if (!log) {  // the cut is here before the log is
        LogRow row;
        row.id = cut.log;
        row.cut = cut;
        tx_.add_log(row);
        cuts_[cut.log] = cut;
        return;
    }
    if (log->cut && log->cut->at <= cut.at) return;
    counted_before_.emplace(cut.log, counted(*log));
    log->cut = cut;
    cuts_[cut.log] = cut;
    tx_.update_log(*log);
    for (std::uint64_t seq = cut.at.value() + 1; seq <= log->size.value(); ++seq) {
        const auto record = tx_.record({cut.log, Seq{seq}});
        const auto keys = tx_.keys_of_record(record->no);
        touched_.insert(keys.begin(), keys.end());
        // What a cut-off approval had made effective is refolded too.
        if (record->kind != RecordKind::batch_approve || !record->valid) continue;
        const auto header = header_of(*record);
        const auto proposal = header ? tx_.record(header->of->dot) : std::nullopt;
        if (!proposal) continue;
        const auto approved = tx_.keys_of_record(proposal->no);
        touched_.insert(approved.begin(), approved.end());
    }
}

}  // namespace minglu
