#include "sync/reissue.hpp"

#include <algorithm>

namespace minglu {

/// What was seen of logs that are cut counts to their cuts; what was seen of our own branch counts where it stands now.
Vector Reissue::mapped(const Vector& seen, const Vector& held) const {
    Vector now;
    for (const Vector::Item& item : seen.items()) now.raise(item.first, std::min(item.second, held.at(item.first)));
    const auto after = again_.upper_bound(seen.at(cut_.log));
    if (after != again_.begin()) now.raise(std::prev(after)->second.dot);
    return now;
}

std::optional<Draft> Reissue::draft_of(const ReadTx& tx, const RecordRow& record, const Vector& held) const {
    if (!record.valid || record.kind == RecordKind::open || record.kind == RecordKind::key ||
        record.kind == RecordKind::unknown)
        return std::nullopt;
    const auto header = parse_header(record.header);
    if (!header) throw StoreFault(ErrorCode::corrupt, "header of " + to_string(record.dot) + " does not parse");
    Draft draft;
    draft.kind = record.kind;
    draft.actor = header->actor.empty() ? node_of(record.dot.log).value() : header->actor;
    draft.reason = header->reason;
    draft.label = header->label;
    draft.batch = header->batch;
    draft.needs = header->needs;
    draft.of = header->of;
    if (draft.of && draft.of->dot.log == cut_.log)
        if (const auto found = again_.find(draft.of->dot.seq); found != again_.end()) draft.of = found->second;
    for (const std::string& line : tx.ops_of_record(record.no)) {
        auto op = parse_op(line);
        if (!op) throw StoreFault(ErrorCode::corrupt, "an op of " + to_string(record.dot) + " does not parse");
        op->seen = mapped(op->seen, held);
        draft.ops.push_back(*std::move(op));
    }
    return draft;
}

std::optional<Dot> Reissue::standing(const ReadTx& tx, const Op& op) const {
    for (const OpRow& row : tx.ops_of_key(op.key)) {
        if (!row.valid || row.dot.log == cut_.log || op.seen.covers(row.dot)) continue;
        if (by_ && node_of(row.dot.log) != *by_) continue;
        const auto log = tx.log(row.dot.log);
        if (!log || counted(*log) < row.dot.seq) continue;
        const auto other = parse_op(row.line);
        if (!other || other->effective_on != op.effective_on || other->set != op.set) continue;
        // One write stands for one: two editors may have written the same without seeing each other.
        if (std::none_of(again_.begin(), again_.end(), [&](const auto& item) { return item.second.dot == row.dot; }))
            return row.dot;
    }
    return std::nullopt;
}

bool Reissue::leave_out_standing(const ReadTx& tx, Seq old, Draft& draft) {
    if (draft.ops.empty()) return true;
    Dot last;
    std::erase_if(draft.ops, [&](const Op& op) {
        const auto dot = standing(tx, op);
        if (dot) last = *dot;
        return dot.has_value();
    });
    if (!draft.ops.empty()) return true;
    note(old, last, tx.record(last)->leaf);
    return false;
}

}  // namespace minglu
