#include "catalog/area_filter.hpp"

#include <algorithm>

#include "catalog/identifiers/number_text.hpp"
#include "catalog/regions.hpp"
#include "catalog/text/canonical_walk.hpp"
#include "embedded/regions_csv.hpp"

namespace minglu {
namespace {

constexpr std::size_t code_digits = 6;

void add_once(std::vector<std::string>& areas, std::string_view area) {
    if (std::find(areas.begin(), areas.end(), area) == areas.end()) areas.emplace_back(area);
}

/// "500000", "500100" name a province and a prefecture (GB/T 2260): what lies inside begins with 50, 5001.
std::string_view significant(std::string_view code) {
    while (code.size() > 2 && code.ends_with("00")) code.remove_suffix(2);
    return code;
}

void add_code(std::vector<std::string>& areas, std::string_view code) {
    code = significant(code);
    for (std::size_t size = 2; size < code.size(); size += 2) add_once(areas, code.substr(0, size));
    if (!code.empty()) add_once(areas, code);
}

/// As the filter writes it.
std::string area_of(const Region& region) {
    return region.code.empty() ? path_of(region, region.valid_from) : std::string(significant(region.code));
}

/// With what it has become, step by step.
void add_region(std::vector<std::string>& areas, const Region& region) {
    add_code(areas, region.code.empty() ? region.parent : region.code);
    if (region.code.empty()) add_once(areas, area_of(region));
    for (const Region* next : region.became) add_region(areas, *next);
}

/// The one area that a name means, in the year of the entry or, since lists are entered late, ever; null when there is
/// none, or several.
const Region* region_of_name(std::string_view name, Day on) {
    std::vector<const Region*> meant = regions_meant(name, on);
    if (meant.empty()) meant = regions_named(name);
    return meant.size() == 1 ? meant.front() : nullptr;
}

std::string recorded_name(const Period& period) {
    std::string name;
    for_each_json_member(period.view, [&](std::string_view field, std::string_view value) {
        if (field == "region_name") name = text_of(value);
    });
    return name;
}

std::string described(const Region& region) {
    return region.name + (region.code.empty() ? "" : "（" + region.code + "）");
}

std::string described(const std::vector<const Region*>& regions) {
    std::string text;
    for (const Region* region : regions) text += (text.empty() ? "" : "、") + described(*region);
    return text;
}

tl::unexpected<Error> refuse(std::string what, std::string cure) {
    return fail({ErrorCode::bad_request, std::move(what), "region", std::move(cure)});
}

Result<AskedArea> area_of_code(const std::string& code, Day on) {
    if (code.size() > code_digits || code.size() % 2 != 0)
        return refuse("not a code of GB/T 2260: " + code, "give two, four or six digits");
    AskedArea asked{std::string(significant(code)), {}};
    const auto once = regions_of_code(code);
    if (once.empty() || find_region(code, on) != nullptr || once.back()->valid_from > on) return asked;
    const auto now = regions_become(*once.back(), on);
    asked.note =
        code + "是" + once.back()->name + "的代码，该区划现为" + described(now) + "；此处只列登记在该代码下的条目";
    return asked;
}

Result<AskedArea> area_of_name(const std::string& name, Day on) {
    std::vector<const Region*> meant = regions_meant(name, on);
    if (meant.empty()) meant = regions_named(name);
    if (meant.empty())
        return refuse("no area of that name: " + name,
                      "give its name in full, or two, four or six digits of its code (GB/T 2260)");
    if (meant.size() > 1)
        return refuse("several areas are called " + name, "give the code of one: " + described(meant));
    const Region& region = *meant.front();
    const auto now = regions_become(region, on);
    if (now.empty() || now.front() == &region) return AskedArea{area_of(region), {}};
    const std::string became = region.name + "现为" + described(now);
    if (now.size() > 1) return AskedArea{area_of(region), became + "；此处只列登记为" + described(region) + "的条目"};
    const std::string only =
        region.code == now.front()->code ? "" : "；只看登记为" + region.name + "的，请用代码 " + region.code;
    return AskedArea{area_of(*now.front()), became + "，按其查询" + only};
}

}  // namespace

std::vector<std::string> areas_of(const Period& period) {
    std::vector<std::string> areas;
    if (!period.region.empty()) {
        add_code(areas, period.region);
        for (const Region* region : regions_of_code(period.region)) add_region(areas, *region);
    } else if (const std::string name = recorded_name(period); !name.empty()) {
        if (const Region* const region = region_of_name(name, period.from)) add_region(areas, *region);
    }
    return areas;
}

bool is_in_area(const Period& period, std::string_view area) {
    if (area.empty() || significant(period.region).starts_with(area)) return true;
    const auto areas = areas_of(period);
    return std::any_of(areas.begin(), areas.end(), [&](const std::string& one) { return one.starts_with(area); });
}

std::string area_table_version() {
    static const std::string version = to_hex(bytes_of(sha256({embedded::regions_csv}))).substr(0, 16);
    return version;
}

Result<AskedArea> area_asked(const std::string& typed, Day on) {
    if (typed.empty()) return AskedArea{};
    return is_digits(typed) ? area_of_code(typed, on) : area_of_name(typed, on);
}

}  // namespace minglu
