#pragma once
/// Which parts of the name of goods could be the name of an entry: "国窖1573浓香型白酒" has "国窖1573" in it.
#include <string>
#include <string_view>
#include <vector>

namespace minglu {

/// Parts of `searchable` text, each a row of whole units: a Chinese character, or a run of letters and digits. A brand
/// stands in front: parts that begin a stretch have two characters at least, others three. Never across the items of a
/// list, never the whole. The longest first; of many those in front, and the shortest of the others: `name_parts_max`.
[[nodiscard]] std::vector<std::string_view> name_parts(std::string_view searchable);
constexpr std::size_t name_parts_max = 32;

}  // namespace minglu
