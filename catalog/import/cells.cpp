#include "catalog/import/cells.hpp"

#include <algorithm>
#include <array>

#include "catalog/identifiers/gi.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/identifiers/uscc.hpp"
#include "catalog/terms.hpp"
#include "catalog/text/canonical_walk.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/utf8.hpp"
#include "minglu/json_text.hpp"
#include "minglu/time.hpp"

namespace minglu {
namespace {

constexpr std::string_view licensee_ending = "（被许可人）";

template <class IsSeparator>
std::vector<std::string> split(std::string_view cell, IsSeparator is_separator) {
    std::vector<std::string> parts;
    std::string part;
    const auto flush = [&] {
        std::string tidy = tidy_cell(part);
        if (!tidy.empty()) parts.push_back(std::move(tidy));
        part.clear();
    };
    for (std::size_t at = 0; at < cell.size();) {
        const Utf8Step step = utf8_at(cell, at);
        if (is_separator(step.code)) {
            flush();
        } else {
            part.append(cell.substr(at, step.size));
        }
        at += step.size;
    }
    flush();
    return parts;
}

bool is_semicolon(char32_t code) {
    return code == U'、' || code == ';' || code == U'；';
}
bool is_sign(char32_t code) {
    return is_semicolon(code) || code == ',' || code == U'，' || code == '/' || code == U'／';
}
bool is_space(char32_t code) {
    return code == ' ' || code == 0x3000 || code == 0xA0 || (code >= 0x09 && code <= 0x0D);
}

Result<std::string> number_value(std::string_view field, const std::string& text) {
    if (field == "application_number" || field == "publication_number") {
        return parse_patent_number(text).map([](const PatentNumber& number) { return number.number; });
    }
    if (field == "announcement_number") return parse_announcement_number(text);
    if (field == "registration_number") {
        // A registration under patent law has its own form; only trademark numbers are read here.
        const auto number = parse_trademark_number(text);
        return number ? number : fail(number.error());
    }
    return text;
}

Result<std::string> term_value(const FieldSpec& spec, const std::string& text, Kind kind) {
    if (const Term* term = find_term(spec.list, text, kind)) return term->code;
    std::string known;
    for (const Term* term : terms_of(spec.list, kind)) known += (known.empty() ? "" : ", ") + term->label_zh;
    return fail({ErrorCode::bad_value,
                 "'" + text + "' is no " + std::string(spec.label_zh) + " of a " + std::string(name(kind)), "",
                 "use one of: " + known});
}

std::string keys_value(std::string_view cell) {
    std::string json = "[";
    for (const std::string& key : split(cell, [](char32_t code) { return is_semicolon(code) || is_space(code); })) {
        if (json.size() > 1) json.push_back(',');
        append_json_string(json, key);
    }
    return json + "]";
}

Result<std::string> plain_value(std::string_view field, std::string_view cell, Kind kind) {
    const std::string text = tidy_cell(cell);
    const FieldSpec* spec = find_field(field);
    if (spec == nullptr) return json_string(text);
    Result<std::string> value = text;
    switch (spec->type) {
        case FieldType::date:
            if (const auto date = parse_date_cell(text)) return json_string(*date);
            return fail(
                {ErrorCode::bad_value, "'" + text + "' is not a date", "", "write it as 2024-05-06 or 2024年5月6日"});
        case FieldType::term:
            value = term_value(*spec, text, kind);
            break;
        case FieldType::number:
            value = number_value(field, text);
            break;
        case FieldType::holders:
            return holders_of(text, {});
        case FieldType::keys:
            return keys_value(text);
        case FieldType::text:
        case FieldType::region:
        case FieldType::node:
            break;
    }
    if (!value) return fail(value.error());
    return json_string(*value);
}

std::string names_of(std::string_view holders) {
    std::string names;
    std::string scratch;
    for_each_json_element(holders, [&](std::string_view holder) {
        std::string one;
        bool licensee = false;
        for_each_json_member(holder, [&](std::string_view field, std::string_view value) {
            if (field == "name") one = json_text_view(value, scratch);
            if (field == "role") licensee = json_text_view(value, scratch) == "licensee";
        });
        if (!names.empty()) names += "；";
        names += one;
        if (licensee) names += licensee_ending;
    });
    return names;
}

std::string plain_cell(const FieldSpec* spec, std::string_view json, Kind kind) {
    if (spec != nullptr && spec->type == FieldType::holders) return names_of(json);
    std::string scratch;
    if (spec != nullptr && spec->type == FieldType::keys) {
        std::string keys;
        for_each_json_element(json, [&](std::string_view key) {
            keys += (keys.empty() ? "" : "；") + std::string(json_text_view(key, scratch));
        });
        return keys;
    }
    std::string text{json_text_view(json, scratch)};
    if (spec == nullptr || spec->type != FieldType::term) return text;
    const Term* term = find_term(spec->list, text, kind);
    return term != nullptr && term->code == text ? term->label_zh : text;
}

}  // namespace

std::vector<std::string> split_list(std::string_view cell) {
    return split(cell, [](char32_t code) { return is_sign(code) || is_space(code); });
}
std::vector<std::string> split_by_signs(std::string_view cell) {
    return split(cell, is_sign);
}

std::optional<std::string> parse_date_cell(std::string_view cell) {
    std::array<std::string, 3> parts;
    std::size_t part = 0;
    const std::string text = fold_text(cell);
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        at += step.size;
        if (step.code >= '0' && step.code <= '9') {
            if (part > 2) return std::nullopt;
            parts[part].push_back(static_cast<char>(step.code));
        } else if (step.code == ' ' || step.code == U'年' || step.code == U'月' || step.code == U'日') {
            if (part > 2 || parts[part].empty()) {
                if (step.code == ' ') continue;
                return std::nullopt;
            }
            ++part;
        } else {
            return std::nullopt;
        }
    }
    if (parts[0].size() == 8 && parts[1].empty()) {
        parts[2] = parts[0].substr(6);
        parts[1] = parts[0].substr(4, 2);
        parts[0].resize(4);
    }
    if (parts[0].size() != 4 || parts[1].empty() || parts[1].size() > 2 || parts[2].empty() || parts[2].size() > 2) {
        return std::nullopt;
    }
    const auto two = [](const std::string& digits) { return digits.size() == 1 ? "0" + digits : digits; };
    std::string date = parts[0] + "-" + two(parts[1]) + "-" + two(parts[2]);
    if (!parse_day(date)) return std::nullopt;
    return date;
}

Result<std::string> holders_of(std::string_view names, std::string_view codes) {
    const std::vector<std::string> holders = split(names, is_semicolon);
    const std::vector<std::string> listed = split_list(codes);
    if (!listed.empty() && listed.size() != holders.size()) {
        return fail(
            {ErrorCode::bad_value,
             std::to_string(holders.size()) + " holders, but " + std::to_string(listed.size()) + " credit codes", "",
             "give one code for each, - where there is none"});
    }
    std::string json = "[";
    for (std::size_t i = 0; i < holders.size(); ++i) {
        std::string_view holder = holders[i];
        const bool licensee = holder.size() > licensee_ending.size() && holder.ends_with(licensee_ending);
        if (licensee) holder.remove_suffix(licensee_ending.size());
        json += i == 0 ? "{" : ",{";
        if (!listed.empty() && listed[i] != "-") {
            const auto code = parse_uscc(listed[i]);
            if (!code) return fail(code.error());
            json += "\"credit_code\":" + json_string(*code) + ",";
        }
        json +=
            "\"name\":" + json_string(tidy_cell(holder)) + ",\"role\":" + (licensee ? "\"licensee\"}" : "\"holder\"}");
    }
    return json + "]";
}

Result<std::string> value_of(std::string_view field, std::string_view cell, Kind kind) {
    if (cell.starts_with(literal_mark)) return canonical_json(cell.substr(literal_mark.size()));
    return plain_value(field, cell, kind);
}

std::string cell_of(std::string_view field, std::string_view json, Kind kind) {
    if (json.empty() || json == "null") return {};
    std::string cell = plain_cell(find_field(field), json, kind);
    if (tidy_cell(cell).empty()) return {};
    if (cell.front() != '\'') {
        const auto back = value_of(field, cell, kind);
        if (back && *back == json) return cell;
    }
    return std::string(literal_mark) + std::string(json);
}

bool needs_formula_guard(std::string_view cell) {
    return !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
}

std::string_view without_formula_guard(std::string_view cell) {
    if (cell.size() >= 2 && cell.front() == '\'' && needs_formula_guard(cell.substr(1))) cell.remove_prefix(1);
    return cell;
}

}  // namespace minglu
