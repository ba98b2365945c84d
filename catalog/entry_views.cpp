#include "catalog/entry_views.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "catalog/text/terms.hpp"
#include "minglu/json_text.hpp"

namespace minglu {

namespace {

void append_dot(std::string& out, const Dot& dot) {
    out += '[';
    append_json_string(out, dot.log.value());
    out += ',';
    out += std::to_string(dot.seq.value());
    out += ']';
}

/// Opens or continues a JSON list: a comma unless it has just begun.
void separate(std::string& out) {
    if (out.back() != '[' && out.back() != '{') out += ',';
}

void append_conflict(std::string& out, const FoldedConflict& conflict) {
    out += "{\"groups\":[";
    for (const std::string& group : conflict.groups) {
        separate(out);
        append_json_string(out, group);
    }
    out += "],\"ops\":[";
    append_dot(out, conflict.a);
    out += ',';
    append_dot(out, conflict.b);
    out += R"(],"state":")";
    out += name(conflict.state);
    out += "\"}";
}

void append_group(std::string& out, const MergedGroup& group) {
    append_json_string(out, group.group);
    out += ":{\"by\":[";
    for (const Dot& dot : group.by) {
        separate(out);
        append_dot(out, dot);
    }
    out += "],\"value\":" + group.value + "}";
}

std::string framed(std::string_view part) {
    const auto size = static_cast<std::uint32_t>(part.size());
    std::string out;
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(size >> shift & 0xff);
    return out.append(part);
}

/// What an op is to the entry that its author saw.
enum class Act { insert, update, remove };

Act act_of(const EffectiveOp& op, std::span<const EffectiveOp> ops) {
    if (op.removes) return Act::remove;
    const bool saw_any = std::any_of(ops.begin(), ops.end(), [&](const EffectiveOp& other) { return saw(op, other); });
    return saw_any ? Act::update : Act::insert;
}

std::string type_of(const FoldedConflict& conflict, std::span<const EffectiveOp> ops) {
    static constexpr std::array<std::string_view, 3> names{"insert", "update", "remove"};
    std::array<Act, 2> acts{};
    for (const EffectiveOp& op : ops) {
        if (op.dot == conflict.a) acts[0] = act_of(op, ops);
        if (op.dot == conflict.b) acts[1] = act_of(op, ops);
    }
    std::sort(acts.begin(), acts.end());
    return std::string(names[static_cast<std::size_t>(acts[0])]) + "_" +
           std::string(names[static_cast<std::size_t>(acts[1])]);
}

/// The columns that are filtered by, in one pass over the view.
void set_columns(Period& period) {
    visit_members(period.view, [&](std::string_view field, std::string_view value) {
        std::string* column = nullptr;
        if (field == "name") column = &period.name;
        if (field == "subtype") column = &period.subtype;
        if (field == "listing") column = &period.listing;
        if (field == "status") column = &period.legal_status;
        if (field == "region") column = &period.region;
        if (field == "category") column = &period.category;
        if (field == "home") column = &period.home;
        if (column != nullptr) *column = text_of(value);
    });
}

Period make_period(const EntryKey& key, std::span<const MergedGroup> groups, Day from, std::optional<Day> until) {
    Period period;
    period.from = from;
    period.until = until;
    period.view = view_json(groups);
    set_columns(period);
    period.terms = index_terms(key, period.view);
    return period;
}

/// `all`: the merge of all ops, which is that of the last period.
std::vector<Period> make_periods(const EntryKey& key, std::span<const EffectiveOp> ops,
                                 std::span<const MergedGroup> all) {
    std::set<Day> days;
    for (const EffectiveOp& op : ops) days.insert(op.effective_on);
    std::vector<Period> periods;
    for (auto day = days.begin(); day != days.end(); ++day) {
        const auto next = std::next(day);
        if (next == days.end())
            periods.push_back(make_period(key, all, *day, std::nullopt));
        else
            periods.push_back(make_period(key, merge(ops, *day), *day, *next));
    }
    return periods;
}

}  // namespace

std::string state_json(std::span<const MergedGroup> groups, std::span<const FoldedConflict> conflicts,
                       const Vector& etag) {
    std::string out = "{\"conflicts\":[";
    for (const FoldedConflict& conflict : conflicts) {
        separate(out);
        append_conflict(out, conflict);
    }
    out += "],\"etag\":{";
    for (const Vector::Item& item : etag.items()) {
        separate(out);
        append_json_string(out, item.first.value());
        out += ':';
        out += std::to_string(item.second.value());
    }
    out += "},\"groups\":{";
    for (const MergedGroup& group : groups) {
        separate(out);
        append_group(out, group);
    }
    return out + "}}";
}

std::string view_json(std::span<const MergedGroup> groups) {
    std::string out = "{";
    for (const MergedGroup& group : groups) {
        if (group.value.size() <= 2) continue;  // {}: every field of the group unset
        separate(out);
        out.append(group.value, 1, group.value.size() - 2);
    }
    return out + "}";
}

Hash conflict_id(const EntryKey& key, const Dot& a, const Dot& b) {
    std::array<std::string, 2> dots{to_string(a), to_string(b)};
    std::sort(dots.begin(), dots.end());
    return sha256({"minglu/conflict/1", framed(key.value()), framed(dots[0]), framed(dots[1])});
}

EntryViews make_views(const EntryKey& key, std::span<const EffectiveOp> ops) {
    EntryViews views;
    views.key = key;
    views.etag = etag_of(ops);
    const auto conflicts = find_conflicts(ops);
    const auto groups = merge(ops);
    views.state = state_json(groups, conflicts, views.etag);
    views.periods = make_periods(key, ops, groups);
    for (const FoldedConflict& conflict : conflicts)
        views.conflicts.push_back({conflict_id(key, conflict.a, conflict.b), conflict.a, conflict.b, conflict.state,
                                   type_of(conflict, ops), conflict.groups});
    return views;
}

}  // namespace minglu
