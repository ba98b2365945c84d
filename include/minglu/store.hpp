#pragma once
/// The Store port: everything a node keeps. `src/store/sqlite` and `src/store/memory` implement it; one contract
/// suite (tests/contract) runs on both.
///
/// The log (logs, records, ops, tree nodes, batch marks) is the truth. Entries, periods, conflicts and search terms are
/// views that `sync/apply` derives from it. Peers, tokens, incidents, the journal, claims and idempotent replies are
/// local to this node and are never trimmed.
///
/// Transactions are types: a read needs a `ReadTx`, a write a `WriteTx`, so "inside a transaction" is checked by the
/// compiler. A `ReadTx` sees one committed snapshot. There is one `WriteTx` at a time (others block); destroying it
/// without `commit()` rolls back. Faults (disk full, I/O, corruption) are thrown as `StoreFault`; after a throw from
/// `commit()` the outcome is unknown and the process must exit without answering.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "minglu/record.hpp"

namespace minglu {

using LogNo = Strong<std::int64_t, struct LogNoTag>;        ///< local number of a log
using RecordNo = Strong<std::int64_t, struct RecordNoTag>;  ///< local number of a record = order of arrival, from 1
using EntryNo = Strong<std::int64_t, struct EntryNoTag>;    ///< local number of an entry, from 1

class StoreFault : public std::runtime_error {
public:
    StoreFault(ErrorCode code, const std::string& what) : std::runtime_error(what), code_(code) {}
    [[nodiscard]] ErrorCode code() const { return code_; }

private:
    ErrorCode code_;
};

/// COMMIT failed in a way that leaves open whether it happened: the process must exit without answering.
class CommitUnknown : public StoreFault {
public:
    using StoreFault::StoreFault;
};

// ---------------------------------------------------------------------------------------------------------------- log

/// One step of a proof that a log of `size` records with `root` continues into the next step, the last of which is the
/// signed head. `path` is an RFC 9162 §2.1.4 consistency proof from this size to the next one.
struct ProofStep {
    Seq size;
    Hash root{};
    std::vector<Hash> path;
    friend bool operator==(const ProofStep&, const ProofStep&) = default;
};

struct LogRow {
    LogNo no;
    LogId id;
    Suite suite = Suite::ed25519_sha256;
    std::string signing_key;     ///< raw public key that larger heads must be signed with
    bool own = false;            ///< the log this node writes
    Seq size;                    ///< records held, a contiguous prefix
    std::vector<Hash> frontier;  ///< roots of the perfect subtrees of that prefix, largest first
    Vector author_vector;        ///< what the author had seen at `size`, own log excluded
    std::string head;            ///< largest verified head, a C2SP signed note; empty before the first
    Seq head_size;               ///< ≥ size for foreign logs
    HybridTime head_time;
    std::vector<ProofStep> head_proof;  ///< from `size` (when it was smaller than head_size) to the head
    std::optional<Cut> cut;             ///< records beyond do not count, and its root is that of those that do
    friend bool operator==(const LogRow&, const LogRow&) = default;
};

/// The records of a log that count: all that are held, or those up to its cut.
[[nodiscard]] inline Seq counted(const LogRow& log) {
    return log.cut ? std::min(log.size, log.cut->at) : log.size;
}

/// Address of a perfect subtree of a log's Merkle tree: leaves [index·2^level, (index+1)·2^level).
struct TreeNode {
    std::uint32_t level = 0;  ///< 0 = leaf hashes
    std::uint64_t index = 0;
    Hash hash{};
    friend bool operator==(const TreeNode&, const TreeNode&) = default;
};

struct RecordRow {
    RecordNo no;
    Dot dot;
    RecordKind kind = RecordKind::change;
    HybridTime time;
    bool resolves = false;  ///< labelled `resolve`
    bool valid = true;      ///< false: kept and forwarded, ineffective as a whole
    UnixMs arrived;         ///< monotonic over records; kept over rebuild
    Hash leaf{};            ///< leaf hash of the header line in the log's tree
    std::uint32_t ops = 0;
    bool is_batch = false;  ///< carries batch information, or is of a batch.* kind: shown in the list of batches
    std::string header;     ///< verbatim bytes
    friend bool operator==(const RecordRow&, const RecordRow&) = default;
};

/// What the header of a stored record says. One whose kind is known was judged by a program that reads its version.
[[nodiscard]] Result<Header> header_of(const RecordRow& record);

/// A record about to be stored: `ops[i]` is the verbatim line whose key is `keys[i]`. Without keys the lines are kept
/// and filed under none: of an invalid record, or of a kind unknown here.
struct NewRecord {
    RecordRow row;  ///< `no` is ignored
    std::span<const std::string_view> ops;
    std::span<const EntryKey> keys;
    std::span<const Hash> op_subtrees = {};  ///< see `ReadTx::op_subtrees`; may be left empty
};

/// An op with what the fold needs to know of its record. Cut-off and invalid records are included: the caller judges.
struct OpRow {
    RecordNo record;
    Dot dot;
    RecordKind kind = RecordKind::change;
    HybridTime time;
    bool resolves = false;
    bool valid = true;
    UnixMs arrived;
    std::uint32_t position = 0;  ///< of the line in its record, from 0
    std::string line;            ///< verbatim op line
    friend bool operator==(const OpRow&, const OpRow&) = default;
};

/// An approve or close record, filed under the proposal it names. Filed even while the proposal is not here yet.
struct BatchMark {
    Dot proposal;
    Hash proposal_leaf{};  ///< as the marking record states it; counts only if it matches
    RecordKind kind = RecordKind::batch_approve;
    Dot by;
    HybridTime time;
    Hash leaf{};  ///< leaf hash of the marking record
    bool valid = true;
    friend bool operator==(const BatchMark&, const BatchMark&) = default;
};

// -------------------------------------------------------------------------------------------------------------- views

/// What an entry says from one day until another, with the columns that are filtered by. Folded from the ops that take
/// effect by `from`; before its first period an entry is not listed.
struct Period {
    Day from;
    std::optional<Day> until;  ///< exclusive; none = open-ended
    std::string view;          ///< canonical JSON object of the merged fields: {"listing":"listed","name":"…",…}
    std::string name;
    std::string subtype;
    std::string listing;       ///< "listed" or "removed"
    std::string legal_status;  ///< status value as in the terms table; empty when not given
    std::string region;        ///< GB/T 2260 code or empty
    std::string category;
    std::string home;                ///< node_id
    std::vector<std::string> terms;  ///< search terms, from the text analysis; unordered, may repeat
    friend bool operator==(const Period&, const Period&) = default;
};

enum class ConflictState { open, resolved, superseded };
[[nodiscard]] std::string_view name(ConflictState state);

struct ConflictView {
    Hash id{};
    Dot a;  ///< bytewise smaller
    Dot b;
    ConflictState state = ConflictState::open;
    std::string type;                 ///< insert_insert, update_update, update_remove, …
    std::vector<std::string> groups;  ///< contested, sorted
    friend bool operator==(const ConflictView&, const ConflictView&) = default;
};

/// All views of one key, replaced as a whole.
struct EntryViews {
    EntryKey key;
    std::string state;  ///< sorted-key JSON of the undated fold: what the trie leaf covers; hashed, not stored
    Vector etag;
    Hash trie_leaf{};
    std::vector<Period> periods;          ///< ascending, disjoint; empty = no effective op
    std::vector<ConflictView> conflicts;  ///< sorted by (a, b)
};

struct EntryRow {
    EntryNo no;
    EntryKey key;
    Vector etag;
    Hash trie_leaf{};
    std::uint32_t open_conflicts = 0;
};

struct EntryHit {
    EntryNo no;
    EntryKey key;
    Period period;  ///< terms left empty
    Vector etag;
    std::uint32_t open_conflicts = 0;
};

/// A search, already analysed. All given conditions must hold for the period that contains `as_of`.
struct EntryQuery {
    struct Term {
        std::string text;
        bool prefix = false;
    };
    std::vector<Term> terms;
    std::optional<Kind> kind;
    std::string nice_class;
    std::string listing;
    std::string legal_status;
    std::string region_prefix;  ///< "50", "5001", "500102"
    std::string category;
    std::string subtype;
    std::string home;
    std::optional<Dot> batch;  ///< only entries with an op in that record
    bool with_open_conflict = false;
    Day as_of;
    EntryNo after;  ///< page on after this entry; 0 = from the start
    std::uint32_t limit = 20;
    /// Last word on a candidate (e.g. that the characters stand together); none = take all.
    std::function<bool(const EntryHit&)> accept;
};

/// Hits by ascending EntryNo. `more` = there may be another page after the last one.
struct EntryPage {
    std::vector<EntryHit> hits;
    bool more = false;
};

struct ConflictRow {
    std::int64_t no = 0;  ///< local number, for paging
    EntryKey key;
    ConflictView view;
    std::string claimed_by;  ///< local
    UnixMs claimed_at;
    UnixMs found_at;  ///< from the journal: when this node first listed it
};

struct ConflictQuery {
    std::optional<ConflictState> state;
    std::optional<EntryKey> key;
    std::string claimed_by;
    std::int64_t after = 0;
    std::uint32_t limit = 50;
};

// -------------------------------------------------------------------------------------------------------------- local

struct PeerRow {
    NodeId node;
    std::string card;  ///< the card file's bytes
    std::string url;   ///< base of the peer listener, e.g. https://10.0.0.2:8443; empty = it calls us
    bool paused = false;
    UnixMs added;
    bool push = false;  ///< it cannot reach us: we bring it our records, besides asking for its own
    friend bool operator==(const PeerRow&, const PeerRow&) = default;
};

struct TokenRow {
    std::int64_t no = 0;
    std::string name;  ///< the person or program, becomes `actor`
    std::string role;  ///< reader, editor, approver, auditor, admin
    Hash secret_hash{};
    UnixMs created;
    UnixMs expires;  ///< 0 = never
    bool revoked = false;
    friend bool operator==(const TokenRow&, const TokenRow&) = default;
};

/// A person has looked at an incident, or the program has seen to it. One that happens again afterwards is open again.
struct Acknowledgement {
    std::string by;
    UnixMs at;
    std::string note;         ///< what was found, what was done about it
    std::uint64_t count = 0;  ///< how often the incident had happened by then
    friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};

/// How an incident went one time.
struct Occurrence {
    UnixMs at;
    std::string received;
    std::string done;
    std::string advice;
    friend bool operator==(const Occurrence&, const Occurrence&) = default;
};

struct IncidentRow {
    std::int64_t no = 0;
    UnixMs at;                ///< when it happened last; so do `received`, `done` and `advice` tell of the last time
    std::string kind;         ///< bad_signature, root_mismatch, gap, fork, clock_ahead, invalid_record, divergence, …
    std::string peer;         ///< node_id of the sender, or empty
    std::string subject;      ///< log, dot, key or node it is about
    std::string received;     ///< what was received
    std::string done;         ///< what was done
    std::string advice;       ///< what an operator should do
    std::uint64_t count = 1;  ///< same kind, peer and subject again: counted, not repeated
    std::vector<Acknowledgement> acknowledgements{};  ///< oldest first; none of them is ever taken out
    std::optional<Occurrence> first{};                ///< the first time, once it has happened again
    friend bool operator==(const IncidentRow&, const IncidentRow&) = default;
};

/// Empty conditions take all.
struct IncidentFilter {
    std::string kind;
    std::string peer;
    bool only_open = false;  ///< those that happened since a person last looked at them
};

/// How many incidents are open, by kind and peer.
using OpenIncidents = std::map<std::pair<std::string, std::string>, std::uint64_t>;

/// Whether it happened since a person last looked at it.
[[nodiscard]] inline bool is_open(const IncidentRow& incident) {
    return incident.acknowledgements.empty() || incident.acknowledgements.back().count < incident.count;
}

/// The newest head of a log that one node has cosigned: it holds the log in full up to that size.
struct CosignatureRow {
    std::int64_t no = 0;  ///< order in which they came here; a newer one of the same node gets a larger number
    LogId log;
    NodeId node;  ///< who cosigned
    Seq size;
    HybridTime time;   ///< of the head
    std::string note;  ///< the head with the signatures of its author and of `node`, all verified, and no others
    UnixMs at;         ///< when it was made or came here
    friend bool operator==(const CosignatureRow&, const CosignatureRow&) = default;
};

/// Two signed heads of one log that cannot both be true. Evidence: kept whole, never trimmed.
struct ForkRow {
    std::int64_t no = 0;
    UnixMs at;
    LogId log;
    std::string peer;           ///< node_id of who brought the second head, or empty
    std::string head_a;         ///< signed note
    std::string head_b;         ///< signed note
    std::optional<Seq> common;  ///< the last position that both share, once that is proved
    std::string proof;          ///< of that: the JSON of sync/fork_proof.hpp; empty before
    friend bool operator==(const ForkRow&, const ForkRow&) = default;
};

struct JournalRow {
    std::int64_t no = 0;
    UnixMs at;
    Hash conflict{};
    EntryKey key;
    std::string event;  ///< opened, resolved, superseded, reopened, claimed, released
    std::string actor;
    friend bool operator==(const JournalRow&, const JournalRow&) = default;
};

struct StoredReply {
    Hash request{};  ///< of method, path and body: the key used again for something else is an error
    int status = 0;
    std::string body;
    UnixMs at;
    friend bool operator==(const StoredReply&, const StoredReply&) = default;
};

/// One row of the audit trail: what somebody asked or did, and how it was answered. sync/audit_chain.hpp makes and
/// checks it; the other columns are taken from the line, to find it by.
struct AuditRow {
    std::int64_t no = 0;  ///< from 1 without gaps
    UnixMs at;
    std::string actor;
    std::string kind;
    std::string case_number;
    std::string line;  ///< canonical JSON
    Hash hash{};       ///< SHA-256 over the hash of the row before and the line
    friend bool operator==(const AuditRow&, const AuditRow&) = default;
};

/// Empty and absent conditions take all.
struct AuditQuery {
    std::string actor;
    std::string kind;
    std::string case_number;
    UnixMs since;                              ///< first moment
    UnixMs until{INT64_MAX};                   ///< exclusive
    std::pair<UnixMs, std::int64_t> before{};  ///< page on before the row of that time and number; {} = from the end
    std::uint32_t limit = 20;
};

struct StoreCounts {
    std::uint64_t records = 0, ops = 0, entries = 0, conflicts_open = 0, conflicts = 0, incidents = 0;
    std::uint64_t incidents_open = 0;
};

// ------------------------------------------------------------------------------------------------------- transactions

class ReadTx {
public:
    virtual ~ReadTx() = default;

    // Log
    [[nodiscard]] virtual std::vector<LogRow> logs() const = 0;  ///< by id
    [[nodiscard]] virtual std::optional<LogRow> log(const LogId& id) const = 0;
    [[nodiscard]] virtual std::optional<Hash> tree_node(LogNo log, std::uint32_t level, std::uint64_t index) const = 0;
    [[nodiscard]] virtual std::optional<RecordRow> record(const Dot& dot) const = 0;
    [[nodiscard]] virtual std::vector<std::string> ops_of_record(RecordNo no) const = 0;
    /// Up to `count` lines from the one at position `first` on.
    [[nodiscard]] virtual std::vector<std::string> some_ops_of_record(RecordNo no, std::uint32_t first,
                                                                      std::uint32_t count) const = 0;
    /// Roots of subtrees over the record's ops, as they were given with it: empty for records of an earlier version.
    [[nodiscard]] virtual std::vector<Hash> op_subtrees(RecordNo no) const = 0;
    [[nodiscard]] virtual std::vector<EntryKey> keys_of_record(RecordNo no) const = 0;
    /// Records of kind `unknown`, in order of arrival: cheap where there are few, however many others there are.
    [[nodiscard]] virtual std::vector<Dot> unread() const = 0;
    /// Records in order of arrival, from the first after `after`, until `visit` returns false.
    virtual void visit_records(RecordNo after, const std::function<bool(const RecordRow&)>& visit) const = 0;
    /// Just before the first record that `have` does not cover: where a sender starts. The last record when all is
    /// covered.
    [[nodiscard]] virtual RecordNo arrival_before(const Vector& have) const = 0;
    [[nodiscard]] virtual RecordNo last_record() const = 0;
    [[nodiscard]] virtual std::vector<OpRow> ops_of_key(const EntryKey& key) const = 0;  ///< in order of arrival
    /// Those of one log, or of all, with a larger `no` than `after`, by `no`.
    [[nodiscard]] virtual std::vector<CosignatureRow> cosignatures(const std::optional<LogId>& log,
                                                                   std::int64_t after = 0) const = 0;
    [[nodiscard]] virtual std::vector<BatchMark> marks_of(const Dot& proposal) const = 0;
    /// Batches (records with is_batch), newest arrival first, before `before` (0 = from the end).
    [[nodiscard]] virtual std::vector<RecordRow> batches(RecordNo before, std::uint32_t limit) const = 0;

    // Views
    [[nodiscard]] virtual std::optional<EntryRow> entry(const EntryKey& key) const = 0;
    [[nodiscard]] virtual std::optional<EntryKey> key_of(EntryNo no) const = 0;
    [[nodiscard]] virtual std::vector<Period> periods(EntryNo no) const = 0;  ///< ascending; terms left empty
    [[nodiscard]] virtual EntryPage query(const EntryQuery& query) const = 0;
    /// The name of each period of each entry, by entry: for views that are kept in memory.
    virtual void visit_names(
        const std::function<void(EntryNo, const EntryKey&, std::string_view name)>& visit) const = 0;
    virtual void visit_entries(EntryNo after, const std::function<bool(const EntryRow&)>& visit) const = 0;
    /// Every entry's key and trie leaf, in any order.
    virtual void visit_leaves(const std::function<void(EntryNo, const EntryKey&, const Hash&)>& visit) const = 0;
    [[nodiscard]] virtual std::vector<ConflictRow> conflicts(const ConflictQuery& query) const = 0;
    [[nodiscard]] virtual std::optional<ConflictRow> conflict(const Hash& id) const = 0;
    [[nodiscard]] virtual StoreCounts counts() const = 0;

    // Local
    [[nodiscard]] virtual std::vector<PeerRow> peers() const = 0;  ///< by node
    [[nodiscard]] virtual std::vector<TokenRow> tokens() const = 0;
    [[nodiscard]] virtual std::optional<TokenRow> token(const Hash& secret_hash) const = 0;
    /// Newest first, before `before` (0 = from the end).
    [[nodiscard]] virtual std::vector<IncidentRow> incidents(std::int64_t before, std::uint32_t limit,
                                                             const IncidentFilter& filter = {}) const = 0;
    [[nodiscard]] virtual OpenIncidents open_incidents() const = 0;
    [[nodiscard]] virtual std::vector<ForkRow> forks() const = 0;                           ///< oldest first
    [[nodiscard]] virtual std::vector<JournalRow> journal(const Hash& conflict) const = 0;  ///< oldest first
    [[nodiscard]] virtual std::optional<StoredReply> reply(std::string_view idempotency_key) const = 0;
    [[nodiscard]] virtual std::string setting(std::string_view key) const = 0;             ///< empty when not set
    [[nodiscard]] virtual std::vector<AuditRow> audit(const AuditQuery& query) const = 0;  ///< newest first
    /// Rows by ascending number, from the first after `after`, until `visit` returns false.
    virtual void visit_audit(std::int64_t after, const std::function<bool(const AuditRow&)>& visit) const = 0;
    [[nodiscard]] virtual std::optional<AuditRow> last_audit() const = 0;  ///< of the largest number
    /// The largest number that a row was ever given, whether it is still here or not; 0 before the first.
    [[nodiscard]] virtual std::int64_t last_audit_no() const = 0;
};

class WriteTx : public ReadTx {
public:
    // Log
    virtual LogNo add_log(const LogRow& log) = 0;    ///< `no` is ignored
    virtual void update_log(const LogRow& log) = 0;  ///< by `no`
    virtual RecordNo add_record(const NewRecord& record) = 0;
    /// What is judged now of a record that was kept unread, by `no`: kind, time, resolves, valid and is_batch become
    /// those of `row`, and its ops are filed under `keys` (as many as it has, or none), as `add_record` would have. Its
    /// bytes and its place in the order of arrival stay. A record whose ops are filed is not judged again.
    virtual void judge_record(const RecordRow& row, std::span<const EntryKey> keys,
                              std::span<const Hash> op_subtrees) = 0;
    virtual void add_tree_nodes(LogNo log, std::span<const TreeNode> nodes) = 0;
    virtual void add_mark(const BatchMark& mark) = 0;
    /// In place of the one of the same log and node; `no` is ignored. The log must be there.
    virtual void put_cosignature(const CosignatureRow& row) = 0;

    // Views. `put_entry` writes the journal's opened/resolved/superseded/reopened lines where conflict states changed.
    virtual EntryNo put_entry(const EntryViews& views, UnixMs at) = 0;
    /// For a key that nothing counts for any more: its conflicts are withdrawn.
    virtual void remove_entry(const EntryKey& key, UnixMs at) = 0;
    /// Drops every view (entries, periods, terms, conflicts); the journal and claims stay.
    virtual void clear_views() = 0;

    // Local
    virtual void put_peer(const PeerRow& peer) = 0;
    virtual bool remove_peer(const NodeId& node) = 0;
    virtual std::int64_t add_token(const TokenRow& token) = 0;
    virtual bool revoke_token(std::int64_t no) = 0;
    /// Counts up an equal (kind, peer, subject), which keeps its number and how it was the first time. There is no way
    /// to remove one; that peers cannot fill the disk with them is seen to as src/store/incident_bounds.hpp tells.
    virtual void add_incident(const IncidentRow& incident) = 0;
    /// For all that the incident counts now: `count` is filled in. False when there is no such incident.
    virtual bool acknowledge(std::int64_t incident_no, const Acknowledgement& acknowledgement) = 0;
    /// The same for each open incident of that kind about that peer. Returns how many there were.
    virtual std::uint64_t acknowledge_all(std::string_view kind, std::string_view peer,
                                          const Acknowledgement& acknowledgement) = 0;
    virtual void add_fork(const ForkRow& fork) = 0;                                   ///< `no` is ignored
    virtual void claim(const Hash& conflict, std::string_view actor, UnixMs at) = 0;  ///< empty actor releases
    virtual void put_reply(std::string_view idempotency_key, const StoredReply& reply) = 0;
    virtual void put_setting(std::string_view key, std::string_view value) = 0;
    virtual void add_audit(const AuditRow& row) = 0;  ///< there is no way to change or remove one

    virtual void commit() = 0;
};

class Store {
public:
    virtual ~Store() = default;
    [[nodiscard]] virtual std::unique_ptr<ReadTx> read() = 0;
    [[nodiscard]] virtual std::unique_ptr<WriteTx> write() = 0;
    /// Checks what the store alone can check (SQLite: integrity_check, foreign keys, counts). One line per finding.
    [[nodiscard]] virtual std::vector<std::string> check() = 0;
    /// A slice of work that can wait for a quiet moment, some milliseconds long. True while there is more of it.
    virtual bool upkeep() { return false; }
};

}  // namespace minglu
