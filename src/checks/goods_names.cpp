#include "src/checks/goods_names.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "catalog/lookalike/sign.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/registration_signs.hpp"
#include "catalog/text/utf8.hpp"
#include "minglu/json_text.hpp"

namespace minglu {

namespace {

constexpr std::size_t name_bytes_max = 300;
/// Of a part that tells a holder from others.
constexpr std::size_t part_characters_min = 4;

std::string without_spaces(std::string text) {
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    return text;
}

/// Without signs of registration and words for the picture.
std::string bare_name(std::string_view name) {
    std::string text = searchable(without_registration_signs(name));
    std::u32string units;
    std::vector<std::size_t> begins;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        if (step.code != U' ') {
            units.push_back(step.code);
            begins.push_back(at);
        }
        at += step.size;
    }
    const std::size_t left_out = picture_words_size(units);
    if (left_out == 0) return text;
    text.resize(begins[units.size() - left_out]);
    while (text.ends_with(' ')) text.pop_back();
    return text;
}

std::string_view without_company_form(std::string_view name) {
    for (const std::string_view form : {"有限责任公司", "股份有限公司", "集团有限公司", "有限公司", "公司"})
        if (name.ends_with(form)) return name.substr(0, name.size() - form.size());
    return name;
}

std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); at += utf8_at(text, at).size) ++count;
    return count;
}

}  // namespace

std::string same_name(std::string_view name) {
    return without_spaces(bare_name(name));
}

std::vector<std::string> spellings_of(std::string_view name) {
    std::string spaced = bare_name(name.substr(0, name_bytes_max));
    std::string whole = without_spaces(spaced);
    if (whole.empty()) return {};
    if (whole == spaced) return {std::move(whole)};
    return {std::move(spaced), std::move(whole)};
}

std::string holders_of(std::string_view view) {
    std::string names;
    const auto holders = nlohmann::json::parse(member_of(view, "holders"), nullptr, false);
    if (!holders.is_array()) return names;
    for (const auto& holder : holders)
        if (holder.is_object()) names += (names.empty() ? "" : "；") + holder.value("name", "");
    return names;
}

bool has_holder(std::string_view holders, std::span<const std::string_view> names) {
    const std::string known = same_name(holders);
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        const std::string wanted = same_name(name);
        return !wanted.empty() && known.find(wanted) != std::string::npos;
    });
}

bool has_surely_holder(std::string_view holders, std::span<const std::string_view> names) {
    return std::any_of(names.begin(), names.end(), [&](const std::string_view& name) {
        if (!has_holder(holders, {&name, 1})) return false;
        const std::string wanted = same_name(name);
        return wanted == same_name(holders) || characters(without_company_form(wanted)) >= part_characters_min;
    });
}

}  // namespace minglu
