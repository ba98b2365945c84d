#include "catalog/validate.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "catalog/identifiers/entry_key.hpp"
#include "catalog/identifiers/gi.hpp"
#include "catalog/identifiers/number_text.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/identifiers/uscc.hpp"
#include "catalog/regions.hpp"
#include "catalog/terms.hpp"
#include "minglu/json_text.hpp"

namespace minglu {

namespace {

using nlohmann::json;
using Errors = std::vector<Error>;

Errors one(ErrorCode code, std::string what, std::string cure) {
    return {Error{code, std::move(what), "", std::move(cure)}};
}

/// A parsed identifier must already be in the spelling in which it is stored, so that equal numbers are equal bytes.
Errors must_be(const Result<std::string>& normalised, const std::string& text) {
    if (!normalised) return {normalised.error()};
    if (*normalised == text) return {};
    return one(ErrorCode::bad_value, "'" + text + "' is not in its normalised spelling", "write " + *normalised);
}

Errors check_patent_form(const std::string& text, bool publication) {
    const auto number = parse_patent_number(text);
    if (!number) return {number.error()};
    if (number->is_publication != publication)
        return one(ErrorCode::bad_number,
                   "'" + text + "' is " + (publication ? "an application number" : "a publication number"),
                   publication ? "put it into application_number" : "put it into publication_number");
    return must_be(number->number, text);
}

/// Announcements of AQSIQ and CNIPA are normalised; those of other offices (农业农村部, 国家质量技术监督局) stay as
/// they are.
Errors check_announcement(const std::string& text) {
    const auto normalised = parse_announcement_number(text);
    if (normalised) return must_be(normalised, text);
    const auto folded = fold_name(text);
    const auto names = [&](std::string_view office) { return folded.find(office) != std::string::npos; };
    const bool unnamed = folded.starts_with("第") || is_digits(std::string_view(folded).substr(0, 1));
    if (unnamed || names("质检总局") || names("质量监督检验检疫总局") || names("知识产权局"))
        return {normalised.error()};
    return {};
}

Errors check_number(std::string_view field, const KeyParts& key, const std::string& text) {
    const bool mark = key.kind == Kind::trademark || (key.kind == Kind::gi && !key.nice_class.empty());
    if (field == "publication_number") return check_patent_form(text, true);
    if (field == "application_number" && key.kind == Kind::patent) return check_patent_form(text, false);
    if ((field == "application_number" || field == "registration_number") && mark)
        return must_be(parse_trademark_number(text), text);
    if (field == "announcement_number" && key.kind == Kind::gi) return check_announcement(text);
    if (field == "certificate_number" && key.kind == Kind::gi && fold_number(text).starts_with("AGI"))
        return must_be(parse_agi_number(text), text);
    return {};
}

Errors check_term(const FieldSpec& spec, Kind kind, const std::string& text) {
    const Term* term = find_term(spec.list, text, kind);
    if (term != nullptr && term->code == text) return {};
    std::string codes;
    for (const Term* each : terms_of(spec.list, kind)) codes += (codes.empty() ? "" : ", ") + each->code;
    return one(ErrorCode::bad_value, "'" + text + "' is not in the closed list " + std::string(spec.list),
               "write " + (term != nullptr ? term->code : "one of " + codes));
}

Errors check_region(const std::string& text, Day on) {
    constexpr std::size_t code_length = 6;
    if (text.size() != code_length || !is_digits(text))
        return one(ErrorCode::bad_value, "'" + text + "' is not a code of GB/T 2260",
                   "write six digits, or only region_name where the area has no code yet");
    const auto ever = regions_of_code(text);
    if (ever.empty()) {
        if (!has_province_of(text)) return {};
        return one(ErrorCode::bad_value, "no area ever had the code " + text, "look the code up in GB/T 2260");
    }
    // Codes abolished since are right for entries published before.
    const Region* region = find_region(text, on);
    if ((region != nullptr ? region : ever.back())->level == RegionLevel::grouping)
        return one(ErrorCode::bad_value, text + " is a heading of GB/T 2260, not an area", "write the district's code");
    return {};
}

std::string member(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Errors check_holder(const json& holder) {
    if (!holder.is_object() || is_blank(member(holder, "name")))
        return one(ErrorCode::missing_value, "a holder has no name", R"(write {"name":"…","role":"holder"})");
    Errors errors;
    const auto role = member(holder, "role");
    const Term* term = find_term("role", role);
    if (term == nullptr || term->code != role)
        errors.push_back({ErrorCode::bad_value, "role '" + role + "' of " + member(holder, "name") + " is unknown", "",
                          "write holder or licensee"});
    if (!holder.contains("credit_code")) return errors;
    const auto code = member(holder, "credit_code");
    for (auto& error : must_be(parse_uscc(code), code)) errors.push_back(std::move(error));
    return errors;
}

Errors check_related_key(const json& item) {
    if (!item.is_string()) return one(ErrorCode::bad_value, "a related entry is not a key", "write a list of keys");
    const auto checked = check_entry_key(EntryKey{item.get<std::string>()});
    return checked ? Errors{} : Errors{checked.error()};
}

Errors check_array(const FieldSpec& spec, std::string_view text) {
    // Strict first: it bounds the depth, which the parser below does not.
    const auto canonical = canonical_json(text);
    if (!canonical) return {canonical.error()};
    const auto array = json::parse(*canonical);
    if (!array.is_array()) return one(ErrorCode::bad_value, "the value is not a list", "write a JSON array");
    Errors errors;
    for (const auto& item : array)
        for (auto& error : spec.type == FieldType::holders ? check_holder(item) : check_related_key(item))
            errors.push_back(std::move(error));
    return errors;
}

Errors check_text(const FieldSpec& spec, const KeyParts& key, const std::string& text, Day on) {
    const auto of = [](const auto& result) { return result ? Errors{} : Errors{result.error()}; };
    switch (spec.type) {
        case FieldType::date:
            return of(parse_day(text));
        case FieldType::term:
            return check_term(spec, key.kind, text);
        case FieldType::number:
            return check_number(spec.name, key, text);
        case FieldType::region:
            return check_region(text, on);
        case FieldType::node:
            return of(parse_node_id(text));
        case FieldType::text:
        case FieldType::holders:
        case FieldType::keys:
            return {};
    }
    return {};
}

}  // namespace

std::vector<Error> check_value(const FieldSpec& spec, const KeyParts& key, std::string_view json, Day on) {
    if (json.size() > spec.bytes_max)
        return one(
            ErrorCode::too_large,
            "the value takes " + std::to_string(json.size()) + " bytes, more than " + std::to_string(spec.bytes_max),
            "shorten it");
    if (spec.type == FieldType::holders || spec.type == FieldType::keys) return check_array(spec, json);
    const auto text = text_of(json);
    if (is_blank(text))
        return one(ErrorCode::bad_value, "the value is not a text, or empty", "write a JSON string, or null to unset");
    return check_text(spec, key, text, on);
}

}  // namespace minglu
