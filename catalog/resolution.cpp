#include "catalog/resolution.hpp"

#include <algorithm>

#include "catalog/edit.hpp"
#include "catalog/fields.hpp"

namespace minglu {

namespace {

Error refuse(ErrorCode code, std::string what, std::string where, std::string cure) {
    return {code, std::move(what), std::move(where), std::move(cure)};
}

const EffectiveOp* find(std::span<const EffectiveOp> ops, const Dot& dot) {
    const auto found = std::find_if(ops.begin(), ops.end(), [&](const EffectiveOp& op) { return op.dot == dot; });
    return found == ops.end() ? nullptr : &*found;
}

std::optional<FoldedConflict> find_pair(std::span<const EffectiveOp> ops, const Dot& a, const Dot& b) {
    for (const FoldedConflict& conflict : find_conflicts(ops))
        if ((conflict.a == a && conflict.b == b) || (conflict.a == b && conflict.b == a)) return conflict;
    return std::nullopt;
}

std::optional<Error> fault_in(const Choice& choice, const FoldedConflict& conflict) {
    const auto contested = [&](const std::string& group) {
        return std::find(conflict.groups.begin(), conflict.groups.end(), group) != conflict.groups.end();
    };
    for (const auto& decided : choice.groups)
        if (!contested(decided.first))
            return refuse(ErrorCode::bad_request, "group " + decided.first + " is not contested", "groups",
                          "decide only the groups that the conflict lists");
    if (choice.side) return std::nullopt;
    std::string missing;
    for (const std::string& group : conflict.groups)
        if (!choice.groups.contains(group)) missing += (missing.empty() ? "" : ", ") + group;
    if (missing.empty()) return std::nullopt;
    return refuse(ErrorCode::missing_value, "not decided: " + missing, "groups",
                  "decide every contested group, or take one side");
}

/// Values given anew, as the whole of a group.
Result<std::vector<FieldValue>> given(const EntryKey& key, const std::string& group,
                                      const std::vector<FieldValue>& values, Day on) {
    std::vector<FieldValue> set = whole_group(group, "{}");
    for (const FieldValue& value : values) {
        const auto field =
            std::find_if(set.begin(), set.end(), [&](const FieldValue& other) { return other.field == value.field; });
        if (field == set.end())
            return fail(refuse(ErrorCode::bad_request, "field " + value.field + " is not of group " + group,
                               "groups, " + group, "give only fields of this group"));
        field->json = value.json;
    }
    if (auto findings = check_fields(key, set, on); !findings.empty()) return fail(std::move(findings.front()));
    return set;
}

}  // namespace

std::string group_of_side(std::span<const EffectiveOp> ops, const Dot& side, const std::string& group) {
    const EffectiveOp* op = find(ops, side);
    if (op == nullptr) return "{}";
    for (const GroupWrite& write : op->groups)
        if (write.group == group) return write.value;
    std::vector<EffectiveOp> before;
    std::copy_if(ops.begin(), ops.end(), std::back_inserter(before),
                 [&](const EffectiveOp& other) { return saw(*op, other); });
    for (const MergedGroup& merged : merge(before))
        if (merged.group == group) return merged.value;
    return "{}";
}

Result<Op> resolve_conflict(const EntryKey& key, std::span<const EffectiveOp> ops, const Dot& a, const Dot& b,
                            const Choice& choice, std::optional<Day> effective_on) {
    const auto conflict = find_pair(ops, a, b);
    if (!conflict)
        return fail(refuse(ErrorCode::not_found, to_string(a) + " and " + to_string(b) + " are not in conflict",
                           key.value(), "look at the list of conflicts again"));
    if (auto fault = fault_in(choice, *conflict)) return fail(*std::move(fault));
    const Day on = effective_on.value_or(std::max(find(ops, a)->effective_on, find(ops, b)->effective_on));
    Op op{key, etag_of(ops), on, {}};
    for (const std::string& group : conflict->groups) {
        const auto chosen = choice.groups.find(group);
        const GroupChoice decision = chosen != choice.groups.end() ? chosen->second : GroupChoice(*choice.side);
        std::vector<FieldValue> set;
        if (const Dot* side = std::get_if<Dot>(&decision)) {
            if (*side != a && *side != b)
                return fail(refuse(ErrorCode::bad_request, to_string(*side) + " is no side of this conflict", group,
                                   "take one of its two sides"));
            set = whole_group(group, group_of_side(ops, *side, group));
        } else {
            auto values = given(key, group, std::get<std::vector<FieldValue>>(decision), on);
            if (!values) return fail(std::move(values.error()));
            set = *std::move(values);
        }
        op.set.insert(op.set.end(), set.begin(), set.end());
    }
    std::sort(op.set.begin(), op.set.end(), [](const FieldValue& x, const FieldValue& y) { return x.field < y.field; });
    return op;
}

}  // namespace minglu
