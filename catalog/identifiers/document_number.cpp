#include "catalog/identifiers/document_number.hpp"

#include <algorithm>
#include <array>

#include "catalog/identifiers/number_text.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {

namespace {

/// Brackets as NFKC leaves them, and what people set between the parts otherwise.
constexpr std::array<std::string_view, 6> opening{"〔", "[", "(", "【", "〖", "〈"};
constexpr std::array<std::string_view, 6> closing{"〕", "]", ")", "】", "〗", "〉"};
constexpr std::array<std::string_view, 4> dashes{"-", "_", ".", "/"};

template <std::size_t size>
bool take_any(std::string_view& text, const std::array<std::string_view, size>& signs) {
    return std::any_of(signs.begin(), signs.end(), [&](std::string_view sign) { return take_prefix(text, sign); });
}

/// 2 to 12 Chinese characters in front, as `[\u4e00-\u9fa5]{2,12}`; empty where there are more or fewer.
std::string_view take_issuer(std::string_view& text) {
    std::size_t count = 0;
    std::size_t end = 0;
    while (end < text.size()) {
        const auto step = utf8_at(text, end);
        if (step.code < 0x4E00 || step.code > 0x9FA5) break;
        end += step.size;
        ++count;
    }
    const std::string_view issuer = text.substr(0, count >= 2 && count <= 12 ? end : 0);
    text.remove_prefix(issuer.size());
    return issuer;
}

/// A year of the last century or this one; empty for anything else.
std::string_view take_year(std::string_view& text) {
    const std::string_view year = text.substr(0, 4);
    if (year.size() < 4 || !is_digits(year) || !(year.starts_with("19") || year.starts_with("20"))) return {};
    text.remove_prefix(year.size());
    return year;
}

struct Parts {
    std::string_view issuer, year, number;
};

/// Empty parts where something is missing, or where nothing tells year from number.
Parts split(std::string_view text) {
    Parts parts;
    parts.issuer = take_issuer(text);
    const bool opens = take_any(text, opening);
    parts.year = take_year(text);
    const bool is_marked = take_prefix(text, "年");
    if (take_any(text, closing) != opens) return {};
    const bool is_apart = opens || is_marked || take_any(text, dashes);
    const bool is_introduced = take_prefix(text, "第");
    take_suffix(text, "文");
    const bool ends = take_suffix(text, "号");
    if (!ends && !(is_apart || is_introduced)) return {};
    parts.number = text;
    return parts;
}

}  // namespace

Result<std::string> parse_document_number(std::string_view text) {
    const auto folded = fold_number(text);
    const Parts parts = split(folded);
    const auto number = without_leading_zeros(parts.number);
    if (parts.issuer.empty() || parts.year.empty() || !is_digits(number) || number.size() > 5 || number == "0")
        return fail(bad_number(text, "a document number", "write issuer, year, number, e.g. 渝知发〔2012〕47号"));
    return std::string(parts.issuer) + "〔" + std::string(parts.year) + "〕" + std::string(number) + "号";
}

}  // namespace minglu
