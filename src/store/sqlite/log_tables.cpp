#include "src/store/sqlite/log_tables.hpp"

#include <algorithm>
#include <stdexcept>

namespace minglu {
namespace {

std::string join_hashes(std::span<const Hash> hashes) {
    std::string joined;
    joined.reserve(hashes.size() * sizeof(Hash));
    for (const Hash& hash : hashes) joined.append(bytes_of(hash));
    return joined;
}

std::vector<Hash> split_hashes(std::string_view joined) {
    if (joined.size() % sizeof(Hash) != 0) throw StoreFault(ErrorCode::corrupt, "a stored list of hashes is cut short");
    std::vector<Hash> hashes(joined.size() / sizeof(Hash));
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        const std::string_view one = joined.substr(i * sizeof(Hash), sizeof(Hash));
        std::copy(one.begin(), one.end(), reinterpret_cast<char*>(hashes[i].data()));
    }
    return hashes;
}

Seq seq_at(const Statement& row, int column) {
    return Seq{static_cast<std::uint64_t>(row.integer(column))};
}

HybridTime time_at(const Statement& row, int column) {
    return {row.integer(column), static_cast<std::uint32_t>(row.integer(column + 1))};
}

template <class T>
T stored(Result<T> result, const char* what) {
    if (!result) throw StoreFault(ErrorCode::corrupt, std::string("stored ") + what + ": " + describe(result.error()));
    return std::move(*result);
}

/// Columns: record_no, id, seq, kind, time_ms, time_counter, resolves, valid, arrived, leaf, ops, is_batch, header.
RecordRow record_of(const Statement& row) {
    RecordRow record;
    record.no = RecordNo{row.integer(0)};
    record.dot = {LogId{row.text(1)}, seq_at(row, 2)};
    record.kind = parse_record_kind(row.bytes(3));
    record.time = time_at(row, 4);
    record.resolves = row.flag(6);
    record.valid = row.flag(7);
    record.arrived = UnixMs{row.integer(8)};
    record.leaf = row.hash(9);
    record.ops = static_cast<std::uint32_t>(row.integer(10));
    record.is_batch = row.flag(11);
    record.header = row.text(12);
    return record;
}

std::optional<std::int64_t> cut_position(const LogRow& log) {
    return log.cut ? std::optional<std::int64_t>(static_cast<std::int64_t>(log.cut->at.value())) : std::nullopt;
}
Blob cut_root(const LogRow& log) {
    return Blob{log.cut ? bytes_of(log.cut->root) : std::string_view()};
}

constexpr std::int64_t first_op(std::int64_t record_no) {
    return record_no << op_position_bits;
}

}  // namespace

LogRow LogTables::log_of(const Query& query) const {
    const Statement& row = query.row();
    LogRow log;
    log.no = LogNo{row.integer(0)};
    log.id = LogId{row.text(1)};
    log.suite = stored(parse_suite(row.bytes(2)), "suite");
    log.signing_key = row.text(3);
    log.own = row.flag(4);
    log.size = seq_at(row, 5);
    log.frontier = split_hashes(row.bytes(6));
    log.author_vector = stored(parse_vector(row.bytes(7)), "vector");
    log.head = row.text(8);
    log.head_size = seq_at(row, 9);
    log.head_time = time_at(row, 10);
    if (!row.is_null(12)) log.cut = Cut{log.id, seq_at(row, 12), row.hash(13)};
    Query step = database_.query("SELECT size, root, path FROM proof_step WHERE log_no = ? ORDER BY position", log.no);
    while (step.next()) log.head_proof.push_back({seq_at(step.row(), 0), step->hash(1), split_hashes(step->bytes(2))});
    return log;
}

std::vector<LogRow> LogTables::logs() const {
    std::vector<LogRow> logs;
    Query query = database_.query(
        "SELECT log_no, id, suite, signing_key, own, size, frontier, author_vector, head, head_size, head_time_ms,"
        " head_time_counter, cut, cut_root FROM log ORDER BY id");
    while (query.next()) logs.push_back(log_of(query));
    return logs;
}

std::optional<LogRow> LogTables::log(const LogId& id) const {
    Query query = database_.query(
        "SELECT log_no, id, suite, signing_key, own, size, frontier, author_vector, head, head_size, head_time_ms,"
        " head_time_counter, cut, cut_root FROM log WHERE id = ?",
        id);
    if (!query.next()) return std::nullopt;
    return log_of(query);
}

std::optional<Hash> LogTables::tree_node(LogNo log, std::uint32_t level, std::uint64_t index) const {
    Query query =
        database_.query("SELECT hash FROM tree_node WHERE log_no = ? AND level = ? AND number = ?", log, level, index);
    if (!query.next()) return std::nullopt;
    return query->hash(0);
}

std::optional<RecordRow> LogTables::record(const Dot& dot) const {
    Query query = database_.query(
        "SELECT r.record_no, l.id, r.seq, r.kind, r.time_ms, r.time_counter, r.resolves, r.valid, r.arrived, r.leaf,"
        " r.ops, r.is_batch, r.header FROM log l JOIN record r ON r.log_no = l.log_no WHERE l.id = ? AND r.seq = ?",
        dot.log, dot.seq);
    if (!query.next()) return std::nullopt;
    return record_of(query.row());
}

std::vector<std::string> LogTables::ops_of_record(RecordNo no) const {
    std::vector<std::string> lines;
    Query query = database_.query("SELECT line FROM op WHERE op_no >= ? AND op_no < ? ORDER BY op_no",
                                  first_op(no.value()), first_op(no.value() + 1));
    while (query.next()) lines.push_back(query->text(0));
    return lines;
}

std::vector<std::string> LogTables::some_ops_of_record(RecordNo no, std::uint32_t first, std::uint32_t count) const {
    std::vector<std::string> lines;
    const std::int64_t begin = first_op(no.value()) + first;
    Query query = database_.query("SELECT line FROM op WHERE op_no >= ? AND op_no < ? ORDER BY op_no", begin,
                                  std::min(begin + count, first_op(no.value() + 1)));
    while (query.next()) lines.push_back(query->text(0));
    return lines;
}

std::vector<Hash> LogTables::op_subtrees(RecordNo no) const {
    Query query = database_.query("SELECT op_subtrees FROM record WHERE record_no = ?", no);
    return query.next() ? split_hashes(query->bytes(0)) : std::vector<Hash>{};
}

std::vector<EntryKey> LogTables::keys_of_record(RecordNo no) const {
    std::vector<EntryKey> keys;
    Query query = database_.query(
        "SELECT k.key FROM op o CROSS JOIN key k ON k.key_no = o.key_no WHERE o.op_no >= ? AND o.op_no < ?"
        " ORDER BY o.op_no",
        first_op(no.value()), first_op(no.value() + 1));
    while (query.next()) keys.emplace_back(query->text(0));
    return keys;
}

std::vector<Dot> LogTables::unread() const {
    std::vector<Dot> unread;
    Query query = database_.query(
        "SELECT l.id, r.seq FROM record r CROSS JOIN log l ON l.log_no = r.log_no WHERE r.kind = 'unknown'"
        " ORDER BY r.record_no");
    while (query.next()) unread.push_back({LogId{query->text(0)}, seq_at(query.row(), 1)});
    return unread;
}

void LogTables::visit_records(RecordNo after, const std::function<bool(const RecordRow&)>& visit) const {
    Query query = database_.query(
        "SELECT r.record_no, l.id, r.seq, r.kind, r.time_ms, r.time_counter, r.resolves, r.valid, r.arrived, r.leaf,"
        " r.ops, r.is_batch, r.header FROM record r CROSS JOIN log l ON l.log_no = r.log_no WHERE r.record_no > ?"
        " ORDER BY r.record_no",
        after);
    while (query.next()) {
        if (!visit(record_of(query.row()))) return;
    }
}

RecordNo LogTables::arrival_before(const Vector& have) const {
    // A log's records arrive in its own order, so its first one that is not covered is the earliest of them.
    std::optional<std::int64_t> first;
    Query logs = database_.query("SELECT log_no, id FROM log");
    while (logs.next()) {
        const Seq held = have.at(LogId{logs->text(1)});
        Query query = database_.query("SELECT record_no FROM record WHERE log_no = ? AND seq > ? ORDER BY seq LIMIT 1",
                                      logs->integer(0), held);
        if (query.next() && (!first || query->integer(0) < *first)) first = query->integer(0);
    }
    return first ? RecordNo{*first - 1} : last_record();
}

RecordNo LogTables::last_record() const {
    Query query = database_.query("SELECT max(record_no) FROM record");
    query.next();
    return RecordNo{query->integer(0)};
}

std::vector<OpRow> LogTables::ops_of_key(const EntryKey& key) const {
    std::vector<OpRow> ops;
    const auto key_no = keys_.find(key);
    if (!key_no) return ops;
    Query query = database_.query(
        "SELECT r.record_no, l.id, r.seq, r.kind, r.time_ms, r.time_counter, r.resolves, r.valid, r.arrived, o.op_no,"
        " o.line"
        " FROM op o CROSS JOIN record r ON r.record_no = o.op_no >> 15 CROSS JOIN log l ON l.log_no = r.log_no"
        " WHERE o.key_no = ? ORDER BY o.op_no",
        *key_no);
    while (query.next()) {
        OpRow& op = ops.emplace_back();
        op.record = RecordNo{query->integer(0)};
        op.dot = {LogId{query->text(1)}, seq_at(query.row(), 2)};
        op.kind = parse_record_kind(query->bytes(3));
        op.time = time_at(query.row(), 4);
        op.resolves = query->flag(6);
        op.valid = query->flag(7);
        op.arrived = UnixMs{query->integer(8)};
        op.position = static_cast<std::uint32_t>(query->integer(9) & ((1 << op_position_bits) - 1));
        op.line = query->text(10);
    }
    return ops;
}

std::vector<BatchMark> LogTables::marks_of(const Dot& proposal) const {
    std::vector<BatchMark> marks;
    Query query = database_.query(
        "SELECT by_log, by_seq, proposal_leaf, kind, time_ms, time_counter, leaf, valid FROM mark"
        " WHERE proposal_log = ? AND proposal_seq = ? ORDER BY by_log, by_seq",
        proposal.log, proposal.seq);
    while (query.next()) {
        BatchMark& mark = marks.emplace_back();
        mark.proposal = proposal;
        mark.by = {LogId{query->text(0)}, seq_at(query.row(), 1)};
        mark.proposal_leaf = query->hash(2);
        mark.kind = parse_record_kind(query->bytes(3));
        mark.time = time_at(query.row(), 4);
        mark.leaf = query->hash(6);
        mark.valid = query->flag(7);
    }
    return marks;
}

std::vector<RecordRow> LogTables::batches(RecordNo before, std::uint32_t limit) const {
    std::vector<RecordRow> records;
    const std::int64_t end = before.value() == 0 ? INT64_MAX : before.value();
    Query query = database_.query(
        "SELECT r.record_no, l.id, r.seq, r.kind, r.time_ms, r.time_counter, r.resolves, r.valid, r.arrived, r.leaf,"
        " r.ops, r.is_batch, r.header FROM record r CROSS JOIN log l ON l.log_no = r.log_no"
        " WHERE r.is_batch = 1 AND r.record_no < ? ORDER BY r.record_no DESC LIMIT ?",
        end, limit);
    while (query.next()) records.push_back(record_of(query.row()));
    return records;
}

std::vector<CosignatureRow> LogTables::cosignatures(const std::optional<LogId>& log, std::int64_t after) const {
    std::vector<CosignatureRow> rows;
    Query query = database_.query(
        "SELECT c.cosignature_no, l.id, c.node, c.size, c.time_ms, c.time_counter, c.note, c.at"
        " FROM cosignature c CROSS JOIN log l ON l.log_no = c.log_no"
        " WHERE c.cosignature_no > ?1 AND (?2 = '' OR l.id = ?2) ORDER BY c.cosignature_no",
        after, log ? log->value() : "");
    while (query.next())
        rows.push_back({query->integer(0), LogId{query->text(1)}, NodeId{query->text(2)}, seq_at(query.row(), 3),
                        time_at(query.row(), 4), query->text(6), UnixMs{query->integer(7)}});
    return rows;
}

void LogTables::put_cosignature(const CosignatureRow& row) {
    database_.run(
        "INSERT OR REPLACE INTO cosignature (log_no, node, size, time_ms, time_counter, note, at)"
        " VALUES ((SELECT log_no FROM log WHERE id = ?), ?, ?, ?, ?, ?, ?)",
        row.log, row.node, row.size, row.time.ms, row.time.counter, row.note, row.at);
}

LogNo LogTables::add_log(const LogRow& log) {
    database_.run(
        "INSERT INTO log (id, suite, signing_key, own, size, frontier, author_vector, head, head_size, head_time_ms,"
        " head_time_counter, cut, cut_root) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        log.id, name(log.suite), Blob{log.signing_key}, log.own, log.size, Blob{join_hashes(log.frontier)},
        to_string(log.author_vector), log.head, log.head_size, log.head_time.ms, log.head_time.counter,
        cut_position(log), cut_root(log));
    const LogNo no{database_.last_insert_rowid()};
    put_proof(no, log.head_proof);
    return no;
}

void LogTables::update_log(const LogRow& log) {
    database_.run(
        "UPDATE log SET id = ?, suite = ?, signing_key = ?, own = ?, size = ?, frontier = ?, author_vector = ?,"
        " head = ?, head_size = ?, head_time_ms = ?, head_time_counter = ?, cut = ?, cut_root = ? WHERE log_no = ?",
        log.id, name(log.suite), Blob{log.signing_key}, log.own, log.size, Blob{join_hashes(log.frontier)},
        to_string(log.author_vector), log.head, log.head_size, log.head_time.ms, log.head_time.counter,
        cut_position(log), cut_root(log), log.no);
    if (database_.changes() == 0)
        throw std::logic_error("update_log: no log has number " + std::to_string(log.no.value()));
    database_.run("DELETE FROM proof_step WHERE log_no = ?", log.no);
    put_proof(log.no, log.head_proof);
}

void LogTables::put_proof(LogNo log, std::span<const ProofStep> steps) {
    std::int64_t position = 0;
    for (const ProofStep& step : steps) {
        database_.run("INSERT INTO proof_step (log_no, position, size, root, path) VALUES (?, ?, ?, ?, ?)", log,
                      position++, step.size, step.root, Blob{join_hashes(step.path)});
    }
}

RecordNo LogTables::add_record(const NewRecord& record) {
    const RecordRow& row = record.row;
    const bool filed = !record.keys.empty();
    if ((filed && record.ops.size() != record.keys.size()) || record.ops.size() != row.ops ||
        row.ops > record_ops_max) {
        throw std::logic_error("add_record: ops, keys and the count of " + to_string(row.dot) + " do not agree");
    }
    const std::string subtrees = join_hashes(record.op_subtrees);
    database_.run(
        "INSERT INTO record (log_no, seq, kind, time_ms, time_counter, resolves, valid, arrived, leaf, ops, is_batch,"
        " header, op_subtrees) VALUES ((SELECT log_no FROM log WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row.dot.log, row.dot.seq, name(row.kind), row.time.ms, row.time.counter, row.resolves, row.valid, row.arrived,
        row.leaf, row.ops, row.is_batch, row.header, Blob{subtrees});
    const RecordNo no{database_.last_insert_rowid()};
    std::int64_t op_no = first_op(no.value());
    for (std::size_t i = 0; i < record.ops.size(); ++i) {
        const auto key_no = filed ? std::optional<std::int64_t>(keys_.require(record.keys[i])) : std::nullopt;
        database_.run("INSERT INTO op (op_no, key_no, line) VALUES (?, ?, ?)", op_no++, key_no, record.ops[i]);
    }
    return no;
}

void LogTables::judge_record(const RecordRow& row, std::span<const EntryKey> keys, std::span<const Hash> op_subtrees) {
    if ((!keys.empty() && keys.size() != row.ops) || !keys_of_record(row.no).empty())
        throw std::logic_error("judge_record: " + to_string(row.dot) + " has its keys, or other ones");
    const std::string subtrees = join_hashes(op_subtrees);
    database_.run(
        "UPDATE record SET kind = ?, time_ms = ?, time_counter = ?, resolves = ?, valid = ?, is_batch = ?,"
        " op_subtrees = ? WHERE record_no = ?",
        name(row.kind), row.time.ms, row.time.counter, row.resolves, row.valid, row.is_batch, Blob{subtrees}, row.no);
    if (database_.changes() == 0) throw std::logic_error("judge_record: " + to_string(row.dot) + " is not here");
    std::int64_t op_no = first_op(row.no.value());
    for (const EntryKey& key : keys)
        database_.run("UPDATE op SET key_no = ? WHERE op_no = ?", keys_.require(key), op_no++);
}

void LogTables::add_tree_nodes(LogNo log, std::span<const TreeNode> nodes) {
    for (const TreeNode& node : nodes) {
        database_.run("INSERT OR REPLACE INTO tree_node (log_no, level, number, hash) VALUES (?, ?, ?, ?)", log,
                      node.level, node.index, node.hash);
    }
}

void LogTables::add_mark(const BatchMark& mark) {
    database_.run(
        "INSERT OR REPLACE INTO mark (proposal_log, proposal_seq, by_log, by_seq, proposal_leaf, kind, time_ms,"
        " time_counter, leaf, valid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        mark.proposal.log, mark.proposal.seq, mark.by.log, mark.by.seq, mark.proposal_leaf, name(mark.kind),
        mark.time.ms, mark.time.counter, mark.leaf, mark.valid);
}

}  // namespace minglu
