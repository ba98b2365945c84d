#include "src/audit/audit_trail.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace minglu {

namespace {

constexpr std::int64_t retry_ms = 1'000;
/// Different ones that are counted at a time; the rest share one.
constexpr std::size_t refusals_max = 256;

tl::unexpected<Error> withheld(ErrorCode code, std::string what) {
    return fail({code, "the audit trail cannot be written: " + std::move(what), "",
                 "ask again later; the answer is withheld because it could not be recorded"});
}

}  // namespace

struct AuditTrail::Row {
    enum class State { queued, taken, written, failed };
    AuditEntry entry;
    bool awaited = false;
    State state = State::queued;
    std::int64_t no = 0;
    ErrorCode code = ErrorCode::io;
    std::string fault{};
};

AuditTrail::AuditTrail(Replica& replica, const Clock& clock, AuditOptions options,
                       std::function<void(const StoreFault&)> on_fault)
    : replica_(replica), clock_(clock), options_(options), on_fault_(std::move(on_fault)), thread_([this] { run(); }) {}

AuditTrail::~AuditTrail() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        wake_.notify_all();
    }
    thread_.join();
    if (!queue_.empty())
        on_fault_(
            StoreFault(ErrorCode::io, std::to_string(queue_.size()) + " rows of the audit trail could not be written"));
}

void AuditTrail::note(AuditEntry entry) {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() >= options_.rows_max) {
        if (gap_++ == 0) gap_since_ = entry.at;
        ++lost_;
        return;
    }
    queue_.push_back(std::make_shared<Row>(Row{std::move(entry)}));
    wake_.notify_all();
}

void AuditTrail::note_refusal(AuditEntry entry) {
    std::string name = entry.remote + '\n' + entry.forwarded + '\n' + entry.note;
    {
        const std::scoped_lock lock(mutex_);
        if (refusals_.size() >= refusals_max && !refusals_.contains(name)) {
            name.clear();
            entry.remote = "others";
            entry.forwarded.clear();
        }
        const auto [known, is_new] = refusals_.try_emplace(name, Refusals{entry, 0, clock_.steady_ms()});
        if (!is_new) {
            known->second.entry = std::move(entry);
            ++known->second.more;
            return;
        }
    }
    note(std::move(entry));
}

Result<std::int64_t> AuditTrail::record(AuditEntry entry) {
    const auto row = std::make_shared<Row>(Row{std::move(entry), true});
    std::unique_lock lock(mutex_);
    if (queue_.size() >= 2 * options_.rows_max) return withheld(ErrorCode::busy, "too many rows wait for it");
    queue_.push_back(row);
    ++awaited_;
    wake_.notify_all();
    const auto is_done = [&] { return row->state == Row::State::written || row->state == Row::State::failed; };
    if (!done_.wait_for(lock, std::chrono::milliseconds(options_.wait_ms), is_done) &&
        row->state == Row::State::queued) {
        queue_.erase(std::find(queue_.begin(), queue_.end(), row));
        --awaited_;
        return withheld(ErrorCode::busy, "the node has been writing something else for too long");
    }
    done_.wait(lock, is_done);  // it is being written right now
    if (row->state == Row::State::failed) return withheld(row->code, row->fault);
    return row->no;
}

void AuditTrail::flush() {
    std::unique_lock lock(mutex_);
    gather_refusals(true);
    const auto last = queue_.empty() ? nullptr : queue_.back();
    if (!last) return;
    hurry_ = true;
    wake_.notify_all();
    done_.wait(lock, [&] { return last->state == Row::State::written || failing_; });
}

AuditState AuditTrail::state() const {
    const std::scoped_lock lock(mutex_);
    return {written_, queue_.size(), lost_};
}

/// Windows that are over become a row each, if anything came after their first.
void AuditTrail::gather_refusals(bool all) {
    const std::int64_t now_ms = clock_.steady_ms();
    for (auto at = refusals_.begin(); at != refusals_.end();) {
        Refusals& refusals = at->second;
        if (!all && now_ms - refusals.since_ms < options_.refusals_ms) {
            ++at;
            continue;
        }
        if (refusals.more > 0) {
            refusals.entry.count = refusals.more;
            queue_.push_back(std::make_shared<Row>(Row{std::move(refusals.entry)}));
        }
        at = refusals_.erase(at);
    }
}

void AuditTrail::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        const auto is_urgent = [&] { return stopping_ || hurry_ || awaited_ > 0; };
        wake_.wait_for(lock, std::chrono::milliseconds(retry_ms),
                       [&] { return is_urgent() || (!failing_ && !queue_.empty()); });
        gather_refusals(stopping_);
        if (!queue_.empty())
            wake_.wait_for(lock, std::chrono::milliseconds(options_.gather_ms),
                           [&] { return is_urgent() || queue_.size() > options_.rows_max / 2; });
        hurry_ = false;
        if (!queue_.empty() || gap_ > 0) {
            lock.unlock();
            write_group();
            lock.lock();
        }
        if (stopping_) return;
    }
}

AuditTrail::Rows AuditTrail::take_queue() {
    Rows taken = std::exchange(queue_, {});
    for (const auto& row : taken) {
        row->state = Row::State::taken;
        if (row->awaited) --awaited_;
    }
    return taken;
}

AuditEntry AuditTrail::gap() const {
    AuditEntry entry;
    entry.at = gap_since_;
    entry.kind = "gap";
    entry.count = gap_;
    entry.note = "rows that could not be written are missing here";
    return entry;
}

void AuditTrail::write_group() {
    Rows taken;
    std::uint64_t told = 0;
    std::int64_t first = 0;
    try {
        replica_.write_local([&](WriteTx& tx) {
            std::vector<AuditEntry> entries;
            {
                // Only now: until here a row may be withdrawn.
                const std::scoped_lock lock(mutex_);
                taken = take_queue();
                for (const auto& row : taken) entries.push_back(row->entry);
                told = gap_;
                if (told > 0) entries.push_back(gap());
            }
            if (told > 0)
                tx.add_incident({0, clock_.now(), "audit_gap", "", "audit", std::to_string(told) + " rows",
                                 "the audit trail says where they are missing",
                                 "find out why they could not be written: disk full, or a very long write", 1});
            first = append_audit(tx, entries);
        });
    } catch (const CommitUnknown& fault) {
        on_fault_(fault);
        throw;
    } catch (const StoreFault& fault) {
        return give_back(std::move(taken), fault);
    }
    const std::scoped_lock lock(mutex_);
    failing_ = false;
    gap_ -= told;
    written_ += taken.size();
    for (std::size_t i = 0; i < taken.size(); ++i) {
        taken[i]->no = first + static_cast<std::int64_t>(i);
        taken[i]->state = Row::State::written;
    }
    done_.notify_all();
}

/// Who waits is told; what nobody waits for is tried again. When not even a transaction could be begun, nothing was
/// taken, and all that wait in the queue are told.
void AuditTrail::give_back(Rows taken, const StoreFault& fault) {
    const std::scoped_lock lock(mutex_);
    if (!std::exchange(failing_, true)) on_fault_(fault);  // said once, not at every further attempt
    if (taken.empty()) taken = take_queue();
    for (std::size_t i = taken.size(); i-- > 0;) {
        const auto& row = taken[i];
        row->state = row->awaited ? Row::State::failed : Row::State::queued;
        row->code = fault.code();
        row->fault = fault.what();
        if (!row->awaited) queue_.push_front(row);
    }
    done_.notify_all();
}

}  // namespace minglu
