#include "src/store/memory/memory_store.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "src/store/memory/state.hpp"

namespace minglu {
namespace {

using memory::State;

/// The reading half, for both kinds of transaction; `state()` is the snapshot, or the writer's copy.
template <class Base>
class Reading : public Base {
public:
    std::vector<LogRow> logs() const override {
        std::vector<LogRow> logs = state().logs;
        std::sort(logs.begin(), logs.end(), [](const LogRow& a, const LogRow& b) { return a.id < b.id; });
        return logs;
    }
    std::optional<LogRow> log(const LogId& id) const override {
        for (const LogRow& log : state().logs) {
            if (log.id == id) return log;
        }
        return std::nullopt;
    }
    std::optional<Hash> tree_node(LogNo log, std::uint32_t level, std::uint64_t index) const override {
        return find(state().tree, std::tuple{log, level, index});
    }
    std::optional<RecordRow> record(const Dot& dot) const override {
        const auto no = find(state().record_numbers, dot);
        return no ? std::optional(stored(*no).row) : std::nullopt;
    }
    std::vector<std::string> ops_of_record(RecordNo no) const override { return holds(no) ? stored(no).ops : none; }
    std::vector<std::string> some_ops_of_record(RecordNo no, std::uint32_t first, std::uint32_t count) const override {
        const std::vector<std::string> all = ops_of_record(no);
        const std::size_t begin = std::min<std::size_t>(first, all.size());
        const std::size_t end = std::min<std::size_t>(begin + count, all.size());
        return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)};
    }
    std::vector<Hash> op_subtrees(RecordNo no) const override {
        return holds(no) ? stored(no).op_subtrees : std::vector<Hash>{};
    }
    std::vector<EntryKey> keys_of_record(RecordNo no) const override {
        return holds(no) ? stored(no).keys : std::vector<EntryKey>{};
    }
    std::vector<Dot> unread() const override {
        std::vector<Dot> unread;
        for (const auto& record : state().records) {
            if (record->row.kind == RecordKind::unknown) unread.push_back(record->row.dot);
        }
        return unread;
    }
    void visit_records(RecordNo after, const std::function<bool(const RecordRow&)>& visit) const override {
        for (std::int64_t no = std::max<std::int64_t>(after.value(), 0) + 1; holds(RecordNo{no}); ++no) {
            if (!visit(stored(RecordNo{no}).row)) return;
        }
    }
    RecordNo arrival_before(const Vector& have) const override { return memory::arrival_before(state(), have); }
    RecordNo last_record() const override { return RecordNo{static_cast<std::int64_t>(state().records.size())}; }
    std::vector<OpRow> ops_of_key(const EntryKey& key) const override {
        std::vector<OpRow> ops;
        const auto found = state().ops_of_key.find(key);
        if (found == state().ops_of_key.end()) return ops;
        for (const auto& [no, position] : found->second) {
            const RecordRow& row = stored(no).row;
            ops.push_back({no, row.dot, row.kind, row.time, row.resolves, row.valid, row.arrived,
                           static_cast<std::uint32_t>(position), stored(no).ops[position]});
        }
        return ops;
    }
    std::vector<BatchMark> marks_of(const Dot& proposal) const override {
        std::vector<BatchMark> marks;
        const auto found = state().marks.find(proposal);
        if (found == state().marks.end()) return marks;
        for (const auto& [by, mark] : found->second) marks.push_back(mark);
        return marks;
    }
    std::vector<RecordRow> batches(RecordNo before, std::uint32_t limit) const override {
        std::vector<RecordRow> batches;
        const std::int64_t end = before.value() == 0 ? INT64_MAX : before.value();
        for (std::int64_t no = std::min(end - 1, last_record().value()); no > 0 && batches.size() < limit; --no) {
            if (stored(RecordNo{no}).row.is_batch) batches.push_back(stored(RecordNo{no}).row);
        }
        return batches;
    }
    std::vector<CosignatureRow> cosignatures(const std::optional<LogId>& log, std::int64_t after) const override {
        std::vector<CosignatureRow> rows;
        for (const CosignatureRow& row : state().cosignatures) {
            if (row.no > after && (!log || row.log == *log)) rows.push_back(row);
        }
        return rows;
    }

    std::optional<EntryRow> entry(const EntryKey& key) const override {
        const auto no = find(state().entry_numbers, key);
        if (!no) return std::nullopt;
        const auto entry = find(state().entries, *no);
        return entry ? std::optional((*entry)->row) : std::nullopt;
    }
    std::vector<Period> periods(EntryNo no) const override {
        const auto entry = find(state().entries, no);
        if (!entry) return {};
        std::vector<Period> periods = (*entry)->periods;
        for (Period& period : periods) period.terms.clear();
        return periods;
    }
    EntryPage query(const EntryQuery& query) const override { return memory::query(state(), query); }
    void visit_entries(EntryNo after, const std::function<bool(const EntryRow&)>& visit) const override {
        for (auto at = state().entries.upper_bound(after); at != state().entries.end(); ++at) {
            if (!visit(at->second->row)) return;
        }
    }
    void visit_names(const std::function<void(EntryNo, const EntryKey&, std::string_view name)>& visit) const override {
        for (const auto& [no, entry] : state().entries)
            for (const Period& period : entry->periods) visit(no, entry->row.key, period.name);
    }
    void visit_leaves(const std::function<void(EntryNo, const EntryKey&, const Hash&)>& visit) const override {
        for (const auto& [no, entry] : state().entries) visit(no, entry->row.key, entry->row.trie_leaf);
    }
    std::optional<EntryKey> key_of(EntryNo no) const override {
        const auto found = state().entries.find(no);
        return found == state().entries.end() ? std::nullopt : std::optional(found->second->row.key);
    }
    std::vector<ConflictRow> conflicts(const ConflictQuery& query) const override {
        return memory::conflicts(state(), query);
    }
    std::optional<ConflictRow> conflict(const Hash& id) const override { return memory::conflict(state(), id); }
    StoreCounts counts() const override {
        StoreCounts counts;
        counts.records = state().records.size();
        for (const auto& record : state().records) counts.ops += record->ops.size();
        counts.entries = state().entries.size();
        for (const auto& [no, entry] : state().entries) {
            counts.conflicts += entry->conflicts.size();
            counts.conflicts_open += entry->row.open_conflicts;
        }
        counts.incidents = state().incidents.size();
        for (const IncidentRow& incident : state().incidents) counts.incidents_open += is_open(incident) ? 1u : 0u;
        return counts;
    }

    std::vector<PeerRow> peers() const override {
        std::vector<PeerRow> peers;
        for (const auto& [node, peer] : state().peers) peers.push_back(peer);
        return peers;
    }
    std::vector<TokenRow> tokens() const override { return state().tokens; }
    std::optional<TokenRow> token(const Hash& secret_hash) const override {
        for (const TokenRow& token : state().tokens) {
            if (token.secret_hash == secret_hash) return token;
        }
        return std::nullopt;
    }
    std::vector<IncidentRow> incidents(std::int64_t before, std::uint32_t limit,
                                       const IncidentFilter& filter) const override {
        return memory::incidents(state(), before, limit, filter);
    }
    OpenIncidents open_incidents() const override {
        OpenIncidents open;
        for (const IncidentRow& incident : state().incidents)
            if (is_open(incident)) ++open[{incident.kind, incident.peer}];
        return open;
    }
    std::vector<ForkRow> forks() const override { return state().forks; }
    std::vector<JournalRow> journal(const Hash& conflict) const override {
        std::vector<JournalRow> rows;
        for (const JournalRow& row : state().journal) {
            if (row.conflict == conflict) rows.push_back(row);
        }
        return rows;
    }
    std::optional<StoredReply> reply(std::string_view key) const override { return find(state().replies, key); }
    std::string setting(std::string_view key) const override { return find(state().settings, key).value_or(""); }
    std::vector<AuditRow> audit(const AuditQuery& query) const override { return memory::audit(state(), query); }
    void visit_audit(std::int64_t after, const std::function<bool(const AuditRow&)>& visit) const override {
        for (const AuditRow& row : state().audit) {
            if (row.no > after && !visit(row)) return;
        }
    }
    std::optional<AuditRow> last_audit() const override {
        return state().audit.empty() ? std::nullopt : std::optional(state().audit.back());
    }
    std::int64_t last_audit_no() const override { return state().audit.empty() ? 0 : state().audit.back().no; }

protected:
    [[nodiscard]] virtual const State& state() const = 0;

private:
    template <class Map, class Key>
    static std::optional<typename Map::mapped_type> find(const Map& map, const Key& key) {
        const auto found = map.find(key);
        return found == map.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] bool holds(RecordNo no) const { return no.value() > 0 && no <= last_record(); }
    [[nodiscard]] const memory::StoredRecord& stored(RecordNo no) const {
        return *state().records[static_cast<std::size_t>(no.value()) - 1];
    }
    inline static const std::vector<std::string> none;
};

class MemoryReadTx final : public Reading<ReadTx> {
public:
    explicit MemoryReadTx(std::shared_ptr<const State> state) : state_(std::move(state)) {}

protected:
    const State& state() const override { return *state_; }

private:
    std::shared_ptr<const State> state_;
};

class MemoryStore final : public Store {
public:
    std::unique_ptr<ReadTx> read() override { return std::make_unique<MemoryReadTx>(current()); }
    std::unique_ptr<WriteTx> write() override;
    std::vector<std::string> check() override { return memory::check(*current()); }

    std::shared_ptr<const State> current() {
        const std::lock_guard lock{swapping_};
        return state_;
    }
    void replace(std::shared_ptr<const State> state) {
        const std::lock_guard lock{swapping_};
        state_ = std::move(state);
    }

private:
    std::mutex writing_;   ///< held by the one WriteTx
    std::mutex swapping_;  ///< held while the pointer is read or replaced
    std::shared_ptr<const State> state_ = std::make_shared<const State>();
};

class MemoryWriteTx final : public Reading<WriteTx> {
public:
    MemoryWriteTx(MemoryStore& store, std::unique_lock<std::mutex> lock)
        : store_(store), lock_(std::move(lock)), state_(std::make_shared<State>(*store.current())) {}

    LogNo add_log(const LogRow& log) override {
        if (this->log(log.id)) throw std::logic_error("add_log: " + log.id.value() + " is here already");
        state_->logs.push_back(log);
        return state_->logs.back().no = LogNo{static_cast<std::int64_t>(state_->logs.size())};
    }
    void update_log(const LogRow& log) override { state_->logs.at(static_cast<std::size_t>(log.no.value()) - 1) = log; }
    RecordNo add_record(const NewRecord& record) override {
        if (!log(record.row.dot.log)) throw std::logic_error("add_record: no log of " + to_string(record.row.dot));
        return memory::add_record(*state_, record);
    }
    void judge_record(const RecordRow& row, std::span<const EntryKey> keys,
                      std::span<const Hash> op_subtrees) override {
        memory::judge_record(*state_, row, keys, op_subtrees);
    }
    void add_tree_nodes(LogNo log, std::span<const TreeNode> nodes) override {
        for (const TreeNode& node : nodes) state_->tree[{log, node.level, node.index}] = node.hash;
    }
    void add_mark(const BatchMark& mark) override { state_->marks[mark.proposal][mark.by] = mark; }
    void put_cosignature(const CosignatureRow& row) override {
        if (!log(row.log)) throw std::logic_error("put_cosignature: no log " + row.log.value());
        std::erase_if(state_->cosignatures,
                      [&](const CosignatureRow& held) { return held.log == row.log && held.node == row.node; });
        state_->cosignatures.push_back(row);
        state_->cosignatures.back().no = ++state_->last_cosignature;
    }

    EntryNo put_entry(const EntryViews& views, UnixMs at) override { return memory::put_entry(*state_, views, at); }
    void remove_entry(const EntryKey& key, UnixMs at) override { memory::remove_entry(*state_, key, at); }
    void clear_views() override { state_->entries.clear(); }

    void put_peer(const PeerRow& peer) override { state_->peers[peer.node] = peer; }
    bool remove_peer(const NodeId& node) override { return state_->peers.erase(node) > 0; }
    std::int64_t add_token(const TokenRow& token) override {
        state_->tokens.push_back(token);
        return state_->tokens.back().no = static_cast<std::int64_t>(state_->tokens.size());
    }
    bool revoke_token(std::int64_t no) override {
        for (TokenRow& token : state_->tokens) {
            if (token.no == no) return !std::exchange(token.revoked, true);
        }
        return false;
    }
    void add_incident(const IncidentRow& incident) override { memory::add_incident(*state_, incident); }
    bool acknowledge(std::int64_t incident_no, const Acknowledgement& acknowledgement) override {
        return memory::acknowledge(*state_, incident_no, acknowledgement);
    }
    std::uint64_t acknowledge_all(std::string_view kind, std::string_view peer,
                                  const Acknowledgement& acknowledgement) override {
        return memory::acknowledge_all(*state_, kind, peer, acknowledgement);
    }
    void add_fork(const ForkRow& fork) override {
        state_->forks.push_back(fork);
        state_->forks.back().no = static_cast<std::int64_t>(state_->forks.size());
    }
    void claim(const Hash& conflict, std::string_view actor, UnixMs at) override {
        memory::claim(*state_, conflict, actor, at);
    }
    void put_reply(std::string_view key, const StoredReply& reply) override {
        state_->replies.insert_or_assign(std::string(key), reply);
    }
    void put_setting(std::string_view key, std::string_view value) override {
        state_->settings.insert_or_assign(std::string(key), std::string(value));
    }
    void add_audit(const AuditRow& row) override { state_->audit.push_back(row); }

    void commit() override {
        if (!lock_.owns_lock()) throw std::logic_error("commit: the transaction has ended");
        store_.replace(state_);
        lock_.unlock();
    }

protected:
    const State& state() const override { return *state_; }

private:
    MemoryStore& store_;
    std::unique_lock<std::mutex> lock_;
    std::shared_ptr<State> state_;
};

std::unique_ptr<WriteTx> MemoryStore::write() {
    return std::make_unique<MemoryWriteTx>(*this, std::unique_lock{writing_});
}

}  // namespace

std::unique_ptr<Store> make_memory_store() {
    return std::make_unique<MemoryStore>();
}

std::unique_ptr<Store> copy_memory_store(Store& store) {
    auto* original = dynamic_cast<MemoryStore*>(&store);
    if (original == nullptr) throw std::logic_error("copy_memory_store: this store is not one in memory");
    auto copy = std::make_unique<MemoryStore>();
    copy->replace(original->current());
    return copy;
}

}  // namespace minglu
