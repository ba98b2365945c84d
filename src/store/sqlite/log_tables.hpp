#pragma once
/// The log in SQLite: log, proof_step, tree_node, record, key, op, mark, cosignature.
#include <string>
#include <unordered_map>

#include "minglu/store.hpp"
#include "src/store/sqlite/database.hpp"

namespace minglu {

/// The number of a key, and so of its entry, from its first mention on.
class KeyNumbers {
public:
    explicit KeyNumbers(Database& database) : database_(database) {}

    [[nodiscard]] std::optional<std::int64_t> find(const EntryKey& key) const;
    /// Gives the key a number if it has none.
    std::int64_t require(const EntryKey& key);
    /// Numbers are remembered inside a write transaction, where the same keys come again and again; one that is rolled
    /// back must forget them.
    void remember(bool on);

private:
    Database& database_;
    bool remembering_ = false;
    mutable std::unordered_map<std::string, std::int64_t> known_;
};

class LogTables {
public:
    LogTables(Database& database, KeyNumbers& keys) : database_(database), keys_(keys) {}

    [[nodiscard]] std::vector<LogRow> logs() const;
    [[nodiscard]] std::optional<LogRow> log(const LogId& id) const;
    [[nodiscard]] std::optional<Hash> tree_node(LogNo log, std::uint32_t level, std::uint64_t index) const;
    [[nodiscard]] std::optional<RecordRow> record(const Dot& dot) const;
    [[nodiscard]] std::vector<std::string> ops_of_record(RecordNo no) const;
    [[nodiscard]] std::vector<std::string> some_ops_of_record(RecordNo no, std::uint32_t first,
                                                              std::uint32_t count) const;
    [[nodiscard]] std::vector<Hash> op_subtrees(RecordNo no) const;
    [[nodiscard]] std::vector<EntryKey> keys_of_record(RecordNo no) const;
    [[nodiscard]] std::vector<Dot> unread() const;
    void visit_records(RecordNo after, const std::function<bool(const RecordRow&)>& visit) const;
    [[nodiscard]] RecordNo arrival_before(const Vector& have) const;
    [[nodiscard]] RecordNo last_record() const;
    [[nodiscard]] std::vector<OpRow> ops_of_key(const EntryKey& key) const;
    [[nodiscard]] std::vector<BatchMark> marks_of(const Dot& proposal) const;
    [[nodiscard]] std::vector<RecordRow> batches(RecordNo before, std::uint32_t limit) const;
    [[nodiscard]] std::vector<CosignatureRow> cosignatures(const std::optional<LogId>& log, std::int64_t after) const;

    LogNo add_log(const LogRow& log);
    void update_log(const LogRow& log);
    RecordNo add_record(const NewRecord& record);
    void judge_record(const RecordRow& row, std::span<const EntryKey> keys, std::span<const Hash> op_subtrees);
    void add_tree_nodes(LogNo log, std::span<const TreeNode> nodes);
    void add_mark(const BatchMark& mark);
    void put_cosignature(const CosignatureRow& row);

private:
    [[nodiscard]] LogRow log_of(const Query& query) const;
    void put_proof(LogNo log, std::span<const ProofStep> steps);

    Database& database_;
    KeyNumbers& keys_;
};

/// op_no = record_no << 15 | position, so ops lie in order of arrival and need no column for their record.
constexpr int op_position_bits = 15;
static_assert(record_ops_max <= std::size_t{1} << op_position_bits);

}  // namespace minglu
