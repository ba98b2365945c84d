#include "tests/simulation/accounts.hpp"

#include <algorithm>

#include "catalog/fields.hpp"
#include "minglu/json_text.hpp"

namespace minglu::simulation {

namespace {

constexpr std::string_view listing_group = "listing";
constexpr std::uint32_t no_limit = 100'000;

using Groups = std::map<std::string, GroupFields>;

void put_field(Groups& groups, std::string_view field, std::string_view json) {
    GroupFields& fields = groups[std::string(group_of(field))];
    if (json != "null") fields.emplace(field, json);
}

bool claims(const CountedWrite& x, const CountedWrite& y) {
    return &x != &y && x.op.seen.covers(y.dot) &&
           std::all_of(y.approvals.begin(), y.approvals.end(), [&](const std::vector<Dot>& of_node) {
               return std::any_of(of_node.begin(), of_node.end(),
                                  [&](const Dot& dot) { return x.op.seen.covers(dot); });
           });
}

/// The groups on which two concurrent ops disagree; a removal stands against all that the other one writes.
std::set<std::string> contested(const CountedWrite& x, const CountedWrite& y) {
    std::set<std::string> groups;
    for (const auto& [group, fields] : x.groups)
        if (const auto other = y.groups.find(group); other != y.groups.end() && other->second != fields)
            groups.insert(group);
    if (x.removes() == y.removes()) return groups;
    groups.insert(std::string(listing_group));
    for (const auto& [group, fields] : x.removes() ? y.groups : x.groups) groups.insert(group);
    return groups;
}

using Writers = std::vector<const CountedWrite*>;

/// The writes by group that took effect by a day and that no other of them overwrote knowingly.
std::map<std::string, Writers> standing_on(Day day, const std::vector<CountedWrite>& writes) {
    std::map<std::string, Writers> by_group;
    for (const CountedWrite& write : writes)
        if (write.op.effective_on <= day)
            for (const auto& [group, fields] : write.groups) by_group[group].push_back(&write);
    for (auto& [group, writers] : by_group) {
        const Writers all = writers;
        std::erase_if(writers, [&](const CountedWrite* one) {
            return std::any_of(all.begin(), all.end(), [&](const CountedWrite* other) { return saw(*other, *one); });
        });
    }
    return by_group;
}

/// What a node shows of one entry against what counts of it.
class EntryCheck {
public:
    EntryCheck(const ReadTx& tx, const EntryRow& entry, const std::vector<CountedWrite>& writes)
        : entry_(entry), writes_(writes), periods_(tx.periods(entry.no)) {
        ConflictQuery query;
        query.key = entry.key;
        query.limit = no_limit;
        for (const ConflictRow& row : tx.conflicts(query)) conflicts_.push_back(row.view);
    }

    [[nodiscard]] Findings run() {
        check_etag();
        check_conflicts();
        check_days();
        for (const Period& period : periods_) check_period(period);
        return std::move(findings_);
    }

private:
    void tell(const std::string& what) { findings_.push_back(entry_.key.value() + ": " + what); }

    void check_etag() {
        Vector etag;
        for (const CountedWrite& write : writes_) {
            etag.raise(write.dot);
            for (const std::vector<Dot>& of_node : write.approvals)
                for (const Dot& approval : of_node) etag.raise(approval);
        }
        if (entry_.etag != etag) tell("shown as of " + to_string(entry_.etag) + ", it is of " + to_string(etag));
    }

    [[nodiscard]] const CountedWrite* find(const Dot& dot) const {
        const auto found =
            std::find_if(writes_.begin(), writes_.end(), [&](const CountedWrite& write) { return write.dot == dot; });
        return found == writes_.end() ? nullptr : &*found;
    }

    /// None is listed that is none.
    void check_conflicts() {
        for (const ConflictView& conflict : conflicts_) {
            const CountedWrite* const a = find(conflict.a);
            const CountedWrite* const b = find(conflict.b);
            if (a == nullptr || b == nullptr || !are_concurrent(*a, *b))
                tell("lists " + to_string(conflict.a) + " against " + to_string(conflict.b) +
                     ", which are no conflict");
            else if (const auto groups = contested(*a, *b);
                     std::vector<std::string>(groups.begin(), groups.end()) != conflict.groups)
                tell("lists " + to_string(conflict.a) + " against " + to_string(conflict.b) + " in other groups");
        }
    }

    void check_days() {
        std::set<Day> days;
        for (const CountedWrite& write : writes_) days.insert(write.op.effective_on);
        std::set<Day> shown;
        for (const Period& period : periods_) shown.insert(period.from);
        if (days != shown) tell("shown as changing on other days");
    }

    void check_period(const Period& period) {
        const auto standing = standing_on(period.from, writes_);
        Groups shown;
        visit_members(period.view,
                      [&](std::string_view field, std::string_view json) { put_field(shown, field, json); });
        for (const auto& [group, fields] : shown)
            if (!standing.contains(group)) tell("shows " + group + ", which nobody wrote");
        for (const auto& [group, writers] : standing) {
            check_shown(period.from, group, shown[group], writers);
            check_pairs(period.from, group, writers);
            if (const auto listing = standing.find(std::string(listing_group)); listing != standing.end())
                check_removals(period.from, group, writers, listing->second);
        }
    }

    void check_shown(Day day, const std::string& group, const GroupFields& shown, const Writers& writers) {
        const bool written = std::any_of(writers.begin(), writers.end(), [&, &name = group](const CountedWrite* write) {
            return write->groups.at(name) == shown;
        });
        if (written) return;
        std::string who;
        for (const CountedWrite* write : writers) who += " " + to_string(write->dot);
        tell(to_string(day) + " shows no " + group + " that stands; it was written by" + who);
    }

    void check_pairs(Day day, const std::string& group, const Writers& writers) {
        for (auto x = writers.begin(); x != writers.end(); ++x)
            for (auto y = std::next(x); y != writers.end(); ++y)
                if ((*x)->groups.at(group) != (*y)->groups.at(group)) check_listed(day, **x, **y, group);
    }

    void check_removals(Day day, const std::string& group, const Writers& writers, const Writers& listing) {
        for (const CountedWrite* removal : listing)
            for (const CountedWrite* write : writers)
                if (removal->removes() && !write->removes() && are_concurrent(*removal, *write))
                    check_listed(day, *removal, *write, group);
    }

    void check_listed(Day day, const CountedWrite& x, const CountedWrite& y, const std::string& group) {
        const std::string pair =
            to_string(x.dot) + " and " + to_string(y.dot) + " in " + group + " on " + to_string(day);
        const auto found = std::find_if(conflicts_.begin(), conflicts_.end(), [&](const ConflictView& conflict) {
            return (conflict.a == x.dot && conflict.b == y.dot) || (conflict.a == y.dot && conflict.b == x.dot);
        });
        if (found == conflicts_.end() ||
            std::find(found->groups.begin(), found->groups.end(), group) == found->groups.end())
            return tell("no conflict is listed of " + pair);
        const bool decided = std::any_of(writes_.begin(), writes_.end(), [&](const CountedWrite& write) {
            return write.resolves && saw(write, x) && saw(write, y);
        });
        if (found->state != ConflictState::open && !(found->state == ConflictState::resolved && decided))
            tell("listed as " + std::string(name(found->state)) + ", which nobody did, are " + pair);
    }

    const EntryRow& entry_;
    const std::vector<CountedWrite>& writes_;
    std::vector<Period> periods_;
    std::vector<ConflictView> conflicts_;
    Findings findings_;
};

struct ApprovalRecord {
    Dot dot;
    Hash proposal_leaf;
};
using Approvals = std::map<Dot, std::vector<ApprovalRecord>>;  ///< by proposal

/// Of each node that it needs; none until all of them have approved just this.
std::optional<std::vector<std::vector<Dot>>> given_to(const RecordRow& record, const Header& header,
                                                      const Approvals& approvals) {
    std::vector<std::vector<Dot>> given;
    if (header.kind == RecordKind::change) return given;
    const auto found = approvals.find(record.dot);
    if (found == approvals.end() || header.needs.empty()) return std::nullopt;
    for (const NodeId& node : header.needs) {
        std::vector<Dot>& of_node = given.emplace_back();
        for (const ApprovalRecord& approval : found->second)
            if (node_of(approval.dot.log) == node && approval.proposal_leaf == record.leaf)
                of_node.push_back(approval.dot);
        if (of_node.empty()) return std::nullopt;
    }
    return given;
}

}  // namespace

bool CountedWrite::removes() const {
    return std::any_of(op.set.begin(), op.set.end(), [](const FieldValue& value) {
        return value.field == "listing" && value.json == json_string("removed");
    });
}

bool saw(const CountedWrite& x, const CountedWrite& y) {
    return claims(x, y) && !claims(y, x);
}

bool are_concurrent(const CountedWrite& x, const CountedWrite& y) {
    return &x != &y && !saw(x, y) && !saw(y, x);
}

Accounts::Accounts(const ReadTx& tx, const Ledger& ledger, std::uint32_t reads) : tx_(tx) {
    std::map<LogId, Seq> counted_to;
    for (const LogRow& log : tx.logs()) counted_to[log.id] = counted(log);
    std::vector<std::pair<RecordRow, Header>> written;
    Approvals approvals;
    tx.visit_records(RecordNo{0}, [&](const RecordRow& record) {
        if (record.dot.seq > counted_to.at(record.dot.log) || ledger.invalid.contains(record.dot)) return true;
        const auto header = parse_header(record.header, reads);
        if (!header) return true;
        if (header->kind == RecordKind::batch_approve && header->of)
            approvals[header->of->dot].push_back({record.dot, header->of->leaf});
        if (header->kind == RecordKind::change || header->kind == RecordKind::batch_propose)
            written.emplace_back(record, *header);
        return true;
    });
    for (const auto& [record, header] : written) {
        const auto given = given_to(record, header, approvals);
        if (!given) continue;
        for (const std::string& line : tx.ops_of_record(record.no)) {
            CountedWrite write{record.dot,
                               header.reason,
                               parse_op(line).value(),
                               header.label == "resolve",
                               header.version > record_version,
                               *given,
                               {}};
            for (const FieldValue& value : write.op.set) put_field(write.groups, value.field, value.json);
            writes_[write.op.key].push_back(std::move(write));
        }
    }
}

const std::vector<CountedWrite>& Accounts::writes(const EntryKey& key) const {
    static const std::vector<CountedWrite> none;
    const auto found = writes_.find(key);
    return found == writes_.end() ? none : found->second;
}

const CountedWrite* Accounts::find(const EntryKey& key, const Dot& dot) const {
    for (const CountedWrite& write : writes(key))
        if (write.dot == dot) return &write;
    return nullptr;
}

Findings Accounts::check(const EntryKey& key) const {
    const auto entry = tx_.entry(key);
    if (writes(key).empty()) return {key.value() + " is shown, and nothing of it counts"};
    if (!entry) return {key.value() + " is not shown"};
    return EntryCheck(tx_, *entry, writes(key)).run();
}

Findings Accounts::check() const {
    std::set<EntryKey> keys;
    for (const auto& [key, writes] : writes_) keys.insert(key);
    tx_.visit_entries(EntryNo{0}, [&](const EntryRow& entry) {
        keys.insert(entry.key);
        return true;
    });
    Findings findings;
    for (const EntryKey& key : keys)
        for (std::string& finding : check(key)) findings.push_back(std::move(finding));
    return findings;
}

Findings Accounts::check_decision(const Act& act, const Dot& stands_at) const {
    if (!act.decides) return {};
    const auto& [a, b] = *act.decides;
    const EntryKey& key = act.asked.ops.front().key;
    const CountedWrite* const decision = find(key, stands_at);
    const CountedWrite* const one = find(key, a);
    const CountedWrite* const other = find(key, b);
    if (decision == nullptr || one == nullptr || other == nullptr || !saw(*decision, *one) || !saw(*decision, *other))
        return {};
    const auto hides = [&](const CountedWrite& write, const CountedWrite& x, const CountedWrite& y) {
        return write.is_newer && saw(*decision, write) && saw(write, x) && are_concurrent(write, y);
    };
    for (const CountedWrite& write : writes(key))
        if (hides(write, *one, *other) || hides(write, *other, *one)) return {};
    ConflictQuery query;
    query.key = key;
    query.state = ConflictState::resolved;
    query.limit = no_limit;
    for (const ConflictRow& row : tx_.conflicts(query))
        if (row.view.a == a && row.view.b == b) return {};
    return {key.value() + ": " + to_string(a) + " and " + to_string(b) + ", decided by " + to_string(stands_at) +
            ", are not listed as resolved"};
}

}  // namespace minglu::simulation
