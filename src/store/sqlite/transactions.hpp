#pragma once
/// ReadTx and WriteTx over one connection each.
#include <memory>
#include <mutex>

#include "minglu/store.hpp"
#include "src/store/sqlite/audit_table.hpp"
#include "src/store/sqlite/conflict_tables.hpp"
#include "src/store/sqlite/local_tables.hpp"
#include "src/store/sqlite/log_tables.hpp"
#include "src/store/sqlite/view_tables.hpp"

namespace minglu {

/// A connection with everything that is done over it. Kept from one transaction to the next.
struct Connection {
    /// `cache` outlives the connection.
    Connection(const std::filesystem::path& file, Database::Mode mode, int busy_timeout_ms, RunCache& cache)
        : database(file, mode, busy_timeout_ms), search(database, cache) {}

    Database database;
    KeyNumbers keys{database};
    LogTables log{database, keys};
    ConflictTables conflicts{database, keys};
    SearchIndex search;
    ViewTables views{database, keys, conflicts, search};
    LocalTables local{database};
    AuditTable audit{database};
};

/// The reading half, for both kinds of transaction: hands each call to the tables that answer it.
template <class Base>
class Reading : public Base {
public:
    explicit Reading(Connection& connection) : c_(connection) {}

    std::vector<LogRow> logs() const override { return c_.log.logs(); }
    std::optional<LogRow> log(const LogId& id) const override { return c_.log.log(id); }
    std::optional<Hash> tree_node(LogNo log, std::uint32_t level, std::uint64_t index) const override {
        return c_.log.tree_node(log, level, index);
    }
    std::optional<RecordRow> record(const Dot& dot) const override { return c_.log.record(dot); }
    std::vector<std::string> ops_of_record(RecordNo no) const override { return c_.log.ops_of_record(no); }
    std::vector<std::string> some_ops_of_record(RecordNo no, std::uint32_t first, std::uint32_t count) const override {
        return c_.log.some_ops_of_record(no, first, count);
    }
    std::vector<Hash> op_subtrees(RecordNo no) const override { return c_.log.op_subtrees(no); }
    std::vector<EntryKey> keys_of_record(RecordNo no) const override { return c_.log.keys_of_record(no); }
    std::vector<Dot> unread() const override { return c_.log.unread(); }
    void visit_records(RecordNo after, const std::function<bool(const RecordRow&)>& visit) const override {
        c_.log.visit_records(after, visit);
    }
    RecordNo arrival_before(const Vector& have) const override { return c_.log.arrival_before(have); }
    RecordNo last_record() const override { return c_.log.last_record(); }
    std::vector<OpRow> ops_of_key(const EntryKey& key) const override { return c_.log.ops_of_key(key); }
    std::vector<BatchMark> marks_of(const Dot& proposal) const override { return c_.log.marks_of(proposal); }
    std::vector<RecordRow> batches(RecordNo before, std::uint32_t limit) const override {
        return c_.log.batches(before, limit);
    }
    std::vector<CosignatureRow> cosignatures(const std::optional<LogId>& log, std::int64_t after) const override {
        return c_.log.cosignatures(log, after);
    }

    std::optional<EntryRow> entry(const EntryKey& key) const override { return c_.views.entry(key); }
    std::vector<Period> periods(EntryNo no) const override { return c_.views.periods(no); }
    EntryPage query(const EntryQuery& query) const override {
        c_.search.flush();
        return c_.views.query(query);
    }
    void visit_entries(EntryNo after, const std::function<bool(const EntryRow&)>& visit) const override {
        c_.views.visit_entries(after, visit);
    }
    void visit_names(const std::function<void(EntryNo, const EntryKey&, std::string_view name)>& visit) const override {
        c_.views.visit_names(visit);
    }
    void visit_leaves(const std::function<void(EntryNo, const EntryKey&, const Hash&)>& visit) const override {
        c_.views.visit_leaves(visit);
    }
    std::optional<EntryKey> key_of(EntryNo no) const override { return c_.views.key_of(no); }
    std::vector<ConflictRow> conflicts(const ConflictQuery& query) const override {
        return c_.conflicts.conflicts(query);
    }
    std::optional<ConflictRow> conflict(const Hash& id) const override { return c_.conflicts.conflict(id); }
    StoreCounts counts() const override { return c_.views.counts(); }

    std::vector<PeerRow> peers() const override { return c_.local.peers(); }
    std::vector<TokenRow> tokens() const override { return c_.local.tokens(); }
    std::optional<TokenRow> token(const Hash& secret_hash) const override { return c_.local.token(secret_hash); }
    std::vector<IncidentRow> incidents(std::int64_t before, std::uint32_t limit,
                                       const IncidentFilter& filter) const override {
        return c_.local.incidents(before, limit, filter);
    }
    OpenIncidents open_incidents() const override { return c_.local.open_incidents(); }
    std::vector<ForkRow> forks() const override { return c_.local.forks(); }
    std::vector<JournalRow> journal(const Hash& conflict) const override { return c_.conflicts.journal(conflict); }
    std::optional<StoredReply> reply(std::string_view key) const override { return c_.local.reply(key); }
    std::string setting(std::string_view key) const override { return c_.local.setting(key); }
    std::vector<AuditRow> audit(const AuditQuery& query) const override { return c_.audit.rows(query); }
    void visit_audit(std::int64_t after, const std::function<bool(const AuditRow&)>& visit) const override {
        c_.audit.visit(after, visit);
    }
    std::optional<AuditRow> last_audit() const override { return c_.audit.last(); }
    std::int64_t last_audit_no() const override { return c_.audit.last_no(); }

protected:
    Connection& c_;
};

/// Holds a read connection, and one snapshot of it, until it ends.
class SqliteReadTx final : public Reading<ReadTx> {
public:
    using Release = std::function<void(std::unique_ptr<Connection>)>;
    SqliteReadTx(std::unique_ptr<Connection> connection, Release release);
    ~SqliteReadTx() override;
    SqliteReadTx(const SqliteReadTx&) = delete;
    SqliteReadTx& operator=(const SqliteReadTx&) = delete;

    [[nodiscard]] Database& database() { return connection_->database; }
    [[nodiscard]] SearchIndex& search() { return connection_->search; }

private:
    std::unique_ptr<Connection> connection_;
    Release release_;
};

/// Holds the writer's lock until commit or destruction.
class SqliteWriteTx final : public Reading<WriteTx> {
public:
    SqliteWriteTx(Connection& connection, std::unique_lock<std::mutex> lock, std::function<void()> committed);
    ~SqliteWriteTx() override;
    SqliteWriteTx(const SqliteWriteTx&) = delete;
    SqliteWriteTx& operator=(const SqliteWriteTx&) = delete;

    LogNo add_log(const LogRow& log) override { return c_.log.add_log(log); }
    void update_log(const LogRow& log) override { c_.log.update_log(log); }
    RecordNo add_record(const NewRecord& record) override { return c_.log.add_record(record); }
    void judge_record(const RecordRow& row, std::span<const EntryKey> keys,
                      std::span<const Hash> op_subtrees) override {
        c_.log.judge_record(row, keys, op_subtrees);
    }
    void add_tree_nodes(LogNo log, std::span<const TreeNode> nodes) override { c_.log.add_tree_nodes(log, nodes); }
    void add_mark(const BatchMark& mark) override { c_.log.add_mark(mark); }
    void put_cosignature(const CosignatureRow& row) override { c_.log.put_cosignature(row); }

    EntryNo put_entry(const EntryViews& views, UnixMs at) override { return c_.views.put_entry(views, at); }
    void remove_entry(const EntryKey& key, UnixMs at) override { c_.views.remove_entry(key, at); }
    void clear_views() override { c_.views.clear(); }

    void put_peer(const PeerRow& peer) override { c_.local.put_peer(peer); }
    bool remove_peer(const NodeId& node) override { return c_.local.remove_peer(node); }
    std::int64_t add_token(const TokenRow& token) override { return c_.local.add_token(token); }
    bool revoke_token(std::int64_t no) override { return c_.local.revoke_token(no); }
    void add_incident(const IncidentRow& incident) override { c_.local.add_incident(incident); }
    bool acknowledge(std::int64_t incident_no, const Acknowledgement& acknowledgement) override {
        return c_.local.acknowledge(incident_no, acknowledgement);
    }
    std::uint64_t acknowledge_all(std::string_view kind, std::string_view peer,
                                  const Acknowledgement& acknowledgement) override {
        return c_.local.acknowledge_all(kind, peer, acknowledgement);
    }
    void add_fork(const ForkRow& fork) override { c_.local.add_fork(fork); }
    void claim(const Hash& conflict, std::string_view actor, UnixMs at) override {
        c_.conflicts.claim(conflict, actor, at);
    }
    void put_reply(std::string_view key, const StoredReply& reply) override { c_.local.put_reply(key, reply); }
    void put_setting(std::string_view key, std::string_view value) override { c_.local.put_setting(key, value); }
    void add_audit(const AuditRow& row) override { c_.audit.add(row); }

    void commit() override;

private:
    void end() noexcept;

    std::unique_lock<std::mutex> lock_;
    std::function<void()> committed_;
};

}  // namespace minglu
