#include "catalog/identifiers/document_number.hpp"

#include <algorithm>
#include <array>
#include <string>

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

/// A year of the last century or this one, in digits or Chinese numerals; 0 for anything else.
int take_year(std::string_view& text) {
    constexpr std::size_t digits = 4;
    constexpr std::size_t numeral_bytes = 3;
    for (const std::size_t size : {digits, digits * numeral_bytes}) {
        const auto year = parse_chinese_integer(text.substr(0, size));
        if (!year || *year < 1900 || *year > 2099) continue;
        text.remove_prefix(size);
        return *year;
    }
    return 0;
}

struct Parts {
    std::string_view issuer;
    int year = 0;
    std::string number;      ///< in digits, without zeros in front; empty for anything else
    bool is_marked = false;  ///< by brackets, or 年 and 号, as such a number
};

/// In digits or Chinese numerals.
std::string serial_of(std::string_view text) {
    constexpr std::size_t digits_max = 5;
    const std::string_view digits = without_leading_zeros(text);
    if (is_digits(digits)) return digits.size() > digits_max || digits == "0" ? std::string() : std::string(digits);
    const auto number = parse_chinese_integer(text);
    return number && *number > 0 ? std::to_string(*number) : std::string();
}

/// Without number where something is missing, or where nothing tells year from number.
Parts split(std::string_view text) {
    Parts parts;
    parts.issuer = take_issuer(text);
    const bool opens = take_any(text, opening);
    parts.year = take_year(text);
    const bool is_year = take_prefix(text, "年");
    if (take_any(text, closing) != opens || parts.year == 0) return {};
    const bool is_apart = opens || is_year || take_any(text, dashes);
    const bool is_introduced = take_prefix(text, "第");
    take_suffix(text, "文");
    const bool ends = take_suffix(text, "号");
    if (!ends && !(is_apart || is_introduced)) return {};
    parts.number = serial_of(text);
    parts.is_marked = opens || (is_year && ends);
    return parts;
}

/// "〔2012〕47号"
std::string serial_text(const Parts& parts) {
    return "〔" + std::to_string(parts.year) + "〕" + parts.number + "号";
}

}  // namespace

Result<std::string> parse_document_number(std::string_view text) {
    const auto folded = fold_number(text);
    const Parts parts = split(folded);
    if (parts.issuer.empty() || parts.number.empty())
        return fail(bad_number(text, "a document number", "write issuer, year, number, e.g. 渝知发〔2012〕47号"));
    return std::string(parts.issuer) + serial_text(parts);
}

Result<std::string> parse_document_serial(std::string_view text) {
    const auto folded = fold_number(text);
    const Parts parts = split(folded);
    if (!parts.issuer.empty() || parts.number.empty() || !parts.is_marked)
        return fail(bad_number(text, "a document number without its issuer", "write year and number, 〔2012〕47号"));
    return serial_text(parts);
}

}  // namespace minglu
