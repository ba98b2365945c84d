#include "sync/refold.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "catalog/effective.hpp"
#include "catalog/entry_views.hpp"
#include "sync/merkle.hpp"

namespace minglu {

namespace {

void append_number(std::string& out, std::uint64_t number, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

/// What the ops hash covers of one record position: the log's name with its length, the seq, a leaf hash.
void append_position(std::string& out, const Dot& dot, const Hash& leaf) {
    append_number(out, dot.log.value().size(), 4);
    out += dot.log.value();
    append_number(out, dot.seq.value(), 8);
    out += bytes_of(leaf);
}

struct Approvals {
    std::vector<NodeId> needs;
    std::vector<Approval> given;
    std::map<Dot, Hash> leaves;  ///< of the approving records of the nodes in `needs`
};

/// Where logs are cut off; read once for many keys.
class Cuts {
public:
    explicit Cuts(const ReadTx& tx) {
        for (const LogRow& log : tx.logs())
            if (log.cut) at_.emplace(log.id, log.cut->at);
    }
    [[nodiscard]] bool off(const Dot& dot) const {
        const auto found = at_.find(dot.log);
        return found != at_.end() && dot.seq > found->second;
    }

private:
    std::map<LogId, Seq> at_;
};

Approvals approvals_of(const ReadTx& tx, const Dot& proposal, const Cuts& cuts, std::optional<UnixMs> known_at) {
    Approvals approvals;
    const auto record = tx.record(proposal);
    if (!record) throw StoreFault(ErrorCode::corrupt, "proposal " + to_string(proposal) + " is gone");
    const auto header = header_of(*record);
    if (!header) throw StoreFault(ErrorCode::corrupt, "proposal " + to_string(proposal) + " does not parse");
    approvals.needs = header->needs;
    for (const BatchMark& mark : tx.marks_of(proposal)) {
        const NodeId node = node_of(mark.by.log);
        const bool counts = mark.kind == RecordKind::batch_approve && mark.valid &&
                            mark.proposal_leaf == record->leaf &&
                            std::find(header->needs.begin(), header->needs.end(), node) != header->needs.end();
        if (!counts || cuts.off(mark.by)) continue;
        if (known_at && tx.record(mark.by)->arrived > *known_at) continue;
        approvals.given.push_back({node, mark.by, mark.time});
        approvals.leaves.emplace(mark.by, mark.leaf);
    }
    return approvals;
}

/// What is read of one op: its row, and what was approved of the proposal that it is part of.
struct GatheredOp {
    OpRow row;
    Approvals approvals;
};

/// What is read of one key. Everything after this is pure.
struct Gathered {
    EntryKey key;
    std::vector<GatheredOp> ops;
};

Gathered gather(const ReadTx& tx, const EntryKey& key, const Cuts& cuts, std::optional<UnixMs> known_at) {
    Gathered gathered{key, {}};
    for (OpRow& row : tx.ops_of_key(key)) {
        if (!row.valid || cuts.off(row.dot) || (known_at && row.arrived > *known_at)) continue;
        if (row.kind != RecordKind::change && row.kind != RecordKind::batch_propose) continue;
        Approvals approvals;
        if (row.kind == RecordKind::batch_propose) approvals = approvals_of(tx, row.dot, cuts, known_at);
        gathered.ops.push_back({std::move(row), std::move(approvals)});
    }
    return gathered;
}

struct Counted {
    EffectiveOp op;
    CoveredOp covered;
};

std::optional<Counted> count(const GatheredOp& gathered) {
    const OpRow& row = gathered.row;
    const auto op = parse_op(row.line);
    if (!op)
        throw StoreFault(ErrorCode::corrupt, "op of " + to_string(row.dot) + " does not parse: " + op.error().what);
    auto effective =
        make_effective(row.dot, row.time, row.resolves, *op, gathered.approvals.needs, gathered.approvals.given);
    if (!effective) return std::nullopt;
    return Counted{*std::move(effective),
                   {row.dot, leaf_hash(HashAlgorithm::sha256, row.line), gathered.approvals.leaves}};
}

CountedOps count_all(const Gathered& gathered) {
    std::vector<Counted> counted;
    for (const GatheredOp& op : gathered.ops)
        if (auto one = count(op)) counted.push_back(*std::move(one));
    CountedOps result;
    std::vector<CoveredOp> covered;
    result.ops.reserve(counted.size());
    covered.reserve(counted.size());
    for (Counted& one : counted) {
        result.ops.push_back(std::move(one.op));
        covered.push_back(std::move(one.covered));
    }
    result.ops_hash = hash_of_ops(std::move(covered));
    return result;
}

EntryViews fold_views(const Gathered& gathered) {
    const CountedOps counted = count_all(gathered);
    EntryViews views = make_views(gathered.key, counted.ops);
    views.trie_leaf = trie_leaf(gathered.key, counted.ops_hash, sha256({views.state}));
    return views;
}

void put(WriteTx& tx, const EntryViews& views, StateTrie& trie, UnixMs at) {
    if (views.periods.empty()) {
        tx.remove_entry(views.key, at);
        trie.erase(views.key);
    } else {
        const EntryNo no = tx.put_entry(views, at);
        trie.set(views.key, views.trie_leaf, no);
    }
}

constexpr std::size_t chunk_keys = 256;  ///< enough to make a hand-over cheap, few enough to stay in the cache

using KeyIterator = std::set<EntryKey>::const_iterator;

std::vector<Gathered> gather_chunk(const ReadTx& tx, KeyIterator& next, KeyIterator end, const Cuts& cuts) {
    std::vector<Gathered> chunk;
    while (next != end && chunk.size() < chunk_keys) chunk.push_back(gather(tx, *next++, cuts, std::nullopt));
    return chunk;
}

}  // namespace

Hash hash_of_ops(std::vector<CoveredOp> ops) {
    std::sort(ops.begin(), ops.end(), [](const CoveredOp& a, const CoveredOp& b) { return a.dot < b.dot; });
    std::string covered;
    for (const CoveredOp& op : ops) {
        append_position(covered, op.dot, op.leaf);
        append_number(covered, op.approvals.size(), 4);
        for (const auto& [dot, leaf] : op.approvals) append_position(covered, dot, leaf);
    }
    return sha256({covered});
}

CountedOps counted_ops(const ReadTx& tx, const EntryKey& key, std::optional<UnixMs> known_at) {
    return count_all(gather(tx, key, Cuts(tx), known_at));
}

EntryViews views_of(const ReadTx& tx, const EntryKey& key, std::optional<UnixMs> known_at) {
    return fold_views(gather(tx, key, Cuts(tx), known_at));
}

/// While one chunk is folded beside us, the one before it is stored and the one after it is read.
void refold(WriteTx& tx, const std::set<EntryKey>& keys, StateTrie& trie, UnixMs at, Beside& beside,
            const std::function<void(const EntryViews&)>& look) {
    const auto put_shown = [&](const EntryViews& views) {
        put(tx, views, trie, at);
        if (look) look(views);
    };
    const Cuts cuts(tx);
    auto next = keys.begin();
    std::vector<Gathered> reading = gather_chunk(tx, next, keys.end(), cuts);
    std::vector<EntryViews> folded;
    while (!reading.empty()) {
        const std::vector<Gathered> folding = std::move(reading);
        std::vector<EntryViews> views;
        beside.start([&folding, &views] {
            for (const Gathered& one : folding) views.push_back(fold_views(one));
        });
        try {
            for (const EntryViews& one : folded) put_shown(one);
            reading = gather_chunk(tx, next, keys.end(), cuts);
        } catch (...) {
            beside.wait();
            throw;
        }
        beside.wait();
        folded = std::move(views);
    }
    for (const EntryViews& one : folded) put_shown(one);
}

void rebuild(WriteTx& tx, StateTrie& trie, UnixMs at, Beside& beside,
             const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    // Entries keep their numbers by order of first arrival, so that pages and stored bytes come out the same.
    trie = StateTrie{};
    tx.clear_views();
    std::set<EntryKey> done;
    const std::uint64_t total = tx.counts().records;
    std::uint64_t records = 0;
    std::vector<RecordNo> order;
    tx.visit_records(RecordNo{0}, [&](const RecordRow& record) {
        order.push_back(record.no);
        return true;
    });
    for (const RecordNo no : order) {
        std::set<EntryKey> keys;
        for (const EntryKey& key : tx.keys_of_record(no))
            if (done.insert(key).second) keys.insert(key);
        refold(tx, keys, trie, at, beside);
        if (progress) progress(++records, total);
    }
}

}  // namespace minglu
