#include "catalog/identifiers/thousands.hpp"

#include <algorithm>

namespace minglu {
namespace {

std::size_t digits_at(std::string_view text, std::size_t at) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
    return static_cast<std::size_t>(std::find_if_not(begin, text.end(), is_digit) - begin);
}

std::size_t comma_at(std::string_view text, std::size_t at) {
    for (const std::string_view comma : {",", "，"})
        if (text.substr(at).starts_with(comma)) return comma.size();
    return 0;
}

/// Groups of digits with a comma between each two.
struct DigitGroups {
    std::string digits;
    std::size_t end = 0;  ///< behind the last one
    bool are_thousands = false;
};

DigitGroups groups_at(std::string_view text, std::size_t at) {
    constexpr std::size_t group_digits = 3;
    std::size_t size = digits_at(text, at);
    DigitGroups found{std::string(text.substr(at, size)), at + size, false};
    if (size == 0) return found;
    bool is_grouped = size <= group_digits;
    while (const std::size_t comma = comma_at(text, found.end)) {
        size = digits_at(text, found.end + comma);
        if (size == 0) break;
        is_grouped = is_grouped && size == group_digits;
        found.digits += text.substr(found.end + comma, size);
        found.end += comma + size;
    }
    found.are_thousands = is_grouped;
    return found;
}

}  // namespace

std::string without_thousands(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const DigitGroups groups = groups_at(text, at);
        const std::size_t end = std::max(groups.end, at + 1);
        out += groups.are_thousands ? groups.digits : std::string(text.substr(at, end - at));
        at = end;
    }
    return out;
}

}  // namespace minglu
