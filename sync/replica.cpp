// Lifecycle, standing and local writes. Publishing and ingesting: replica_publish.cpp, replica_ingest.cpp; new logs:
// replica_reopen.cpp.
#include "sync/replica.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "catalog/entry_views.hpp"
#include "sync/cosignatures.hpp"
#include "sync/intake.hpp"
#include "sync/merkle.hpp"
#include "sync/record_check.hpp"
#include "sync/refold.hpp"
#include "sync/replica_detail.hpp"
#include "sync/revocations.hpp"

namespace minglu {

namespace {

constexpr std::size_t recent_states_max = 64;

void check_reads_enough(const Reading& reading, const std::string& stored) {
    if (reads_less(reading, stored))
        throw StoreFault(ErrorCode::unsupported_version,
                         "a newer program has read records here that this one does not read; it reads " +
                             reading_text(reading) + ", that one " + stored +
                             " (start the newer program, or restore a backup made before it)");
}

void check_own_tree(const LogRow& own, const Head& head) {
    const auto tree = TreeFrontier::restore(hash_of(own.suite), own.size.value(), own.frontier);
    if (!tree || head.size != own.size || tree->root() != head.root)
        throw StoreFault(ErrorCode::corrupt, "table log, log " + own.id.value() +
                                                 ": the tree of this node's own log does not lead to its signed head");
}

/// Of a log that people agreed on no proof is kept (accept_fork), and none is wanted.
Vector told_forks(const ReadTx& tx) {
    Vector told;
    for (const ForkRow& fork : tx.forks()) {
        if (!fork.common) continue;
        const Seq differs{fork.common->value() + 1};
        const Seq known = told.at(fork.log);
        if (known == Seq{} || differs < known) told.set(fork.log, differs);
    }
    const auto revoked = revocations(tx);
    for (const Revocation& revocation : revoked)
        for (const Vector::Item& item : revocation.upto.items()) {
            const auto log = tx.log(item.first);
            const auto agreed = agreed_on(revoked, item.first);
            if (agreed && is_told(*agreed, log ? log->size : Seq{})) told.set(item.first, Seq{1});
        }
    return told;
}

}  // namespace

std::optional<LogRow> find_own(const std::vector<LogRow>& logs) {
    const auto found = std::find_if(logs.begin(), logs.end(), [](const LogRow& log) { return log.own; });
    return found == logs.end() ? std::nullopt : std::optional<LogRow>(*found);
}

Vector counted_vector(const std::vector<LogRow>& logs) {
    Vector vector;
    for (const LogRow& log : logs) vector.raise(log.id, counted(log));
    return vector;
}

void commit(WriteTx& tx) {
    try {
        tx.commit();
    } catch (const StoreFault& fault) {
        if (fault.code() == ErrorCode::disk_full) throw;  // there was no room for the commit: it did not happen
        throw CommitUnknown(fault.code(), fault.what());
    }
}

Replica::Replica(NodeId node, Store& store, const Signer& signer, const Clock& clock, Random& random, Beside* beside,
                 std::uint64_t log_bytes_per_day_max, const Reading& reading)
    : node_(std::move(node)),
      store_(store),
      signer_(&signer),
      clock_(clock),
      random_(random),
      beside_(beside != nullptr ? *beside : at_once_),
      log_bytes_per_day_max_(log_bytes_per_day_max),
      reading_(reading),
      sealed_steady_ms_(clock.steady_ms()) {
    std::optional<LogRow> own;
    bool reopen = false;
    bool newer_key = false;
    {
        const auto tx = store_.read();
        check_reads_enough(reading_, tx->setting(reading_setting));
        own = find_own(tx->logs());
        reopen = !tx->setting(reopen_setting).empty();
        newer_key = own && own->signing_key != signer_->public_key();
        tx->visit_records(RecordNo{tx->last_record().value() - 1}, [&](const RecordRow& record) {
            last_arrival_ = record.arrived;
            return true;
        });
        if (own && !reopen && !newer_key) {
            const auto head = parse_note(own->head);
            if (!head) throw StoreFault(ErrorCode::corrupt, "own head: " + head.error().what);
            check_own_tree(*own, head->head);
            last_time_ = head->head.time;
            announce(standing_with(*tx, *own, head->head));
        }
    }
    if (newer_key)
        open_log_under_newer_key();
    else if (!own || reopen)
        open_log(own ? std::optional<LogId>(own->id) : std::nullopt);
    read_on();
    refresh_first_head();
}

Replica::~Replica() = default;

LogRow Replica::own_log(const ReadTx& tx) const {
    auto own = find_own(tx.logs());
    if (!own) throw StoreFault(ErrorCode::corrupt, "the node has no log of its own");
    return *own;
}

StateTrie& Replica::trie(const ReadTx& tx) {
    if (!trie_) {
        StateTrie whole;  // kept only once every leaf is in it
        tx.visit_leaves([&](EntryNo no, const EntryKey& key, const Hash& leaf) { whole.set(key, leaf, no); });
        trie_ = std::move(whole);
    }
    return *trie_;
}

/// Signs the head of the group; with the next key too where the group changes it.
Head Replica::sign_own(WriteTx& tx, LogRow& own, const Signer* next_key) {
    Head head;
    head.log = own.id;
    head.size = own.size;
    const auto tree = TreeFrontier::restore(hash_of(own.suite), own.size.value(), own.frontier);
    if (!tree) throw StoreFault(ErrorCode::corrupt, "own tree");
    head.root = tree->root();
    last_time_ = tick(last_time_, clock_.now());
    head.time = last_time_;
    head.vector = counted_vector(tx.logs());
    head.fold = reading_.fold;
    head.state = trie(tx).root();
    own.head = sign_head(head, node_, *signer_);
    if (next_key != nullptr) hand_over(tx, own, *next_key);
    own.head_size = own.size;
    own.head_time = head.time;
    tx.update_log(own);
    return head;
}

/// Signs, commits, and lets everybody know.
void Replica::seal(WriteTx& tx, LogRow& own, const Signer* next_key) {
    Standing next = standing_with(tx, own, sign_own(tx, own, next_key));
    minglu::commit(tx);
    sealed_steady_ms_ = clock_.steady_ms();
    announce(std::move(next));
}

/// Commits what changes no record, and lets everybody know: our head stays as it is.
void Replica::commit_unsealed(WriteTx& tx, const LogRow& own) {
    Standing next = standing_with(tx, own, parse_note(own.head)->head);
    minglu::commit(tx);
    announce(std::move(next));
}

Standing Replica::standing_with(const ReadTx& tx, const LogRow& own, const Head& head) const {
    Standing next;
    next.vector = head.vector;
    for (const LogRow& log : tx.logs())
        if (!log.head.empty()) next.heads.push_back({log.id, log.head_size, log.head_time});
    next.forks = told_forks(tx);
    next.own_log = own.id;
    next.own_head = own.head;
    next.state_root = head.state;
    return next;
}

/// After a rollback they are told with the next commit: once too often does no harm.
void Replica::refold_touched(WriteTx& tx, const Intake& intake, const std::function<void(const EntryViews&)>& look) {
    refold(tx, intake.touched(), trie(tx), last_arrival_, beside_, look);
    if (view_watcher_) changed_.keys.insert(intake.touched().begin(), intake.touched().end());
}

void Replica::watch_views(std::function<void(const ViewChanges&)> watcher) {
    const std::scoped_lock lock(writer_);
    view_watcher_ = std::move(watcher);
}

void Replica::announce(Standing next) {
    if (const ViewChanges changes = std::exchange(changed_, {}); view_watcher_) view_watcher_(changes);
    if (recent_states_.empty() || recent_states_.back().first != next.vector)
        recent_states_.emplace_back(next.vector, next.state_root);
    else
        recent_states_.back().second = next.state_root;  // a rebuild has put it right
    if (recent_states_.size() > recent_states_max) recent_states_.pop_front();
    const std::scoped_lock lock(standing_mutex_);
    next.revision = standing_.revision + 1;
    standing_ = std::move(next);
    standing_changed_.notify_all();
}

/// Set back by years, the wall clock alone would keep us silent as long.
bool Replica::head_is_due(const LogRow& own) const {
    return clock_.steady_ms() - sealed_steady_ms_ >= head_interval_ms ||
           clock_.now().value() - own.head_time.ms >= head_interval_ms;
}

/// At a start: what changed in the database while no program ran is not signed before it is told, however long that
/// was.
void Replica::refresh_first_head() {
    {
        const std::scoped_lock lock(writer_);
        const auto tx = store_.read();
        const LogRow own = own_log(*tx);
        if (!head_is_due(own) || !is_as_stated(*tx, own)) return;
    }
    refresh_head();
}

void Replica::refresh_head() {
    const std::scoped_lock lock(writer_);
    const auto tx = store_.write();
    LogRow own = own_log(*tx);
    if (!head_is_due(own)) return;
    try {
        seal(*tx, own);
    } catch (...) {
        trie_.reset();
        throw;
    }
}

DailyQuota Replica::quota() const {
    return {log_bytes_per_day_max_, day_of(clock_.now())};
}

Standing Replica::standing() const {
    const std::scoped_lock lock(standing_mutex_);
    return standing_;
}

void Replica::wait_beyond(std::uint64_t revision, std::int64_t timeout_ms, const std::function<bool()>& gone) const {
    constexpr std::int64_t ask_gone_every_ms = 250;
    std::unique_lock lock(standing_mutex_);
    for (std::int64_t waited_ms = 0; waited_ms < timeout_ms; waited_ms += ask_gone_every_ms) {
        const auto slice = std::chrono::milliseconds(std::min(ask_gone_every_ms, timeout_ms - waited_ms));
        if (standing_changed_.wait_for(lock, slice, [&] { return stopped_ || standing_.revision > revision; })) return;
        if (gone && gone()) return;
    }
}

bool Replica::cosign_due(WriteTx& tx) {
    const auto due = due_cosignatures(tx, node_, *signer_, clock_.now());
    for (const CosignatureRow& row : due) tx.put_cosignature(row);
    return !due.empty();
}

void Replica::cosign_heads() {
    const std::scoped_lock lock(writer_);
    const auto tx = store_.write();
    if (!cosign_due(*tx)) return;
    const LogRow own = own_log(*tx);
    Standing next = standing_with(*tx, own, parse_note(own.head)->head);
    minglu::commit(*tx);
    announce(std::move(next));
}

void Replica::stop_waiting() {
    const std::scoped_lock lock(standing_mutex_);
    stopped_ = true;
    standing_changed_.notify_all();
}

bool Replica::rebuild(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    const std::scoped_lock lock(writer_);
    const auto tx = store_.write();
    // What nobody signed would be shown as if somebody had.
    if (const auto damage = first_damage(*tx))
        throw StoreFault(ErrorCode::corrupt, *damage +
                                                 ": no views are made of a damaged log; bring back a backup, see " +
                                                 "the operations guide, damaged database");
    try {
        std::uint64_t read = 0;
        auto own = read_unread(*tx, read);
        const Hash before = trie(*tx).root();
        minglu::rebuild(*tx, *trie_, clock_.now(), beside_, progress);
        changed_.all = true;
        const Hash after = trie_->root();
        if (!own) own = own_log(*tx);
        seal(*tx, *own);
        return before == after;
    } catch (...) {
        trie_.reset();
        throw;
    }
}

/// True also where that cannot be told. Whatever rule the last program folded by, it has stated what it stored.
bool Replica::is_as_stated(const ReadTx& tx, const LogRow& own) {
    const auto head = parse_note(own.head);
    const bool comparable = head && head->head.vector == counted_vector(tx.logs());
    return !comparable || trie(tx).root() == head->head.state;
}

bool Replica::agrees_with_own_head() {
    IncidentRow incident;
    {
        const std::scoped_lock lock(writer_);
        const auto tx = store_.read();
        const LogRow own = own_log(*tx);
        if (is_as_stated(*tx, own)) return true;
        incident.subject = own.id.value();
    }
    incident.kind = "divergence";
    incident.peer = node_.value();
    incident.received = "the entries stored here give another state root than the one that our own head states";
    incident.done = "nothing was changed";
    incident.advice = "the stored entries were damaged: run minglu verify, which names them, then minglu rebuild";
    report(std::move(incident));
    return false;
}

void Replica::with_trie(const std::function<void(StateTrie&)>& look) {
    const std::scoped_lock lock(writer_);
    const auto tx = store_.read();
    look(trie(*tx));
}

void Replica::write_local(const std::function<void(WriteTx&)>& write) {
    const std::scoped_lock lock(writer_);
    const auto tx = store_.write();
    write(*tx);
    Vector forks = told_forks(*tx);
    minglu::commit(*tx);
    const std::scoped_lock standing_lock(standing_mutex_);
    standing_.forks = std::move(forks);
}

void Replica::report(IncidentRow incident) {
    incident.at = clock_.now();
    write_local([&](WriteTx& tx) { tx.add_incident(incident); });
}

}  // namespace minglu
