#pragma once
/// Administrative divisions of GB/T 2260 with the time in which each code stood for each area.
///
/// Codes are reused (500110 was 万盛区, since 2011 it is 綦江区), so a code means something only on a day. Days come
/// from the dated tables of the standard: `valid_from` is the first day of the month of the first table with the row,
/// `valid_until` the day before the first table without it. Where tables lie far apart the periods of an old and a new
/// code overlap. The table holds whole provinces; a province that is not in it is not judged.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/time.hpp"

namespace minglu {

enum class RegionLevel {
    province,
    prefecture,
    county,
    grouping,  ///< 市辖区, 县: a code of the standard that is no area to be in
};

struct Region {
    std::string code;  ///< six digits; empty where no code is published yet (两江新区)
    std::string name;
    std::string parent;  ///< code of the area above; empty for a province
    Day valid_from;
    std::optional<Day> valid_until;  ///< last day, inclusive
    std::string note;
    RegionLevel level = RegionLevel::county;
    /// Of one that ended: the areas that it, or the most of it, became then. They may have ended since. Empty while it
    /// stands.
    std::vector<const Region*> became;
};

[[nodiscard]] inline bool stands_on(const Region& region, Day on) {
    return region.valid_from <= on && (!region.valid_until || on <= *region.valid_until);
}

/// The area that a code stood for on that day; null when none did. Lives as long as the program.
[[nodiscard]] const Region* find_region(std::string_view code, Day on);

/// Every area that a code ever stood for, oldest first.
[[nodiscard]] std::vector<const Region*> regions_of_code(std::string_view code);

/// Areas called that on the day, or ever. Takes plain names, names with those above in front ("成都市崇州市",
/// "四川省成都市崇州市"), abolished ones ("开县"), short ones where no full name fits ("凉山州", "重庆"), and a path
/// that goes on below the county ("涪陵区李渡街道"). Several where the name is not unique (市中区). Sorted by code,
/// then time.
[[nodiscard]] std::vector<const Region*> regions_named(std::string_view name, std::optional<Day> on = {});

/// What a list that takes effect on the day means by a name: the areas called that, else those that were called so last
/// before it. Lists go on naming districts that were merged (渝北区); their code stands for where it was.
[[nodiscard]] std::vector<const Region*> regions_meant(std::string_view name, Day on);

/// What the area is on the day: itself, or what has become of it by then. Sorted by code; without one that came later.
[[nodiscard]] std::vector<const Region*> regions_become(const Region& region, Day on);

/// "重庆市两江新区": with those above it on the day.
[[nodiscard]] std::string path_of(const Region& area, Day on);

/// "四川省成都市崇州市"; empty when the code stood for nothing on that day.
[[nodiscard]] std::string region_path(std::string_view code, Day on);

/// Whether the table holds the province of this code, so that an unknown code in it is wrong.
[[nodiscard]] bool has_province_of(std::string_view code);

}  // namespace minglu
