#include "catalog/text/zero_circles.hpp"

#include <algorithm>
#include <array>

namespace minglu {
namespace {

/// With which circles begin, and geometric shapes besides.
constexpr std::string_view lead = "\xE2\x97";
/// Of each sign that matters here, in UTF-8.
constexpr std::size_t sign_bytes = 3;

bool is_circle(std::string_view sign) {
    return sign == "○" || sign == "◯";
}

bool is_numeral(std::string_view sign) {
    constexpr std::array<std::string_view, 14> numerals{"〇", "零", "一", "二", "三", "四", "五",
                                                        "六", "七", "八", "九", "十", "百", "千"};
    return std::find(numerals.begin(), numerals.end(), sign) != numerals.end();
}

}  // namespace

bool may_have_circle(std::string_view text) {
    return text.find(lead) != std::string_view::npos;
}

std::string with_zeros(std::string_view text) {
    std::string out(text);
    const auto sign_at = [&](std::size_t at) { return text.substr(std::min(at, text.size()), sign_bytes); };
    for (std::size_t at = text.find(lead); at < text.size(); at = text.find(lead, at)) {
        std::size_t end = at;
        while (is_circle(sign_at(end))) end += sign_bytes;
        const bool is_zero = is_numeral(sign_at(end)) || (at >= sign_bytes && is_numeral(sign_at(at - sign_bytes)));
        for (std::size_t i = at; is_zero && i < end; i += sign_bytes) out.replace(i, sign_bytes, "〇");
        at = std::max(end, at + 1);
    }
    return out;
}

}  // namespace minglu
