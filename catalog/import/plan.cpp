#include "catalog/import/plan.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "catalog/fields.hpp"
#include "minglu/hash.hpp"
#include "minglu/json_text.hpp"

namespace minglu {
namespace {

std::array<std::uint64_t, 2> digest_of(std::string_view bytes) {
    const Hash full = sha256({bytes});
    std::array<std::uint64_t, 2> digest{};
    std::memcpy(digest.data(), full.data(), sizeof digest);
    return digest;
}

std::uint64_t digest_of(const RowDraft& draft) {
    std::string bytes = draft.removed ? "-" : "+";
    for (const FieldValue& value : draft.set) {
        append_json_string(bytes, value.field);
        bytes += value.json;
    }
    return digest_of(bytes)[0];
}

void sort_fields(std::vector<FieldValue>& set) {
    std::sort(set.begin(), set.end(), [](const FieldValue& a, const FieldValue& b) { return a.field < b.field; });
}

const FieldValue* find(const std::vector<FieldValue>& set, std::string_view field) {
    const auto at = std::find_if(set.begin(), set.end(), [&](const FieldValue& value) { return value.field == field; });
    return at == set.end() ? nullptr : &*at;
}

/// The fields of a group as they will stand: those of the entry, overlaid by the draft.
void add_group(std::vector<FieldValue>& to, std::string_view group, const std::vector<FieldValue>& draft,
               std::string_view view) {
    for (const std::string_view field : fields_of_group(group)) {
        if (const FieldValue* drafted = find(draft, field)) {
            to.push_back(*drafted);
        } else if (const std::string_view held = member_of(view, field); !held.empty()) {
            to.push_back({std::string(field), std::string(held)});
        }
    }
}

std::vector<std::string> differing(const std::vector<FieldValue>& draft, std::string_view view) {
    std::vector<std::string> fields;
    for (const FieldValue& value : draft) {
        const std::string_view held = member_of(view, value.field);
        if (held != value.json && !(held.empty() && value.json == "null")) fields.push_back(value.field);
    }
    return fields;
}

}  // namespace

std::string_view name(PlanKind kind) {
    switch (kind) {
        case PlanKind::added:
            return "added";
        case PlanKind::changed:
            return "changed";
        case PlanKind::unchanged:
            return "unchanged";
        case PlanKind::merged:
            return "merged";
        case PlanKind::refused:
            return "refused";
    }
    return "refused";
}

Planner::Planner(PlanOptions options, LookUp look_up, OnPlanned on_planned)
    : options_(std::move(options)), look_up_(std::move(look_up)), on_planned_(std::move(on_planned)) {}

PlannedEntry Planner::refuse(const RowDraft& draft, ErrorCode code, std::string what, std::string cure) const {
    PlannedEntry entry;
    entry.kind = PlanKind::refused;
    entry.key = draft.key;
    entry.row = draft.row;
    const std::string file = options_.file.empty() ? "" : options_.file + ", ";
    entry.error = Error{code, std::move(what), file + "row " + std::to_string(draft.row), std::move(cure)};
    return entry;
}

Result<void> Planner::add(const RowDraft& draft) {
    const std::uint64_t values = digest_of(draft);
    const auto [at, fresh] =
        seen_.try_emplace(digest_of(std::string_view(draft.key.value())), Earlier{draft.row, values});
    if (fresh) return emit(plan(draft));
    if (at->second.values == values) {
        PlannedEntry entry;
        entry.kind = PlanKind::merged;
        entry.key = draft.key;
        entry.row = draft.row;
        return emit(std::move(entry));
    }
    return emit(refuse(draft, ErrorCode::duplicate,
                       draft.key.value() + " stands in row " + std::to_string(at->second.row) + " with other values",
                       "keep the row that is right and drop the other"));
}

PlannedEntry Planner::plan(const RowDraft& draft) const {
    const std::optional<Current> current = look_up_(draft.key);
    const std::string listing = current ? text_of(member_of(current->view, "listing")) : std::string();
    PlannedEntry entry;
    entry.key = draft.key;
    entry.row = draft.row;
    if (draft.removed) {
        if (listing == "removed") return entry;
        return refuse(draft, ErrorCode::bad_value,
                      "the row shows " + draft.key.value() + " as removed, but " +
                          (current ? "it is listed" : "the catalogue does not have it"),
                      "remove the entry with its ground, or drop the row");
    }
    if (listing == "removed") {
        return refuse(draft, ErrorCode::stale, draft.key.value() + " was removed from the catalogue",
                      "restore the entry explicitly, then import again; or drop the row");
    }
    Op op;
    op.key = draft.key;
    op.effective_on = options_.effective_on;
    if (!current) {
        entry.kind = PlanKind::added;
        op.set = draft.set;
        op.set.push_back({"listing", json_string("listed")});
        op.set.push_back({"listed_on", json_string(to_string(options_.listed_on))});
        if (find(draft.set, "home") == nullptr && !draft.home.value().empty()) {
            op.set.push_back({"home", json_string(draft.home.value())});
        }
        for (const FieldValue& value : draft.set) entry.fields.push_back(value.field);
    } else {
        entry.fields = differing(draft.set, current->view);
        if (entry.fields.empty()) return entry;
        entry.kind = PlanKind::changed;
        op.seen = current->etag;
        std::set<std::string_view> groups;
        for (const std::string& field : entry.fields) groups.insert(group_of(field));
        for (const std::string_view group : groups) add_group(op.set, group, draft.set, current->view);
    }
    sort_fields(op.set);
    entry.op = std::move(op);
    return entry;
}

Result<void> Planner::emit(PlannedEntry entry) {
    switch (entry.kind) {
        case PlanKind::added:
            ++counts_.added;
            break;
        case PlanKind::changed:
            ++counts_.changed;
            break;
        case PlanKind::unchanged:
            ++counts_.unchanged;
            break;
        case PlanKind::merged:
            ++counts_.merged;
            break;
        case PlanKind::refused:
            ++counts_.refused;
            break;
    }
    return on_planned_(std::move(entry));
}

}  // namespace minglu
