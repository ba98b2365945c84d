#include "catalog/sight.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace minglu {

namespace {

using Place = std::pair<Seq, std::size_t>;

/// Of a proposal, one approval of each node that it needed.
bool covers_approvals(const Vector& seen, const EffectiveOp& op) {
    return std::all_of(op.approvals.begin(), op.approvals.end(), [&](const NodeApprovals& of_node) {
        return std::any_of(of_node.begin(), of_node.end(), [&](const Dot& dot) { return seen.covers(dot); });
    });
}

template <class Visit>
void for_each(const OpSet& set, const Visit& visit) {
    for (std::size_t at = 0; at < set.words(); ++at)
        for (std::uint64_t left = set.word(at); left != 0; left &= left - 1)
            visit(at * OpSet::word_bits + static_cast<std::size_t>(std::countr_zero(left)));
}

}  // namespace

bool OpSet::meets(const OpSet& other) const {
    for (std::size_t at = 0; at < words_.size(); ++at)
        if ((words_[at] & other.words_[at]) != 0) return true;
    return false;
}

bool OpSet::empty() const {
    return std::all_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word == 0; });
}

Sight::Sight(std::span<const EffectiveOp> ops) : seen_by_(ops.size(), OpSet(ops.size())), viewers_(seen_by_) {
    ops_.reserve(ops.size());
    for (const EffectiveOp& op : ops) ops_.push_back(&op);
    std::stable_sort(ops_.begin(), ops_.end(),
                     [](const EffectiveOp* x, const EffectiveOp* y) { return x->effective_on < y->effective_on; });
    note_claims();
    drop_lies();
    for (std::size_t x = 0; x < size(); ++x) for_each(seen_by_[x], [&](std::size_t y) { viewers_[y].insert(x); });
}

std::size_t Sight::count_by(Day day) const {
    const auto later = std::upper_bound(ops_.begin(), ops_.end(), day, [](const Day& wanted, const EffectiveOp* op) {
        return wanted < op->effective_on;
    });
    return static_cast<std::size_t>(later - ops_.begin());
}

/// A vector covers the first ops of each log: it is asked once a log, not once an op.
void Sight::note_claims() {
    std::map<LogId, std::vector<Place>> logs;
    for (std::size_t place = 0; place < size(); ++place) logs[op(place).dot.log].emplace_back(op(place).dot.seq, place);
    for (auto& [log, places] : logs) std::sort(places.begin(), places.end());
    for (std::size_t x = 0; x < size(); ++x) {
        const Vector& seen = op(x).seen;
        for (const auto& [log, places] : logs) {
            const Seq upto = seen.at(log);
            for (const auto& [seq, y] : places) {
                if (seq > upto) break;
                if (y != x && covers_approvals(seen, op(y))) seen_by_[x].insert(y);
            }
        }
    }
}

/// Ops that claim to have seen each other count as concurrent.
void Sight::drop_lies() {
    std::vector<std::pair<std::size_t, std::size_t>> lies;
    for (std::size_t x = 0; x < size(); ++x)
        for_each(seen_by_[x], [&](std::size_t y) {
            if (x < y && seen_by_[y].contains(x)) lies.emplace_back(x, y);
        });
    for (const auto& [x, y] : lies) {
        seen_by_[x].erase(y);
        seen_by_[y].erase(x);
    }
}

}  // namespace minglu
