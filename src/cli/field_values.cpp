#include "src/cli/field_values.hpp"

#include <algorithm>
#include <optional>

#include "catalog/fields.hpp"
#include "catalog/terms.hpp"

namespace minglu::cli {

namespace {

constexpr std::size_t credit_code_size = 18;  ///< GB 32100-2015

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::vector<std::string_view> parts_at_semicolons(std::string_view text) {
    constexpr std::string_view wide = "；";
    std::vector<std::string_view> parts;
    while (true) {
        const auto narrow_at = text.find(';');
        const auto wide_at = text.find(wide);
        const auto at = std::min(narrow_at, wide_at);
        if (const auto part = trimmed(text.substr(0, at)); !part.empty()) parts.push_back(part);
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + (narrow_at < wide_at ? 1 : wide.size()));
    }
}

bool is_credit_code(std::string_view text) {
    return text.size() == credit_code_size && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
           });
}

Json holder_of(std::string_view part) {
    Json holder{{"role", "holder"}};
    const auto space = part.rfind(' ');
    if (space != std::string_view::npos && is_credit_code(part.substr(space + 1))) {
        holder["credit_code"] = part.substr(space + 1);
        part = trimmed(part.substr(0, space));
    }
    holder["name"] = part;
    return holder;
}

Error request_error(std::string what, std::string where, std::string cure) {
    return {ErrorCode::bad_request, std::move(what), std::move(where), std::move(cure)};
}

}  // namespace

Result<Json> field_value(std::string_view key, std::string_view field, std::string_view typed) {
    const FieldSpec* const spec = find_field(field);
    const FieldType type = spec == nullptr ? FieldType::text : spec->type;
    if (type == FieldType::holders || type == FieldType::keys) {
        if (typed.starts_with('[')) {
            Json json = Json::parse(typed, nullptr, false);
            if (!json.is_discarded()) return json;
            return fail({ErrorCode::bad_value, "the value is not JSON", std::string(field), "quote it for the shell"});
        }
        Json list = Json::array();
        for (const auto part : parts_at_semicolons(typed))
            list.push_back(type == FieldType::holders ? holder_of(part) : Json(part));
        return list;
    }
    if (type == FieldType::term) {
        const auto kind = parse_kind(key.substr(0, key.find('/')));
        const Term* const term =
            find_term(spec->list, typed, kind ? std::optional<Kind>(*kind) : std::optional<Kind>());
        if (term != nullptr) return Json(term->code);
    }
    return Json(typed);
}

Result<Json> fields_of(std::string_view key, const std::vector<std::string>& set,
                       const std::vector<std::string>& unset) {
    Json fields = Json::object();
    for (const std::string& assignment : set) {
        const auto equals = assignment.find('=');
        const std::string field = assignment.substr(0, equals);
        if (equals == std::string::npos || field.empty())
            return fail(request_error("--set takes field=value", assignment, "e.g. --set category=酱腌菜"));
        if (fields.contains(field)) return fail(request_error("the field is given twice", field, "give it once"));
        auto value = field_value(key, field, std::string_view(assignment).substr(equals + 1));
        if (!value) return fail(value.error());
        fields[field] = std::move(*value);
    }
    for (const std::string& field : unset) {
        if (fields.contains(field)) return fail(request_error("the field is given twice", field, "give it once"));
        fields[field] = nullptr;
    }
    if (fields.empty()) return fail(request_error("nothing to change", "", "add --set field=value or --unset field"));
    return fields;
}

}  // namespace minglu::cli
