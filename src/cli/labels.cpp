#include "src/cli/labels.hpp"

#include <array>
#include <utility>

#include "catalog/fields.hpp"
#include "catalog/protection.hpp"
#include "catalog/readable.hpp"
#include "catalog/terms.hpp"

namespace minglu::cli {

namespace {

using Label = std::pair<std::string_view, std::string_view>;

template <std::size_t Size>
std::string label_of(const std::array<Label, Size>& labels, std::string_view code) {
    for (const Label& label : labels)
        if (label.first == code) return std::string(label.second);
    return std::string(code);
}

std::optional<Kind> kind_of(std::string_view key) {
    const auto kind = parse_kind(key.substr(0, key.find('/')));
    return kind ? std::optional<Kind>(*kind) : std::nullopt;
}

}  // namespace

std::string kind_label(std::string_view kind) {
    const Term* const term = find_term("kind", kind);
    return term == nullptr ? std::string(kind) : term->label_zh;
}

std::string field_label(std::string_view field) {
    const FieldSpec* const spec = find_field(field);
    return std::string(spec == nullptr ? field : spec->label_zh);
}

std::string group_label(std::string_view group) {
    constexpr std::array labels{Label{"listing", "名录状态"}, Label{"status", "法律状态"}, Label{"number", "编号"},
                                Label{"image", "图样"}};
    const std::string known = label_of(labels, group);
    return known == group ? field_label(fields_of_group(group).front()) : known;
}

std::string value_text(std::string_view key, std::string_view field, const Json& value) {
    return readable_value(kind_of(key), field, value.dump());
}

std::string field_text(std::string_view key, const Json& fields, std::string_view field) {
    return value_text(key, field, member(fields, std::string(field).c_str()));
}

Cell listing_cell(const Json& entry) {
    if (flag(entry, "listed")) return {"在册", Tone::good};
    if (text(member(entry, "fields"), "listing") == "removed") return {"已移出", Tone::bad};
    return {"未生效", Tone::warn};
}

Cell status_cell(const Json& entry) {
    const std::string code = text(member(entry, "fields"), "status");
    if (code.empty()) return {""};
    const Term* const term = find_term("status", code, kind_of(text(entry, "key")));
    if (term == nullptr) return {code};
    return {term->label_zh, term->in_force() ? Tone::good : Tone::bad};
}

Cell verdict_cell(std::string_view verdict) {
    for (const Verdict one : all_verdicts) {
        if (verdict != name(one)) continue;
        const bool good = one == Verdict::is_protected;
        return {label_zh(one), good ? Tone::good : one == Verdict::listed_right_unknown ? Tone::warn : Tone::bad};
    }
    return {verdict};
}

Cell right_cell(std::string_view verdict, std::string_view right_state, std::string_view then) {
    if (verdict != name(Verdict::listed_not_in_force)) return {""};
    std::string shown = right_state_label(right_state);
    if (!then.empty()) shown += "；当日所知：" + verdict_cell(then).text;
    return {shown, Tone::bad};
}

Cell right_cell(const Json& entry) {
    return right_cell(text(entry, "verdict"), text(member(entry, "right"), "state"),
                      text(member(entry, "as_known_then"), "verdict"));
}

std::string right_state_label(std::string_view state) {
    for (const RightState one : all_right_states)
        if (state == name(one)) return std::string(label_zh(one));
    return std::string(state);
}

std::string asked_text(const Json& freshness) {
    const std::string as_of = text(freshness, "as_of");
    if (as_of.empty()) return {};
    const std::string known_at = text(freshness, "known_at");
    const std::string known = known_at.empty() ? std::string() : "，按 " + time_text(known_at) + " 所知";
    return "（截至 " + Cell(as_of).text + known + "）";
}

Cell conflict_state_cell(std::string_view state) {
    if (state == "open") return {"待处理", Tone::warn};
    if (state == "resolved") return {"已处理", Tone::good};
    return {state == "superseded" ? "已被取代" : state, Tone::dim};
}

std::string conflict_type_label(std::string_view type) {
    constexpr std::array labels{Label{"insert_insert", "双方新增"},  Label{"update_update", "双方修改"},
                                Label{"update_remove", "一改一移"},  Label{"remove_update", "一改一移"},
                                Label{"remove_remove", "双方移出"},  Label{"insert_update", "新增与修改"},
                                Label{"insert_remove", "新增与移出"}};
    return label_of(labels, type);
}

std::string batch_state_label(std::string_view state) {
    constexpr std::array labels{Label{"draft", "草稿"}, Label{"proposed", "待会签"}, Label{"published", "已发布"},
                                Label{"rejected", "已驳回"}, Label{"withdrawn", "已撤回"}};
    return label_of(labels, state);
}

std::string record_kind_label(std::string_view kind) {
    constexpr std::array labels{
        Label{"change", "变更"},          Label{"batch.propose", "提请会签"}, Label{"batch.approve", "会签同意"},
        Label{"batch.close", "会签终止"}, Label{"open", "启用日志"},          Label{"key", "更换密钥"}};
    return label_of(labels, kind);
}

std::string link_state_label(std::string_view state) {
    constexpr std::array labels{Label{"new", "未联系"},         Label{"up_to_date", "已同步"},
                                Label{"catching_up", "追赶中"}, Label{"backing_off", "连不上，重试中"},
                                Label{"paused", "已暂停"},      Label{"passive", "由对方连接"},
                                Label{"unknown", "状态未知"}};
    return label_of(labels, state);
}

std::string time_text(std::string_view rfc3339) {
    constexpr std::size_t seconds_end = 19;
    constexpr std::size_t date_end = 10;
    std::string out(rfc3339.substr(0, seconds_end));
    if (out.size() > date_end && out[date_end] == 'T') out[date_end] = ' ';
    return out;
}

std::string age_text(std::int64_t age_s) {
    constexpr std::int64_t minute_s = 60;
    constexpr std::int64_t hour_s = 60 * minute_s;
    constexpr std::int64_t day_s = 24 * hour_s;
    if (age_s < 2 * minute_s) return std::to_string(age_s) + " 秒前";
    if (age_s < 2 * hour_s) return std::to_string(age_s / minute_s) + " 分钟前";
    if (age_s < 2 * day_s) return std::to_string(age_s / hour_s) + " 小时前";
    return std::to_string(age_s / day_s) + " 天前";
}

std::string bytes_text(std::int64_t bytes) {
    constexpr std::int64_t step = 1024;
    constexpr std::array<std::string_view, 4> units{" B", " KiB", " MiB", " GiB"};
    std::int64_t tenths = bytes * 10;
    std::size_t unit = 0;
    while (tenths >= step * 10 && unit + 1 < units.size()) {
        tenths /= step;
        ++unit;
    }
    std::string out = std::to_string(tenths / 10);
    if (unit > 0) out += "." + std::to_string(tenths % 10);
    return out + std::string(units[unit]);
}

std::string freshness_text(const Json& answer) {
    const Json& freshness = member(answer, "freshness");
    const std::string node = text(freshness, "node");
    if (node.empty()) return {};
    std::string out = "本节点 " + node;
    for (const Json& partner : elements(freshness, "partners")) {
        const std::string lag = text(partner, "lag");
        out += "；" + text(partner, "node");
        const bool has_age = !member(partner, "age_s").is_null();
        out += has_age ? " 数据截至 " + age_text(number(partner, "age_s")) : std::string(" 尚无数据");
        if (lag == "catching_up" || lag == "backing_off") out += "（" + link_state_label(lag) + "）";
    }
    return out;
}

void print_freshness(Session& session, const Json& answer) {
    const std::string line = freshness_text(answer);
    if (!line.empty()) session.out() << session.screen().toned(Tone::dim, Cell(line).text) << '\n';
}

}  // namespace minglu::cli
