#include "catalog/edit.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "catalog/effective.hpp"
#include "catalog/entry_views.hpp"
#include "catalog/fields.hpp"
#include "catalog/terms.hpp"
#include "minglu/json_text.hpp"

namespace minglu {

namespace {

using Fields = std::map<std::string, std::string>;  ///< canonical JSON by field; null is not there

constexpr std::size_t findings_shown = 5;

Error refuse(ErrorCode code, std::string what, std::string where, std::string cure) {
    return {code, std::move(what), std::move(where), std::move(cure)};
}

Fields fields_of(std::string_view view) {
    Fields fields;
    visit_members(view, [&](std::string_view name, std::string_view json) {
        fields.emplace(text_of("\"" + std::string(name) + "\""), json);
    });
    return fields;
}

std::vector<FieldValue> values_of(const Fields& fields) {
    std::vector<FieldValue> values;
    for (const auto& field : fields) values.push_back({field.first, field.second});
    return values;
}

void lay_over(Fields& fields, std::span<const FieldValue> changes) {
    for (const FieldValue& change : changes) {
        if (change.json == "null")
            fields.erase(change.field);
        else
            fields[change.field] = change.json;
    }
}

/// The groups in which `after` differs from `before`.
std::set<std::string> changed_groups(const Fields& before, const Fields& after) {
    std::set<std::string> groups;
    const auto note = [&](const Fields& some, const Fields& others) {
        for (const auto& field : some) {
            const auto other = others.find(field.first);
            if (other == others.end() || other->second != field.second) groups.emplace(group_of(field.first));
        }
    };
    note(before, after);
    note(after, before);
    return groups;
}

/// Every field of these groups, those without a value as null; sorted by field.
std::vector<FieldValue> whole_groups(const std::set<std::string>& groups, const Fields& before, const Fields& after) {
    Fields set;
    for (const std::string& group : groups)
        for (const std::string_view field : fields_of_group(group)) set.emplace(field, "null");
    for (const Fields* some : {&before, &after})  // a field unknown to this version, too
        for (const auto& field : *some)
            if (groups.contains(std::string(group_of(field.first)))) set.emplace(field.first, "null");
    for (const auto& field : after)
        if (set.contains(field.first)) set[field.first] = field.second;
    return values_of(set);
}

/// What the edit makes wrong; what was wrong before is not held against it.
std::vector<Error> new_findings(const EntryKey& key, const Fields& before, const Fields& after,
                                std::span<const FieldValue> set, Day on) {
    const auto known = before.empty() ? std::vector<Error>{} : check_fields(key, values_of(before), on);
    Fields whole = after;
    for (const FieldValue& value : set) whole.emplace(value.field, value.json);  // the nulls
    auto findings = check_fields(key, values_of(whole), on);
    std::erase_if(findings,
                  [&](const Error& finding) { return std::find(known.begin(), known.end(), finding) != known.end(); });
    return findings;
}

Error joined(const std::vector<Error>& findings) {
    Error error = findings.front();
    for (std::size_t i = 1; i < std::min(findings.size(), findings_shown); ++i)
        error.what += "; " + findings[i].where + ": " + findings[i].what;
    if (findings.size() > findings_shown)
        error.what += "; and " + std::to_string(findings.size() - findings_shown) + " more";
    return error;
}

std::optional<Error> overridden(const EditFrame& frame, const ShownEntry& shown, std::span<const FieldValue> set) {
    if (frame.over_scheduled == OverScheduled::override) return std::nullopt;
    const auto writes = group_writes(set);
    std::string list;
    for (const ScheduledWrite& ahead : shown.scheduled) {
        const bool differs = std::any_of(writes.begin(), writes.end(), [&](const GroupWrite& write) {
            return write.group == ahead.group && write.value != ahead.value;
        });
        if (!differs) continue;
        list += (list.empty() ? "" : "; ") + ahead.group + " from " + to_string(ahead.from) + ": " + ahead.value;
    }
    if (list.empty()) return std::nullopt;
    return refuse(ErrorCode::stale, "the edit would override what is scheduled: " + list, frame.key.value(),
                  "repeat it with override_scheduled (--override-scheduled), and write again what shall still come");
}

Result<Op> make_op(const EditFrame& frame, const std::optional<ShownEntry>& shown,
                   std::span<const FieldValue> changes) {
    const Fields before = shown ? fields_of(shown->view) : Fields{};
    Fields after = before;
    lay_over(after, changes);
    const auto groups = changed_groups(before, after);
    if (groups.empty())
        return fail(refuse(ErrorCode::bad_request, "nothing changes: the entry says all of this already",
                           frame.key.value(), "leave it, or change a value"));
    Op op{frame.key, frame.seen, frame.effective_on, whole_groups(groups, before, after)};
    if (const auto findings = new_findings(frame.key, before, after, op.set, frame.effective_on); !findings.empty())
        return fail(joined(findings));
    if (shown)
        if (auto error = overridden(frame, *shown, op.set)) return fail(*std::move(error));
    return op;
}

/// A misspelt field would be written, shown, and mean nothing.
std::optional<Error> unknown_field(const std::optional<ShownEntry>& shown, const std::string& field) {
    const bool is_known = find_field(field) != nullptr || field.starts_with(extension_prefix) ||
                          (shown && !member_of(shown->view, field).empty());
    if (is_known) return std::nullopt;
    std::string names;
    for (const FieldSpec& spec : field_specs()) {
        if (spec.label_zh == field)
            return refuse(ErrorCode::bad_value, "no such field: " + field, "field " + field,
                          "write " + std::string(spec.name));
        names += (names.empty() ? "" : ", ") + std::string(spec.name);
    }
    return refuse(ErrorCode::bad_value, "no such field: " + field, "field " + field,
                  "write one of " + names + "; a field of your own begins with " + std::string(extension_prefix));
}

std::string listing_of(const ShownEntry& shown) {
    return text_of(member_of(shown.view, "listing"));
}

}  // namespace

std::vector<EffectiveOp> shown_ops(std::span<const EffectiveOp> ops, const Vector& seen) {
    EffectiveOp editor;  // sees what the editor saw, and is seen by none
    editor.dot.seq = Seq{std::numeric_limits<std::uint64_t>::max()};
    editor.seen = seen;
    std::vector<EffectiveOp> shown;
    std::copy_if(ops.begin(), ops.end(), std::back_inserter(shown),
                 [&](const EffectiveOp& op) { return saw(editor, op); });
    return shown;
}

std::optional<ShownEntry> shown_entry(std::span<const EffectiveOp> ops, Day on) {
    if (ops.empty()) return std::nullopt;
    auto standing = merge(ops, on);
    ShownEntry shown{view_json(standing), {}};
    std::set<Day> later;
    for (const EffectiveOp& op : ops)
        if (op.effective_on > on) later.insert(op.effective_on);
    for (const Day day : later) {
        auto next = merge(ops, day);
        for (const MergedGroup& group : next) {
            const auto old = std::find_if(standing.begin(), standing.end(),
                                          [&](const MergedGroup& other) { return other.group == group.group; });
            if (old == standing.end() || old->value != group.value)
                shown.scheduled.push_back({day, group.group, group.value});
        }
        standing = std::move(next);
    }
    return shown;
}

Result<Op> edit_entry(const EditFrame& frame, const std::optional<ShownEntry>& shown,
                      std::span<const FieldValue> fields, const NodeId& home) {
    for (const FieldValue& value : fields) {
        if (auto error = unknown_field(shown, value.field)) return fail(*std::move(error));
        if (value.field == "listing" && value.json == "null")
            return fail(refuse(ErrorCode::missing_value, "an entry cannot lose its place on the list silently",
                               "field listing", "remove the entry, with a ground"));
    }
    if (shown) return make_op(frame, shown, fields);
    const auto gives = [&](std::string_view field) {
        return std::any_of(fields.begin(), fields.end(), [&](const FieldValue& value) {
            return value.field == field && value.json != "null" && !text_of(value.json).empty();
        });
    };
    if (!gives("name"))
        return fail(refuse(ErrorCode::missing_value, "a new entry without a name", "field name", "give the name"));
    std::vector<FieldValue> whole(fields.begin(), fields.end());
    if (!gives("listing")) whole.push_back({"listing", json_string("listed")});
    if (!gives("listed_on")) whole.push_back({"listed_on", json_string(to_string(frame.effective_on))});
    if (!gives("home")) whole.push_back({"home", json_string(home.value())});
    return make_op(frame, shown, whole);
}

Result<Op> remove_entry(const EditFrame& frame, const ShownEntry& shown, std::string_view ground,
                        std::string_view reason) {
    if (listing_of(shown) == "removed")
        return fail(refuse(ErrorCode::already_exists, "the entry is removed already", frame.key.value(),
                           "nothing needs to be done"));
    const Term* term = find_term("ground", ground);
    if (term == nullptr) {
        std::string known;
        for (const Term* one : terms_of("ground")) known += (known.empty() ? "" : ", ") + one->code;
        return fail(refuse(ErrorCode::bad_value, "no such ground for removal: " + std::string(ground), "ground",
                           "give one of " + known));
    }
    std::vector<FieldValue> changes{{"listing", json_string("removed")},
                                    {"ground", json_string(term->code)},
                                    {"removed_on", json_string(to_string(frame.effective_on))},
                                    {"listing_reason", reason.empty() ? "null" : json_string(reason)}};
    return make_op(frame, shown, changes);
}

Result<Op> restore_entry(const EditFrame& frame, const ShownEntry& shown) {
    if (listing_of(shown) == "listed")
        return fail(refuse(ErrorCode::already_exists, "the entry is listed", frame.key.value(),
                           "only a removed entry can be restored"));
    const std::vector<FieldValue> changes{
        {"listing", json_string("listed")}, {"ground", "null"}, {"removed_on", "null"}, {"listing_reason", "null"}};
    return make_op(frame, shown, changes);
}

std::vector<FieldValue> whole_group(std::string_view group, std::string_view value) {
    Fields set = fields_of(value);
    for (const std::string_view field : fields_of_group(group)) set.emplace(field, "null");
    return values_of(set);
}

}  // namespace minglu
