// Local writes: drafts become records of the node's own log. Calls that come together share one commit.
#include <algorithm>
#include <exception>
#include <stdexcept>
#include <unordered_set>

#include "sync/crowding.hpp"
#include "sync/intake.hpp"
#include "sync/key_changes.hpp"
#include "sync/merkle.hpp"
#include "sync/refold.hpp"
#include "sync/replica.hpp"
#include "sync/replica_detail.hpp"

namespace minglu {

struct Replica::Pending {
    Draft draft;
    std::optional<Result<Published>> result;
    std::exception_ptr fault;
    bool done = false;
};

namespace {

/// Far more than the fields that there are. A decision is not bound: it writes whatever is contested.
constexpr std::size_t op_fields_max = 1'000;

Error refuse(ErrorCode code, std::string what, std::string cure) {
    return {code, std::move(what), "", std::move(cure)};
}

/// What the author must get right; the rules of the domain are checked before a draft is made.
std::optional<Error> fault_in(const Draft& draft, const Vector& held) {
    const bool carries_ops = draft.kind == RecordKind::change || draft.kind == RecordKind::batch_propose;
    if (carries_ops && draft.ops.empty())
        return refuse(ErrorCode::missing_value, "a record without ops", "there is nothing to publish");
    if (draft.ops.size() > record_ops_max)
        return refuse(ErrorCode::too_large, std::to_string(draft.ops.size()) + " ops in one record",
                      "split it into records of at most 20,000 ops");
    if (draft.actor.empty()) return refuse(ErrorCode::missing_value, "no actor", "say who does it");
    std::unordered_set<std::string_view> keys;
    for (const Op& op : draft.ops) {
        if (!keys.insert(op.key.value()).second)
            return refuse(ErrorCode::duplicate, "two ops on " + op.key.value(), "merge them into one");
        if (op.set.size() > op_fields_max && draft.label != "resolve")
            return refuse(ErrorCode::too_large,
                          std::to_string(op.set.size()) + " fields of " + op.key.value() + " in one change",
                          "write at most " + std::to_string(op_fields_max) + " at once");
        if (!held.covers(op.seen))
            return refuse(ErrorCode::stale, op.key.value() + " was seen in a state that this node does not hold",
                          "look at the entry again and repeat the change");
    }
    return std::nullopt;
}

/// Asked of what people and imports write alone: what is written again behind a cut has been acknowledged.
std::optional<Error> crowded_op(const ReadTx& tx, const Draft& draft) {
    for (const Op& op : draft.ops)
        if (auto checked = check_uncrowded(tx, op); !checked) return std::move(checked.error());
    return std::nullopt;
}

}  // namespace

Result<Published> Replica::append(WriteTx& tx, LogRow& own, Intake& intake, const Draft& draft, Vector& vector) {
    if (auto fault = fault_in(draft, vector)) return fail(*std::move(fault));
    last_time_ = tick(last_time_, clock_.now());
    Header header;
    header.version = draft.version;
    header.log = own.id;
    header.seq = Seq{own.size.value() + 1};
    header.time = last_time_;
    header.kind = draft.kind;
    header.actor = draft.actor;
    header.reason = draft.reason;
    header.label = draft.label;
    header.batch = draft.batch;
    header.needs = draft.needs;
    header.of = draft.of;
    header.new_signing_key = draft.new_signing_key;
    header.seen = beyond(vector, own.author_vector);
    header.seen.set(own.id, Seq{});
    header.ops = static_cast<std::uint32_t>(draft.ops.size());

    std::vector<std::string> lines;
    std::vector<Hash> leaves;
    std::size_t bytes = 0;
    for (const Op& op : draft.ops) {
        lines.push_back(serialise(op));
        leaves.push_back(leaf_hash(HashAlgorithm::sha256, lines.back()));
        bytes += lines.back().size() + 1;
    }
    header.ops_root = root_of(HashAlgorithm::sha256, leaves);
    const std::string header_line = with_roots(serialise(header), draft.roots);
    if (bytes + header_line.size() + 1 > record_bytes_max)
        return fail(refuse(ErrorCode::too_large, "a record over 16 MiB", "split it into several"));
    // What others could not read would hold up this log for ever, and this node's other writers now.
    const auto readable = parse_header(header_line, reading_.version);
    if (!readable) return fail(refuse(ErrorCode::bad_request, readable.error().what, "correct the draft"));
    if (is_unread(*readable))
        return fail(refuse(ErrorCode::bad_request, "a record of a version or kind that this node does not read itself",
                           "correct the draft"));
    const RecordLines record{*readable, header_line, {lines.begin(), lines.end()}};
    const Judged judged = judge(own, record);
    if (!judged.fault.empty()) return fail(refuse(ErrorCode::bad_request, judged.fault, "correct the draft"));
    intake.take(own, record, judged);
    vector.raise(own.id, own.size);
    const Published published{{own.id, own.size}, leaf_hash(hash_of(own.suite), header_line), last_arrival_};
    if (draft.along) draft.along(tx, published);
    return published;
}

void Replica::commit_group(std::vector<Pending*>& group) {
    const std::scoped_lock lock(writer_);
    const auto tx = store_.write();
    try {
        LogRow own = own_log(*tx);
        Vector vector = counted_vector(tx->logs());
        last_arrival_ = std::max(last_arrival_, clock_.now());
        Intake intake(*tx, last_arrival_);
        for (Pending* pending : group) {
            const auto fault = crowded_op(*tx, pending->draft);
            pending->result = fault ? fail(*fault) : append(*tx, own, intake, pending->draft, vector);
        }
        const bool wrote =
            std::any_of(group.begin(), group.end(), [](const Pending* p) { return p->result->has_value(); });
        if (!wrote) return;
        refold_touched(*tx, intake);
        seal(*tx, own);
    } catch (...) {
        trie_.reset();
        throw;
    }
}

/// The first to come commits for all that wait; those that arrive meanwhile are the next group.
Result<Published> Replica::publish(Draft draft) {
    Pending mine{std::move(draft), {}, {}, false};
    std::unique_lock lock(queue_mutex_);
    queue_.push_back(&mine);
    queue_changed_.wait(lock, [&] { return mine.done || !committing_; });
    while (!mine.done) {
        committing_ = true;
        std::vector<Pending*> group = std::exchange(queue_, {});
        lock.unlock();
        std::exception_ptr fault;
        try {
            commit_group(group);
        } catch (...) {
            fault = std::current_exception();
        }
        lock.lock();
        for (Pending* pending : group) {
            pending->fault = fault;
            pending->done = true;
        }
        committing_ = false;
        queue_changed_.notify_all();
    }
    if (mine.fault) std::rethrow_exception(mine.fault);
    return *std::move(mine.result);
}

}  // namespace minglu
