#pragma once
/// Which entries the filter by area finds.
///
/// An entry names the area that there was when it was written, by a code of that time or, where no code was published,
/// by its name. It is found under that code, under what lies around it, and under whatever the area has become since:
/// 开县 (500234) is found under 开州区 (500154) too, and so is 渝北区 under 两江新区. Counts and filters ask the same
/// function, so they agree.
#include <string>
#include <string_view>
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

/// "50", "5002", "500234", "5001", "500154": what an entry with this period is found under, each once. A code of
/// GB/T 2260 stands without the zeros of a province or prefecture; an area without a code is written as its path,
/// "重庆市两江新区".
[[nodiscard]] std::vector<std::string> areas_of(const Period& period);

/// Whether the period is found under an area, or under one that begins so.
[[nodiscard]] bool is_in_area(const Period& period, std::string_view area);

/// Of the table of areas: changes when the same entry may be found under other areas.
[[nodiscard]] std::string area_table_version();

struct AskedArea {
    std::string area;  ///< as in `areas_of`
    std::string note;  ///< for people, where it is not what was typed: "开县现为开州区（500154）…"; else empty
};
/// What a person means by a code, its beginning or a name on a day. The name of an area that has ended leads to the one
/// that it became; a code means what was recorded under it. Errors: bad_request with a cure.
[[nodiscard]] Result<AskedArea> area_asked(const std::string& typed, Day on);

}  // namespace minglu
