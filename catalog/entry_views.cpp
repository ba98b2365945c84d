#include "catalog/entry_views.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "catalog/sight.hpp"
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

constexpr std::size_t frame_bytes = 4;

std::string framed(std::string_view part) {
    const auto size = static_cast<std::uint32_t>(part.size());
    std::string out;
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(size >> shift & 0xff);
    return out.append(part);
}

/// What an op is to the entry that its author saw.
enum class Act { insert, update, remove };

std::string type_of(Act a, Act b) {
    static constexpr std::array<std::string_view, 3> names{"insert", "update", "remove"};
    const auto [first, second] = std::minmax(a, b);
    return std::string(names[static_cast<std::size_t>(first)]) + "_" +
           std::string(names[static_cast<std::size_t>(second)]);
}

/// What is said of each side of a conflict, made once a side: there are far more conflicts.
struct Side {
    Act act;
    std::string framed_dot;
};

std::map<Dot, Side> sides_in(const Sight& sight) {
    std::map<Dot, Side> sides;
    for (std::size_t place = 0; place < sight.size(); ++place) {
        const EffectiveOp& op = sight.op(place);
        const Act act = op.removes ? Act::remove : sight.seen_by(place).empty() ? Act::insert : Act::update;
        sides.emplace(op.dot, Side{act, framed(to_string(op.dot))});
    }
    return sides;
}

/// Of framed parts. Dots are sorted by their text, which begins behind the frame.
Hash id_of(std::string_view framed_key, std::string_view a, std::string_view b) {
    if (b.substr(frame_bytes) < a.substr(frame_bytes)) std::swap(a, b);
    return sha256({"minglu/conflict/1", framed_key, a, b});
}

std::vector<ConflictView> conflict_views(const EntryKey& key, const Sight& sight,
                                         std::vector<FoldedConflict> conflicts) {
    std::vector<ConflictView> views;
    if (conflicts.empty()) return views;
    const std::string framed_key = framed(key.value());
    const std::map<Dot, Side> sides = sides_in(sight);
    views.reserve(conflicts.size());
    auto first = sides.begin();  // of the conflict at hand: they are sorted by it
    for (FoldedConflict& conflict : conflicts) {
        if (first->first != conflict.a) first = sides.find(conflict.a);
        const auto second = sides.find(conflict.b);
        views.push_back({id_of(framed_key, first->second.framed_dot, second->second.framed_dot), std::move(conflict.a),
                         std::move(conflict.b), conflict.state, type_of(first->second.act, second->second.act),
                         std::move(conflict.groups)});
    }
    return views;
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
std::vector<Period> make_periods(const EntryKey& key, const Sight& sight, std::span<const MergedGroup> all) {
    std::set<Day> days;
    for (std::size_t place = 0; place < sight.size(); ++place) days.insert(sight.op(place).effective_on);
    std::vector<Period> periods;
    for (auto day = days.begin(); day != days.end(); ++day) {
        const auto next = std::next(day);
        if (next == days.end())
            periods.push_back(make_period(key, all, *day, std::nullopt));
        else
            periods.push_back(make_period(key, merge(sight, *day), *day, *next));
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
    return id_of(framed(key.value()), framed(to_string(a)), framed(to_string(b)));
}

EntryViews make_views(const EntryKey& key, std::span<const EffectiveOp> ops) {
    const Sight sight(ops);
    EntryViews views;
    views.key = key;
    views.etag = etag_of(ops);
    auto conflicts = find_conflicts(sight);
    const auto groups = merge(sight);
    views.state = state_json(groups, conflicts, views.etag);
    views.periods = make_periods(key, sight, groups);
    views.conflicts = conflict_views(key, sight, std::move(conflicts));
    return views;
}

}  // namespace minglu
