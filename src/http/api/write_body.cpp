#include "src/http/api/write_body.hpp"

#include <algorithm>

#include "minglu/json_text.hpp"
#include "src/http/api/json_members.hpp"

namespace minglu {

namespace {

using Members = std::map<std::string, std::string>;

tl::unexpected<Error> refuse(std::string what, const std::string& where, std::string cure) {
    return fail({ErrorCode::bad_request, std::move(what), where, std::move(cure)});
}

std::string member_place(const std::string& member) {
    return "member " + member + " of the body";
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Result<WriteBody> WriteBody::parse(std::string_view text, std::initializer_list<std::string_view> known) {
    auto members = json_members(text.empty() ? "{}" : text, "body");
    if (!members) return fail(std::move(members.error()));
    for (const auto& member : *members) {
        if (std::find(known.begin(), known.end(), member.first) != known.end()) continue;
        std::string names;
        for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
        return refuse("not taken here", member_place(member.first), "known are: " + names);
    }
    WriteBody body;
    body.members_ = *std::move(members);
    return body;
}

Result<std::string> WriteBody::text(const std::string& member) const {
    const auto found = members_.find(member);
    if (found == members_.end() || found->second == "null") return std::string();
    const auto json = canonical_json(found->second);
    if (!json || !json->starts_with('"')) return refuse("not a text", member_place(member), "give a text in quotes");
    return text_of(*json);
}

Result<bool> WriteBody::flag(const std::string& member) const {
    const auto found = members_.find(member);
    if (found == members_.end() || found->second == "null" || found->second == "false") return false;
    if (found->second == "true") return true;
    return refuse("neither true nor false", member_place(member), "give true or false");
}

Result<std::optional<Day>> WriteBody::day(const std::string& member) const {
    const auto value = text(member);
    if (!value) return fail(value.error());
    if (value->empty()) return std::nullopt;
    const auto day = parse_day(*value);
    if (!day) return refuse(day.error().what, member_place(member), "give a date as YYYY-MM-DD");
    return *day;
}

Result<std::optional<BatchInfo>> WriteBody::batch(const std::string& member) const {
    if (!has(member) || members_.at(member) == "null") return std::nullopt;
    const auto info = parse(members_.at(member), {"title", "document_number", "published_on"});
    if (!info) return fail(info.error());
    auto title = info->text("title");
    auto document_number = info->text("document_number");
    const auto published_on = info->day("published_on");
    if (!title) return fail(title.error());
    if (!document_number) return fail(document_number.error());
    if (!published_on) return fail(published_on.error());
    return BatchInfo{*std::move(title), *std::move(document_number), *published_on ? to_string(**published_on) : ""};
}

Result<std::map<std::string, std::string>> WriteBody::object(const std::string& member) const {
    const auto found = members_.find(member);
    if (found == members_.end() || found->second == "null") return Members{};
    return json_members(found->second, member_place(member));
}

Result<std::vector<FieldValue>> WriteBody::fields(const std::string& member) const {
    const auto members = object(member);
    if (!members) return fail(members.error());
    std::vector<FieldValue> fields;
    for (const auto& field : *members) {
        if (field.first.empty()) return refuse("a field without a name", member_place(member), "name it");
        auto json = field_json("field " + field.first, field.second);
        if (!json) return fail(std::move(json.error()));
        fields.push_back({field.first, *std::move(json)});
    }
    return fields;
}

Result<std::string> required_text(const WriteBody& body, const std::string& member, std::string cure) {
    auto text = body.text(member);
    if (text && is_blank(*text))
        return fail({ErrorCode::missing_value, "no " + member, member_place(member), std::move(cure)});
    return text;
}

Result<std::string> field_json(const std::string& where, const std::string& json) {
    if (json == "null") return json;
    auto canonical = canonical_json(json);
    if (canonical) return canonical;
    return refuse(canonical.error().what, where, "give a text, a whole number, a list or an object of these, or null");
}

}  // namespace minglu
