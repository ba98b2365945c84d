#include "tests/simulation/fork_accounts.hpp"

#include <algorithm>

namespace minglu::simulation {

ForkAccounts::ForkAccounts(Store& shown, const std::vector<Store*>& stores, const Ledger& ledger)
    : tx_(shown.read()), accounts_(*tx_, ledger, record_version) {
    for (const Act& act : ledger.acts) {
        places_[act.asked.reason].insert(act.dot);
        reasons_.emplace(std::pair(act.dot, act.leaf), act.asked.reason);
    }
    for (Store* store : stores)
        store->read()->visit_records(RecordNo{0}, [&](const RecordRow& record) {
            const std::string reason = parse_header(record.header).value().reason;
            places_[reason].insert(record.dot);
            reasons_.emplace(std::pair(record.dot, record.leaf), reason);
            return true;
        });
    std::map<LogId, Seq> counted_to;
    for (const LogRow& log : tx_->logs()) counted_to[log.id] = counted(log);
    std::vector<RecordRow> rows;
    tx_->visit_records(RecordNo{0}, [&](const RecordRow& record) {
        if (record.valid && record.dot.seq <= counted_to.at(record.dot.log)) rows.push_back(record);
        return true;
    });
    for (const RecordRow& record : rows) {
        Draft draft = draft_of(*tx_, record, record_version);
        counted_[draft.reason].push_back({record.dot, record.leaf, std::move(draft)});
    }
    constexpr std::uint32_t all = 100'000;
    for (const RecordRow& batch : tx_->batches(RecordNo{0}, all)) batches_.insert(batch.dot);
}

ForkAccounts::Stands ForkAccounts::check(const Act& act) const {
    Stands stands;
    const auto found = counted_.find(act.asked.reason);
    if (found == counted_.end()) return stands;
    stands.anywhere = true;
    for (const Written& written : found->second) {
        stands.again = stands.again || written.dot != act.dot;
        const std::string fault = fault_of(act, written);
        if (!fault.empty())
            stands.findings.push_back(act.asked.reason + " " + to_string(act.dot) + " at " + to_string(written.dot) +
                                      " says or has " + fault);
        for (std::string& finding : accounts_.check_decision(act, written.dot))
            stands.findings.push_back(std::move(finding));
    }
    return stands;
}

std::string ForkAccounts::fault_of(const Act& act, const Written& written) const {
    const bool is_itself = written.dot == act.dot && written.leaf == act.leaf;
    const auto positions = is_itself ? Positions::are_equal : Positions::may_differ;
    std::string fault = difference(act.asked, written.draft, positions);
    if (fault.empty()) fault = fault_of_effect(written);
    if (fault.empty()) fault = fault_of_sight(act.asked, written);
    if (fault.empty() && act.asked.of && *act.asked.of != *written.draft.of &&
        reason_at(*act.asked.of) != reason_at(*written.draft.of))
        fault = "another batch that it is of: " + to_string(written.draft.of->dot) + " " +
                reason_at(*written.draft.of) + ", not " + to_string(act.asked.of->dot) + " " + reason_at(*act.asked.of);
    return fault;
}

std::string ForkAccounts::fault_of_effect(const Written& written) const {
    if (written.draft.kind == RecordKind::batch_propose)
        return batches_.contains(written.dot) ? "" : "no place in the list of batches";
    if (written.draft.kind != RecordKind::change) return "";
    for (const Op& op : written.draft.ops)
        if (accounts_.find(op.key, written.dot) == nullptr) return "no effect on " + op.key.value();
    return "";
}

std::string ForkAccounts::fault_of_sight(const Draft& asked, const Written& written) const {
    for (std::size_t i = 0; i < asked.ops.size(); ++i)
        for (const CountedWrite& other : accounts_.writes(asked.ops[i].key)) {
            if (!written.draft.ops[i].seen.covers(other.dot)) continue;
            const std::set<Dot>& places = places_.at(other.reason);
            const bool was_shown = std::any_of(places.begin(), places.end(),
                                               [&](const Dot& dot) { return asked.ops[i].seen.covers(dot); });
            if (!was_shown) return "seen " + to_string(other.dot) + ", which its author was not shown";
        }
    return "";
}

/// Of the record of that leaf; empty for one that nobody wrote.
std::string ForkAccounts::reason_at(const RecordRef& record) const {
    const auto found = reasons_.find({record.dot, record.leaf});
    return found == reasons_.end() ? "" : found->second;
}

}  // namespace minglu::simulation
