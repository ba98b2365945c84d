#pragma once
/// How names of goods are compared with those of entries.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minglu {

/// Searchable text without spaces, which people set as they like, signs of registration (™) and words for the picture
/// beside a mark (及图): equal for names that are the same, empty where there is none (图形).
[[nodiscard]] std::string same_name(std::string_view name);
/// What a name may be filed under: as it is spaced, and as one word. The first 300 bytes. None where there is no name.
[[nodiscard]] std::vector<std::string> spellings_of(std::string_view name);
/// Of the fields of an entry (canonical JSON): the names of its holders.
[[nodiscard]] std::string holders_of(std::string_view view);
/// Whether one of the names, whole or a part of it, is that of a holder, of those that `holders_of` gave.
[[nodiscard]] bool has_holder(std::string_view holders, std::span<const std::string_view> names);
/// The same, where a part that many names share (四川, 有限公司) is not enough: a part must have four characters beside
/// the form of a company.
[[nodiscard]] bool has_surely_holder(std::string_view holders, std::span<const std::string_view> names);

}  // namespace minglu
