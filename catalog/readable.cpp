#include "catalog/readable.hpp"

#include <nlohmann/json.hpp>

#include "catalog/fields.hpp"
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

}  // namespace minglu
