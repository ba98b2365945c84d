#include "src/cli/conflict_view.hpp"

#include "catalog/fields.hpp"
#include "src/cli/labels.hpp"

namespace minglu::cli {

namespace {

/// Why that side holds for the time being: the steps of the merge rule's total order.
std::string rule_label(std::string_view rule) {
    if (rule == "home") return "归口节点所写";
    if (rule == "later") return "时间较晚";
    if (rule == "log") return "日志编号较大";
    return rule == "seq" ? "序号较大" : std::string(rule);
}

std::string event_label(std::string_view event) {
    if (event == "opened") return "发现";
    if (event == "resolved") return "已处理";
    if (event == "superseded") return "已被取代";
    if (event == "reopened") return "重新打开";
    if (event == "claimed") return "认领";
    if (event == "released") return "放回";
    return std::string(event);
}

/// A side carries the fields it writes.
const Json& fields_of_side(const Json& side) {
    const Json& fields = member(side, "fields");
    return fields.is_object() ? fields : member(side, "set");
}

const Json& fields_of_base(const Json& base) {
    const Json& fields = member(base, "fields");
    return fields.is_object() ? fields : base;
}

void print_sides(Session& session, const Json& ours, const Json& theirs) {
    Table table({"", "节点", "经办", "时间", "生效日", "记录", "理由"});
    const auto add = [&](const char* name, const Json& side) {
        table.add({side_label(name), text(side, "author"), text(side, "actor"), time_text(text(side, "time")),
                   text(side, "effective_on"), text(side, "dot"), text(side, "reason")});
    };
    add("ours", ours);
    add("theirs", theirs);
    table.print(session.screen());
}

/// The fields of a group that any side writes or the base has, in the order of the table of fields.
std::vector<std::string> fields_shown(std::string_view group, const std::vector<const Json*>& sources) {
    std::vector<std::string> out;
    for (const std::string_view field : fields_of_group(group)) {
        const std::string name(field);
        for (const Json* source : sources) {
            if (member(*source, name.c_str()).is_null()) continue;
            out.push_back(name);
            break;
        }
    }
    return out;
}

void print_group(Session& session, const Json& conflict, const std::string& group) {
    const std::string key = text(conflict, "key");
    const Json& base = fields_of_base(member(conflict, "base"));
    const Json& ours = fields_of_side(member(conflict, "ours"));
    const Json& theirs = fields_of_side(member(conflict, "theirs"));
    const Json& winner = member(member(conflict, "winner"), group.c_str());
    std::string heading = group_label(group) + "（" + group + "）";
    if (const std::string side = text(winner, "side"); !side.empty()) {
        const std::string rule = rule_label(text(winner, "rule"));
        heading += "  现采用：" + side_label(side) + (rule.empty() ? "" : "，" + rule);
    }
    session.out() << '\n' << session.screen().toned(Tone::bold, Cell(heading).text) << '\n';
    Table table({"字段", "共同基础", "我方", "对方"});
    table.wrap_cells();
    for (const std::string& field : fields_shown(group, {&base, &ours, &theirs})) {
        const bool differs = member(ours, field.c_str()) != member(theirs, field.c_str());
        const Tone tone = differs ? Tone::warn : Tone::plain;
        table.add({field_label(field), field_text(key, base, field), Cell(field_text(key, ours, field), tone),
                   Cell(field_text(key, theirs, field), tone)});
    }
    table.print(session.screen());
}

void print_journal(Session& session, const Json& conflict) {
    Table table({"时间", "经过", "经办"});
    for (const Json& line : elements(conflict, "journal"))
        table.add({time_text(text(line, "at")), event_label(text(line, "event")), text(line, "actor")});
    if (table.empty()) return;
    session.out() << '\n';
    table.print(session.screen());
}

void print_resolutions(Session& session, const Json& conflict) {
    for (const Json& resolution : elements(conflict, "resolutions")) {
        const std::string line = "处理：" + time_text(text(resolution, "time")) + "  " + text(resolution, "actor") +
                                 "  " + text(resolution, "dot") + "  " + text(resolution, "reason");
        session.out() << Cell(line).text << '\n';
    }
}

}  // namespace

std::string side_label(std::string_view side) {
    if (side == "ours") return "我方";
    if (side == "theirs") return "对方";
    return side == "other" ? "后续写入" : std::string(side);
}

void print_conflict(Session& session, const Json& conflict) {
    Facts facts;
    const Cell state = conflict_state_cell(text(conflict, "state"));
    facts.add("冲突", text(conflict, "id"), Tone::bold);
    facts.add("条目", text(conflict, "key"), Tone::bold);
    facts.add("状态", state.text, state.tone);
    facts.add("类型", conflict_type_label(text(conflict, "type")));
    facts.add_if("发现于", time_text(text(conflict, "found_at")));
    facts.add_if("认领人", text(conflict, "claimed_by"));
    facts.print(session.screen());
    session.out() << '\n';
    print_sides(session, member(conflict, "ours"), member(conflict, "theirs"));
    for (const Json& group : elements(conflict, "groups"))
        if (group.is_string()) print_group(session, conflict, group.get<std::string>());
    print_journal(session, conflict);
    print_resolutions(session, conflict);
}

}  // namespace minglu::cli
