#include "src/checks/goods_names.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "catalog/text/normalise.hpp"
#include "minglu/json_text.hpp"

namespace minglu {

namespace {

constexpr std::size_t name_bytes_max = 300;

std::string without_spaces(std::string text) {
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    return text;
}

}  // namespace

std::string same_name(std::string_view name) {
    return without_spaces(searchable(name));
}

std::vector<std::string> spellings_of(std::string_view name) {
    std::string spaced = searchable(name.substr(0, name_bytes_max));
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

}  // namespace minglu
