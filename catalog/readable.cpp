#include "catalog/readable.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "catalog/fields.hpp"
#include "catalog/protection.hpp"
#include "catalog/terms.hpp"

namespace minglu {

namespace {

using nlohmann::json;

constexpr const char* nothing = "—";

std::string scalar_text(const json& value) {
    if (value.is_null()) return nothing;
    return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string text(const json& object, const char* member) {
    const auto found = object.find(member);
    return found == object.end() || found->is_null() ? std::string() : scalar_text(*found);
}

std::string holder_text(const json& holder) {
    std::string out = text(holder, "name");
    const std::string code = text(holder, "credit_code");
    if (!code.empty()) out += " " + code;
    if (text(holder, "role") == "licensee") out += "（被许可人）";
    return out;
}

std::string state_text(const json& right) {
    std::string out = text(right, "state");
    const std::string since = text(right, "since");
    const auto state = std::find_if(all_right_states.begin(), all_right_states.end(),
                                    [&](RightState one) { return name(one) == out; });
    if (state == all_right_states.end()) return out;
    out = label_zh(*state);
    if (since.empty()) return out;
    return out.append(*state == RightState::never_existed ? "（" : "（自 ")
        .append(since)
        .append(*state == RightState::never_existed ? " 宣告无效）" : " 起）");
}

}  // namespace

std::string readable_value(std::optional<Kind> kind, std::string_view field, std::string_view json_text) {
    const json value = json::parse(json_text, nullptr, false);
    if (value.is_array()) {
        std::string out;
        for (const json& element : value) {
            if (!out.empty()) out += "；";
            out += element.is_object() ? holder_text(element) : scalar_text(element);
        }
        return out.empty() ? nothing : out;
    }
    std::string out = scalar_text(value);
    const FieldSpec* const spec = find_field(field);
    if (spec == nullptr || spec->list.empty() || !value.is_string()) return out;
    const Term* const term = find_term(spec->list, out, kind);
    return term == nullptr ? out : term->label_zh;
}

std::string readable_listing(std::string_view json_text, std::string_view never) {
    const json listing = json::parse(json_text, nullptr, false);
    if (!listing.is_object()) return nothing;
    const std::string state = text(listing, "state");
    std::string out = state == "listed" ? "在册" : state == "removed" ? "已移出" : std::string(never);
    if (const auto since = text(listing, "since"); !since.empty()) out += "（自 " + since + " 起）";
    if (const auto on = text(listing, "listed_on"); !on.empty()) out += "；列入日期 " + on;
    if (const auto on = text(listing, "removed_on"); !on.empty()) out += "；移出日期 " + on;
    if (const auto ground = text(listing, "ground"); !ground.empty())
        out += "；移出事由：" + readable_value(std::nullopt, "ground", json(ground).dump());
    if (const auto coming = text(listing, "coming"); !coming.empty()) out += "；" + coming + " 起另有变更";
    return out;
}

std::string readable_right(std::optional<Kind> kind, std::string_view json_text) {
    const json right = json::parse(json_text, nullptr, false);
    if (!right.is_object()) return nothing;
    std::string out = state_text(right);
    // A state that was told otherwise may contradict what the register said on the day.
    const bool by_status = text(right, "basis") == name(RightBasis::status);
    if (const auto status = text(right, "status"); !status.empty())
        out +=
            (by_status ? "；登记状态：" : "；当日记录的状态：") + readable_value(kind, "status", json(status).dump());
    if (const auto on = text(right, "granted_on"); !on.empty()) out += "；授权（注册）日 " + on;
    if (const auto on = text(right, "expires_on"); !on.empty()) out += "；届满日 " + on;
    if (const auto until = text(right, "grace_until"); !until.empty()) out += "；宽展至 " + until;
    if (const auto source = text(right, "source"); !source.empty()) out += "；依据 " + source;
    return out;
}

}  // namespace minglu
