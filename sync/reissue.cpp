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

/// One that names another record than the one held there counts for nothing, and must go on to.
RecordRef Reissue::mapped(const ReadTx& tx, const RecordRef& of) const {
    const auto found = of.dot.log == cut_.log ? again_.find(of.dot.seq) : again_.end();
    if (found == again_.end()) return of;
    const auto record = tx.record(of.dot);
    return record && record->leaf == of.leaf ? found->second : of;
}

std::optional<Draft> Reissue::draft_of(const ReadTx& tx, const RecordRow& record, const Vector& held) const {
    if (!record.valid || record.kind == RecordKind::open || record.kind == RecordKind::key ||
        record.kind == RecordKind::unknown)
        return std::nullopt;
    const auto header = header_of(record);
    if (!header) throw StoreFault(ErrorCode::corrupt, "header of " + to_string(record.dot) + " does not parse");
    Draft draft;
    draft.version = header->version;
    draft.kind = record.kind;
    draft.actor = header->actor.empty() ? node_of(record.dot.log).value() : header->actor;
    draft.reason = header->reason;
    draft.label = header->label;
    draft.batch = header->batch;
    draft.needs = header->needs;
    draft.of = header->of;
    if (draft.of) draft.of = mapped(tx, *draft.of);
    for (const std::string& line : tx.ops_of_record(record.no)) {
        auto op = parse_op(line);
        if (!op) throw StoreFault(ErrorCode::corrupt, "an op of " + to_string(record.dot) + " does not parse");
        op->seen = mapped(op->seen, held);
        draft.ops.push_back(*std::move(op));
    }
    return draft;
}

std::string origin_mark(const Dot& dot) {
    return "（原 " + to_string(dot) + " ";
}

bool Reissue::is_of(const ReadTx& tx, const RecordRow& record, Seq old, const Draft& draft) const {
    const auto header = header_of(record);
    if (!header) return false;
    const bool is_written_again = node_of(record.dot.log) == node_of(cut_.log) && header->actor == draft.actor &&
                                  header->reason == draft.reason && header->label == draft.label &&
                                  header->batch == draft.batch;
    if (!is_written_again && header->reason.find(origin_mark({cut_.log, old})) == std::string::npos) return false;
    const auto lines = tx.ops_of_record(record.no);
    return std::equal(
        lines.begin(), lines.end(), draft.ops.begin(), draft.ops.end(), [](const std::string& line, const Op& op) {
            const auto other = parse_op(line);
            return other && other->key == op.key && other->effective_on == op.effective_on && other->set == op.set;
        });
}

bool Reissue::stands(const ReadTx& tx, Seq old, const Draft& draft) {
    if (draft.ops.empty()) return false;
    for (const OpRow& row : tx.ops_of_key(draft.ops.front().key)) {
        if (!row.valid || row.dot.log == cut_.log || draft.ops.front().seen.covers(row.dot)) continue;
        const auto log = tx.log(row.dot.log);
        if (!log || counted(*log) < row.dot.seq) continue;
        // One record stands for one: the same may have been written twice without either seeing the other.
        const bool is_taken =
            std::any_of(again_.begin(), again_.end(), [&](const auto& item) { return item.second.dot == row.dot; });
        const auto record = tx.record(row.dot);
        if (is_taken || !record || !is_of(tx, *record, old, draft)) continue;
        note(old, row.dot, record->leaf);
        return true;
    }
    return false;
}

}  // namespace minglu
