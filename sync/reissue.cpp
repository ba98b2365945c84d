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

}  // namespace minglu
