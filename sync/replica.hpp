#pragma once
/// The heart of a node: the one way in, for local writes (`publish`) and for those of peers (`ingest`).
///
/// Both end in the same transaction: records, views, tree frontier and head commit together, and nothing is answered
/// before the commit returned. Thread-safe; writes are serialised, concurrent `publish` calls share a commit.
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "sync/bundle.hpp"
#include "sync/head.hpp"
#include "sync/quota.hpp"
#include "sync/reading.hpp"
#include "sync/state_trie.hpp"

namespace minglu {

/// A record of another node that is further ahead of our clock than this is reported, and never moves our clock.
constexpr std::int64_t clock_skew_max_ms = 5 * 60 * 1000;
/// A node that writes nothing still signs a head this often, so that the others can see that it lives.
constexpr std::int64_t head_interval_ms = 5 * 60 * 1000;

struct Published {
    Dot dot;
    Hash leaf{};
    UnixMs at;
};

/// What to write as one record.
struct Draft {
    std::uint32_t version = record_version;  ///< the lowest one whose rules are enough: who reads less does not read it
    RecordKind kind = RecordKind::change;
    std::string actor;
    std::string reason;
    std::string label;
    std::optional<BatchInfo> batch;
    std::vector<Op> ops;
    std::vector<NodeId> needs;
    std::optional<RecordRef> of;
    std::string new_signing_key;  ///< of a `key` record; written by `rotate_key` alone, as are:
    std::map<LogId, Hash> roots;  ///< see KeyChange
    /// Runs in the same transaction once the record stands in it, e.g. to store the reply to an idempotency key.
    std::function<void(WriteTx&, const Published&)> along;
};

/// A log whose signed head does not go with what is held here: a fork, or a sender that lies. Asking the sender for
/// proofs tells (see find_fork).
struct Doubt {
    LogId log;
    std::optional<IncidentRow> incident;  ///< to be reported if nothing is proved; none when it has been already
};
/// What `ingest` does about doubts and states that differ: a caller that can ask the sender looks into them, any other
/// has them reported.
enum class Doubts { report, keep };

/// What became of a bundle. A refused log never holds back the others.
struct IngestReport {
    Vector sender_vector;       ///< what the sender holds, as it says
    std::uint64_t records = 0;  ///< taken
    std::uint64_t ops = 0;
    std::vector<std::pair<LogId, Error>> refused;
    std::vector<std::pair<LogId, Error>> postponed;  ///< cannot be taken yet, and nobody is to blame
    std::vector<LogId> unknown;                      ///< no card pinned here: not to be asked for until there is one
    std::vector<LogId> diverged;                     ///< heads with our vector and another state root
    std::vector<Doubt> doubts;                       ///< with Doubts::keep
    std::optional<Dot> cosigned_upto;                ///< to be named to the sender next time
    bool cosigned_spoilt = false;                    ///< some of the cosignatures up to there could not be taken
};

/// What this node holds, as of the last commit.
struct Standing {
    Vector vector;  ///< what is held and counts
    std::vector<HeldHead> heads;
    /// Of each log that is proved to have forked the first position at which its branches differ; 1 of a log that
    /// people have agreed on, for which no proof is wanted.
    Vector forks;
    LogId own_log;
    std::string own_head;  ///< signed note
    Hash state_root{};
    std::uint64_t revision = 0;  ///< grows with every commit that others may want to hear of
};

/// What commits have changed of the views.
struct ViewChanges {
    bool all = false;  ///< anything may be different: they were made anew
    std::set<EntryKey> keys{};
};

class Replica {
public:
    /// Opens the node's own log when there is none to continue (a first start, or after a restore). Throws StoreFault.
    /// `beside` folds large records on another core; none = in the writing thread. Throws StoreFault(corrupt) when the
    /// stored tree of the own log does not lead to its own head: what it would sign would accuse it of a fork; and
    /// StoreFault(unsupported_version) when the store was read by a program that reads more than `reading`.
    /// `signer` may be the key that a key of the node's log was changed to elsewhere, as far as the store knows of
    /// that: then a new log is opened, and what was written beyond what the old key counts for is written again there.
    /// What an earlier program kept unread is read now, in one transaction; a store whose entries are not those that
    /// its own head states is left to `agrees_with_own_head` and `rebuild`.
    Replica(NodeId node, Store& store, const Signer& signer, const Clock& clock, Random& random,
            Beside* beside = nullptr, std::uint64_t log_bytes_per_day_max = log_bytes_per_day_default,
            const Reading& reading = {});
    ~Replica();
    Replica(const Replica&) = delete;
    Replica& operator=(const Replica&) = delete;

    [[nodiscard]] const NodeId& node() const { return node_; }
    [[nodiscard]] const Reading& reading() const { return reading_; }
    /// Records that an earlier program had kept unread and this one has read when it opened the store.
    [[nodiscard]] std::uint64_t read_at_start() const { return read_at_start_; }

    /// Errors: too_large (split it), stale (an op has seen what this node has not: look at the entry again), duplicate,
    /// missing_value, bad_request (no node could read it). Throws StoreFault; after a throw from a commit the process
    /// must exit.
    [[nodiscard]] Result<Published> publish(Draft draft);

    /// `from` is the peer that sent it, for incidents. Errors: those of parse_bundle; what is wrong with a single log
    /// is in the report. Every refusal leaves an incident.
    /// A head of our own log, signed with our key, that goes beyond it or contradicts it makes the node leave that log
    /// and open a new one.
    [[nodiscard]] Result<IngestReport> ingest(std::string_view bytes, const NodeId& from,
                                              Doubts doubts = Doubts::report, Quotas quotas = Quotas::apply);
    /// What a log of another node may bring in today.
    [[nodiscard]] DailyQuota quota() const;

    /// Checks and keeps the proof that a log has forked (`text`, see fork_proof.hpp), and reports it. If the log is one
    /// of this node, a new log is opened which cuts it at the common position, and what this node wrote after that is
    /// written again there. False when an equal or earlier fork of that log is known, or people agreed which history of
    /// it counts (revocations.hpp). Errors: malformed, too_large, unknown_log, bad_signature, bad_proof.
    [[nodiscard]] Result<bool> accept_fork(std::string_view text, const NodeId& from);
    /// Goes on with the next key: the log's last record so far says so, its head is signed with both, and from then on
    /// `next`, which must outlive this object, signs. Errors: bad_value (the same key, another suite), stale (not all
    /// that this node wrote in earlier logs is here), those of `publish`. Throws as `publish` does.
    [[nodiscard]] Result<Published> rotate_key(const Signer& next, const std::string& actor, const std::string& reason);
    /// Stops writing `log`, if it is the one written, and opens a new one.
    void leave_log(const LogId& log);
    /// Which of these signed heads contradict what is held here. Nothing is changed and nobody accused.
    [[nodiscard]] std::vector<LogId> contradicted(const std::vector<std::string>& heads);

    /// Signs a new head over the same log when the last one is older than `head_interval_ms`, by either clock.
    void refresh_head();
    /// Cosigns heads of others that came within a minute of the last one; `ingest` does it for the rest.
    void cosign_heads();

    [[nodiscard]] Standing standing() const;
    /// Blocks until the revision is beyond `revision`, `timeout_ms` passed, or `gone` (asked now and then) is true.
    void wait_beyond(std::uint64_t revision, std::int64_t timeout_ms, const std::function<bool()>& gone) const;
    /// Wakes every waiter for good; used on shutdown.
    void stop_waiting();

    /// Reads what was kept unread, and refolds all from the log. Returns whether the state root came out as it was.
    /// Throws StoreFault(corrupt), and changes nothing, where a record is not what was signed.
    bool rebuild(const std::function<void(std::uint64_t, std::uint64_t)>& progress);
    /// Whether the entries stored here still give the state root that our own head states, for a start: what changed in
    /// the database while no program ran is reported before it is signed again. True also where that cannot be told.
    bool agrees_with_own_head();
    /// The children under a nibble prefix of the state trie, for the drill-down; see StateTrie.
    void with_trie(const std::function<void(StateTrie&)>& look);

    /// Told of every commit that changed views, before anybody else hears of it. Must be quick. Set before the first
    /// write that it is to hear of.
    void watch_views(std::function<void(const ViewChanges&)> watcher);

    void report(IncidentRow incident);
    /// A local write (peers, tokens, claims …) in a transaction of its own.
    void write_local(const std::function<void(WriteTx&)>& write);

private:
    struct Pending;

    void read_on();
    std::optional<LogRow> read_unread(WriteTx& tx, std::uint64_t& records);
    bool is_as_stated(const ReadTx& tx, const LogRow& own);
    bool head_is_due(const LogRow& own) const;
    void refresh_first_head();
    void open_log(const std::optional<LogId>& predecessor);
    void open_log_under_newer_key();
    LogRow begin_log(WriteTx& tx, const std::optional<LogId>& predecessor, const std::optional<Cut>& cut,
                     class Intake& intake);
    LogRow reopen(WriteTx& tx, const std::optional<Cut>& cut, Seq upto);
    void reissue(WriteTx& tx, LogRow& own, class Intake& intake, const Cut& cut, Seq upto);
    LogRow continue_own(WriteTx& tx, const std::map<LogId, Seq>& counted_before, const NodeId& from, bool& reopened);
    LogRow write_again(WriteTx& tx, const LogRow& cut_log, Seq upto, const NodeId& from);
    void commit_group(std::vector<Pending*>& group);
    Result<Published> append(WriteTx& tx, LogRow& own, class Intake& intake, const Draft& draft, Vector& vector);
    Head sign_own(WriteTx& tx, LogRow& own, const Signer* next_key = nullptr);
    void seal(WriteTx& tx, LogRow& own, const Signer* next_key = nullptr);
    void hand_over(WriteTx& tx, LogRow& own, const Signer& next);
    void commit_unsealed(WriteTx& tx, const LogRow& own);
    Standing standing_with(const ReadTx& tx, const LogRow& own, const Head& head) const;
    void announce(Standing next);
    void refold_touched(WriteTx& tx, const class Intake& intake,
                        const std::function<void(const EntryViews&)>& look = {});
    StateTrie& trie(const ReadTx& tx);
    LogRow own_log(const ReadTx& tx) const;
    void take_keys(WriteTx& tx, const Bundle& bundle, struct Proofs& proofs, const NodeId& from);
    bool take_proved(const Bundle& bundle, struct Proofs& proofs, const NodeId& from, std::vector<Head>& heads);
    bool take(WriteTx& tx, const Bundle& bundle, struct Proofs& proofs, const NodeId& from);
    void count_bytes(WriteTx& tx, const std::map<LogId, std::uint64_t>& bytes, struct Proofs& proofs,
                     const NodeId& from);
    void count_crowds(WriteTx& tx, const std::map<NodeId, Crowd>& crowds, struct Proofs& proofs,
                      const NodeId& from) const;
    void take_forks(const Bundle& bundle, const NodeId& from, IngestReport& report_to);
    bool cosign_due(WriteTx& tx);
    void find_diverged(const std::vector<Head>& heads, IngestReport& report);

    NodeId node_;
    Store& store_;
    const Signer* signer_;  ///< changes under `writer_`
    const Clock& clock_;
    Random& random_;
    AtOnce at_once_;
    Beside& beside_;
    std::uint64_t log_bytes_per_day_max_;
    Reading reading_;
    std::uint64_t read_at_start_ = 0;
    std::int64_t sealed_steady_ms_;  ///< when the last head was signed, or this object was made

    std::mutex writer_;  ///< held from the start of a write until its commit returned
    std::optional<StateTrie> trie_;
    HybridTime last_time_;
    UnixMs last_arrival_;
    std::deque<std::pair<Vector, Hash>> recent_states_;
    std::function<void(const ViewChanges&)> view_watcher_;
    ViewChanges changed_;

    std::mutex queue_mutex_;
    std::condition_variable queue_changed_;
    std::vector<Pending*> queue_;
    bool committing_ = false;

    mutable std::mutex standing_mutex_;
    mutable std::condition_variable standing_changed_;
    Standing standing_;
    bool stopped_ = false;
};

}  // namespace minglu
