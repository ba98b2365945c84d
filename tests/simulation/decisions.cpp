#include "tests/simulation/decisions.hpp"

#include <algorithm>

namespace minglu::simulation {

namespace {

/// Pairs of decisions on one entry that did not see each other and both saw both sides of a listed conflict.
std::uint64_t resolutions_at_once(const ReadTx& tx, const EntryKey& key, const std::vector<CountedWrite>& writes) {
    ConflictQuery query;
    query.key = key;
    query.limit = 100'000;
    const std::vector<ConflictRow> conflicts = tx.conflicts(query);
    const auto decide = [&](const CountedWrite& x, const CountedWrite& y, const ConflictRow& row) {
        return std::all_of(writes.begin(), writes.end(), [&](const CountedWrite& side) {
            const bool is_side = side.dot == row.view.a || side.dot == row.view.b;
            return !is_side || (saw(x, side) && saw(y, side));
        });
    };
    std::uint64_t pairs = 0;
    for (auto x = writes.begin(); x != writes.end(); ++x)
        for (auto y = std::next(x); y != writes.end(); ++y)
            if (x->resolves && y->resolves && are_concurrent(*x, *y) &&
                std::any_of(conflicts.begin(), conflicts.end(),
                            [&](const ConflictRow& row) { return decide(*x, *y, row); }))
                ++pairs;
    return pairs;
}

/// What a node said of a proposal, and what it held then.
struct Verdict {
    Dot dot;
    bool approves;
    Vector held;
};

std::map<std::pair<Dot, Hash>, std::vector<Verdict>> verdicts_in(const ReadTx& tx, std::uint32_t reads) {
    std::map<std::pair<Dot, Hash>, std::vector<Verdict>> by_proposal;
    std::map<LogId, Vector> held;
    tx.visit_records(RecordNo{0}, [&](const RecordRow& record) {
        const auto header = parse_header(record.header, reads);
        if (!header) return true;
        held[record.dot.log].join(header->seen);
        const bool approves = header->kind == RecordKind::batch_approve;
        if (header->of && (approves || header->kind == RecordKind::batch_close))
            by_proposal[{header->of->dot, header->of->leaf}].push_back({record.dot, approves, held[record.dot.log]});
        return true;
    });
    return by_proposal;
}

}  // namespace

DecidedAtOnce decided_at_once(const ReadTx& tx, const Accounts& accounts, std::uint32_t reads) {
    DecidedAtOnce at_once;
    for (const auto& [key, writes] : accounts.entries()) at_once.resolutions += resolutions_at_once(tx, key, writes);
    for (const auto& [proposal, verdicts] : verdicts_in(tx, reads))
        for (const Verdict& approval : verdicts)
            for (const Verdict& close : verdicts)
                if (approval.approves && !close.approves && approval.dot.log != close.dot.log &&
                    !approval.held.covers(close.dot) && !close.held.covers(approval.dot))
                    ++at_once.approvals_and_closes;
    return at_once;
}

}  // namespace minglu::simulation
