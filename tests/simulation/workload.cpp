#include "tests/simulation/workload.hpp"

#include <array>

#include "catalog/resolution.hpp"
#include "minglu/json_text.hpp"
#include "sync/refold.hpp"

namespace minglu::simulation {

namespace {

Day day(std::string_view text) {
    return parse_day(text).value();
}

FieldValue text_field(std::string field, std::string_view value) {
    return {std::move(field), json_string(value)};
}

}  // namespace

EntryKey Workload::any_key() {
    static constexpr std::array<std::string_view, 6> keys{"gi/AGI00053",           "gi/AGI00175",
                                                          "gi/AGI01459",           "trademark/10325554/33",
                                                          "trademark/10325554/30", "patent/201710601862.3"};
    return EntryKey{std::string(keys[static_cast<std::size_t>(random_.below(keys.size()))])};
}

Vector Workload::seen_by_editor(const ReadTx& tx, const NodeId& node, const EntryKey& key) {
    const auto entry = tx.entry(key);
    Vector& screen = screens_[{node, key}];
    if (!random_.one_in(5)) screen = entry ? entry->etag : Vector{};
    return screen;
}

Op Workload::any_write(const ReadTx& tx, const NodeId& node, const EntryKey& key, const std::vector<NodeId>& all) {
    static constexpr std::array<std::string_view, 4> fields{"name", "goods", "notes", "category"};
    static constexpr std::array<std::string_view, 3> values{"甲", "乙", "丙"};
    static constexpr std::array<std::string_view, 4> days{"2012-06-01", "2025-01-01", "2026-01-01", "2031-01-01"};
    Op op;
    op.key = key;
    op.seen = seen_by_editor(tx, node, key);
    op.effective_on = day(random_.one_in(3) ? days[static_cast<std::size_t>(random_.below(days.size()))] : days[2]);
    if (random_.one_in(4)) {
        const bool remove = !random_.one_in(3);
        op.set = {text_field("listing", remove ? "removed" : "listed")};
        if (remove) op.set.insert(op.set.begin(), text_field("ground", random_.one_in(2) ? "expired" : "revoked"));
        return op;
    }
    std::map<std::string, std::string> set;
    for (std::uint64_t i = 0; i <= random_.below(2); ++i)
        set[std::string(fields[static_cast<std::size_t>(random_.below(fields.size()))])] =
            values[static_cast<std::size_t>(random_.below(values.size()))];
    if (op.seen.empty()) set["home"] = node.value();
    if (random_.one_in(12)) set["home"] = all[static_cast<std::size_t>(random_.below(all.size()))].value();
    for (const auto& [field, value] : set) op.set.push_back(text_field(field, value));
    return op;
}

Draft Workload::batch(const ReadTx& tx, const NodeId& node, const std::vector<NodeId>& all) {
    Draft draft;
    draft.batch = BatchInfo{"名录 " + std::to_string(random_.below(100)), "渝知发〔2025〕7号", "2025-12-19"};
    if (random_.one_in(3)) {  // larger than one bundle may be
        const std::uint64_t count = 5 + random_.below(20);
        const std::uint64_t first = random_.below(60);
        for (std::uint64_t i = 0; i < count; ++i) {
            const EntryKey key{"gi/批次" + std::to_string(first + i)};
            draft.ops.push_back(any_write(tx, node, key, all));
        }
        return draft;
    }
    std::map<EntryKey, Op> ops;
    for (std::uint64_t i = 0; i <= random_.below(4); ++i) {
        const EntryKey key = any_key();
        ops.insert_or_assign(key, any_write(tx, node, key, all));
    }
    for (auto& [key, op] : ops) draft.ops.push_back(std::move(op));
    if (all.size() > 1 && random_.one_in(3)) {
        draft.kind = RecordKind::batch_propose;
        for (const NodeId& other : all)
            if (other != node && (draft.needs.empty() || random_.one_in(2))) draft.needs.push_back(other);
    }
    return draft;
}

std::optional<Draft> Workload::approval(const ReadTx& tx, const NodeId& node) {
    std::vector<RecordRow> waiting;
    for (RecordRow& record : tx.batches(RecordNo{0}, 200)) {
        if (record.kind != RecordKind::batch_propose) continue;
        const auto needs = header_of(record)->needs;
        const bool is_own = habits_.withdrawals && node_of(record.dot.log) == node;
        if (is_own || std::find(needs.begin(), needs.end(), node) != needs.end()) waiting.push_back(std::move(record));
    }
    if (waiting.empty()) return std::nullopt;
    const RecordRow& proposal = random_.pick(waiting);
    Draft draft;
    const bool withdraws = node_of(proposal.dot.log) == node;
    draft.kind = withdraws || random_.one_in(6) ? RecordKind::batch_close : RecordKind::batch_approve;
    draft.of = RecordRef{proposal.dot, proposal.leaf};
    if (random_.one_in(12)) draft.of->leaf[0] ^= 1;  // an approval of something else counts for nothing
    return draft;
}

std::optional<Act> Workload::resolution(const ReadTx& tx) {
    ConflictQuery query;
    query.state = ConflictState::open;
    auto open = tx.conflicts(query);
    if (open.empty()) return std::nullopt;
    const ConflictRow& conflict = random_.pick(open);
    const CountedOps counted = counted_ops(tx, conflict.key);
    Choice choice;
    choice.side = random_.one_in(2) ? conflict.view.a : conflict.view.b;
    auto op = resolve_conflict(conflict.key, counted.ops, conflict.view.a, conflict.view.b, choice);
    if (!op) return std::nullopt;  // a side that has nothing in a group may leave an entry that no author may write
    Act act;
    act.asked.label = resolve_label;
    act.asked.ops = {*std::move(op)};
    act.decides.emplace(conflict.view.a, conflict.view.b);
    return act;
}

Act Workload::any_act(const ReadTx& tx, const NodeId& node, const std::vector<NodeId>& all) {
    std::optional<Draft> made;
    std::optional<Act> decision;
    const std::uint64_t dice = random_.below(10);
    if (dice < 2) made = batch(tx, node, all);
    if (dice == 2 || dice == 3) made = approval(tx, node);
    if (dice == 4 || dice == 5) decision = resolution(tx);
    Act act = decision ? *std::move(decision) : Act{};
    if (made) act.asked = *std::move(made);
    if (!made && !act.decides) act.asked.ops = {any_write(tx, node, any_key(), all)};
    act.asked.actor = "officer." + std::to_string(random_.below(4));
    act.asked.reason = "act " + std::to_string(++acts_);
    return act;
}

Findings Workload::act(SimNode& node, const std::vector<NodeId>& all) {
    Act act = any_act(*node.store().read(), node.id(), all);
    Draft& asked = act.asked;
    if (node.reading().version > record_version && random_.one_in(2)) {
        asked.version = node.reading().version;
        ledger_.newer.insert(node.replica().standing().own_log);
    }
    const Vector held = node.replica().standing().vector;
    const bool covered =
        std::all_of(asked.ops.begin(), asked.ops.end(), [&](const Op& op) { return held.covers(op.seen); });
    const auto published = publish(node, asked);
    if (!published) {
        if (!covered && published.error().code == ErrorCode::stale) return {};
        return {node.id().value() + " refuses a write: " + describe(published.error())};
    }
    act.dot = published->dot;
    act.leaf = published->leaf;
    ledger_.note(std::move(act));
    return {};
}

Result<Published> Workload::publish(SimNode& node, const Draft& draft) {
    try {
        return node.replica().publish(draft);
    } catch (const CommitUnknown&) {
        unanswered_.insert(draft.reason);
        throw;
    }
}

Findings Workload::rotate_key(SimNode& node) {
    const SigningKey& next = node.make_key();
    ledger_.public_keys[node.id()].push_back(next.public_key());
    const std::string reason = "act " + std::to_string(++acts_);
    try {
        const auto changed = node.replica().rotate_key(next, "keeper", reason);
        if (!changed) {  // what it wrote in an earlier log may still be on its way back
            if (changed.error().code == ErrorCode::stale) return {};
            return {node.id().value() + " cannot change its key: " + describe(changed.error())};
        }
        node.sign_with(next);
        ledger_.note_acknowledged(changed->dot, changed->leaf);
        ++key_changes_;
    } catch (const CommitUnknown&) {
        unanswered_.insert(reason);
        throw;
    }
    return {};
}

void Workload::look_again(SimNode& node) {
    const auto tx = node.store().read();
    for (const LogRow& log : tx->logs()) {
        if (node_of(log.id) != node.id()) continue;
        const auto last = tx->record({log.id, log.size});
        if (last && unanswered_.contains(parse_header(last->header)->reason))
            ledger_.leaves.emplace(last->dot, last->leaf);
    }
}

}  // namespace minglu::simulation
