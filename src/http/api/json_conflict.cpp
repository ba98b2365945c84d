#include "src/http/api/json_conflict.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "catalog/entry_views.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/json_record.hpp"
#include "sync/refold.hpp"

namespace minglu {

namespace {

void write_side(JsonWriter& json, const ReadTx& tx, const EntryKey& key, const Dot& dot, std::string_view fields) {
    const RecordRow record = stored_record(tx, dot);
    const Op op = stored_op_of(tx, dot, key);
    json.begin_object();
    write_origin(json, record, stored_header(record));
    json.member("effective_on", to_string(op.effective_on)).member_raw(fields, set_json(op.set)).end_object();
}

void write_item(JsonWriter& json, const ReadTx& tx, const ConflictRow& row) {
    json.member("id", to_hex(bytes_of(row.view.id))).member("key", row.key.value());
    json.member("type", row.view.type).member("state", name(row.view.state)).key("groups").begin_array();
    for (const std::string& group : row.view.groups) json.text(group);
    json.end_array().member("found_at", to_string(row.found_at)).member_if("claimed_by", row.claimed_by);
    json.key("sides").begin_array();
    write_side(json, tx, row.key, row.view.a, "set");
    write_side(json, tx, row.key, row.view.b, "set");
    json.end_array();
}

using Ops = std::vector<EffectiveOp>;

const EffectiveOp* find_op(const Ops& ops, const Dot& dot) {
    const auto found = std::find_if(ops.begin(), ops.end(), [&](const EffectiveOp& op) { return op.dot == dot; });
    return found == ops.end() ? nullptr : &*found;
}

/// The fields of the entry as both sides saw it.
std::string base_json(const Ops& ops, const ConflictView& conflict) {
    const EffectiveOp* const a = find_op(ops, conflict.a);
    const EffectiveOp* const b = find_op(ops, conflict.b);
    Ops common;
    if (a != nullptr && b != nullptr)
        std::copy_if(ops.begin(), ops.end(), std::back_inserter(common),
                     [&](const EffectiveOp& op) { return saw(*a, op) && saw(*b, op); });
    return view_json(merge(common));
}

std::string_view written(const EffectiveOp& op, std::string_view group) {
    for (const GroupWrite& write : op.groups)
        if (write.group == group) return write.value;
    return {};
}

/// The home that the merge of the other groups went by.
std::string home_of(const Ops& ops, const std::vector<MergedGroup>& merged) {
    for (const MergedGroup& group : merged)
        if (group.group == "home")
            if (const EffectiveOp* const op = find_op(ops, group.by.front())) return op->home;
    return {};
}

/// The first step of the total order of the merge that tells the two apart.
std::string_view deciding_rule(const EffectiveOp& winner, const EffectiveOp& loser, std::string_view group,
                               const std::string& home) {
    const auto at_home = [&](const EffectiveOp& op) { return group != "home" && op.node.value() == home; };
    if (at_home(winner) != at_home(loser)) return "home";
    if (winner.time != loser.time) return "later";
    return winner.dot.log != loser.dot.log ? "log" : "seq";
}

/// Against whom the winner of a group prevailed: the other side where it still stands, else whoever comes next with
/// another value; none when nobody stands against it.
const EffectiveOp* runner_up(const Ops& ops, const MergedGroup& group, const ConflictSides& sides) {
    const EffectiveOp* next = nullptr;
    for (const Dot& dot : group.by) {
        const EffectiveOp* const op = find_op(ops, dot);
        if (op == nullptr || written(*op, group.group) == group.value) continue;
        if (dot == sides.ours || dot == sides.theirs) return op;
        if (next == nullptr) next = op;
    }
    return next;
}

void write_winners(JsonWriter& json, const Ops& ops, const ConflictView& conflict, const ConflictSides& sides) {
    const std::vector<MergedGroup> merged = merge(ops);
    const std::string home = home_of(ops, merged);
    json.begin_object();
    for (const MergedGroup& group : merged) {
        if (!std::binary_search(conflict.groups.begin(), conflict.groups.end(), group.group)) continue;
        const Dot& winner = group.by.front();
        json.key(group.group).begin_object();
        json.member("side", winner == sides.ours ? "ours" : winner == sides.theirs ? "theirs" : "other");
        const EffectiveOp* const op = find_op(ops, winner);
        const EffectiveOp* const loser = runner_up(ops, group, sides);
        if (op != nullptr && loser != nullptr) json.member("rule", deciding_rule(*op, *loser, group.group, home));
        json.member_raw("value", group.value).member("dot", to_string(winner)).end_object();
    }
    json.end_object();
}

void write_journal(JsonWriter& json, const ReadTx& tx, const Hash& conflict) {
    json.begin_array();
    for (const JournalRow& line : tx.journal(conflict)) {
        json.begin_object().member("at", to_string(line.at)).member("event", line.event);
        json.member_if("actor", line.actor).end_object();
    }
    json.end_array();
}

void write_resolutions(JsonWriter& json, const ReadTx& tx, const Ops& ops, const ConflictView& conflict) {
    const EffectiveOp* const a = find_op(ops, conflict.a);
    const EffectiveOp* const b = find_op(ops, conflict.b);
    json.begin_array();
    for (const EffectiveOp& op : ops) {
        if (a == nullptr || b == nullptr || !op.resolves || !saw(op, *a) || !saw(op, *b)) continue;
        const RecordRow record = stored_record(tx, op.dot);
        json.begin_object();
        write_origin(json, record, stored_header(record));
        json.end_object();
    }
    json.end_array();
}

}  // namespace

ConflictSides sides_of(const ConflictView& conflict, const NodeId& self) {
    const bool second_is_ours = node_of(conflict.b.log) == self && node_of(conflict.a.log) != self;
    return second_is_ours ? ConflictSides{conflict.b, conflict.a} : ConflictSides{conflict.a, conflict.b};
}

std::string conflict_item_json(const ReadTx& tx, const ConflictRow& row) {
    JsonWriter json;
    json.begin_object();
    write_item(json, tx, row);
    return std::move(json.end_object()).take();
}

std::string conflict_json(const ReadTx& tx, const ConflictRow& row, const NodeId& self) {
    const Ops ops = counted_ops(tx, row.key).ops;
    const ConflictSides sides = sides_of(row.view, self);
    JsonWriter json;
    json.begin_object();
    write_item(json, tx, row);
    json.key("base").begin_object().member_raw("fields", base_json(ops, row.view)).end_object();
    json.key("ours");
    write_side(json, tx, row.key, sides.ours, "fields");
    json.key("theirs");
    write_side(json, tx, row.key, sides.theirs, "fields");
    json.key("winner");
    write_winners(json, ops, row.view, sides);
    json.key("journal");
    write_journal(json, tx, row.view.id);
    json.key("resolutions");
    write_resolutions(json, tx, ops, row.view);
    return std::move(json.end_object()).take();
}

}  // namespace minglu
