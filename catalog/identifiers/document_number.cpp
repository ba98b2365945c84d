#include "catalog/identifiers/document_number.hpp"

#include <array>
#include <utility>

#include "catalog/identifiers/number_text.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {

namespace {

/// Brackets as NFKC leaves them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> brackets{
    {{"〔", "〕"}, {"[", "]"}, {"(", ")"}, {"【", "】"}, {"〖", "〗"}, {"〈", "〉"}}};

struct Split {
    std::string_view issuer, year, number;
};

/// Splits at the bracket pair; empty parts where there is none.
Split split(std::string_view text) {
    for (const auto& pair : brackets) {
        const auto open = text.find(pair.first);
        const auto close = text.find(pair.second);
        if (open == std::string_view::npos || close == std::string_view::npos || close < open) continue;
        const auto year = text.substr(open + pair.first.size(), close - open - pair.first.size());
        return {text.substr(0, open), year, text.substr(close + pair.second.size())};
    }
    return {};
}

/// 2 to 12 Chinese characters, as `[\u4e00-\u9fa5]{2,12}`.
bool is_issuer(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) {
        const auto step = utf8_at(text, at);
        if (step.code < 0x4E00 || step.code > 0x9FA5) return false;
        at += step.size;
    }
    return count >= 2 && count <= 12;
}

}  // namespace

Result<std::string> parse_document_number(std::string_view text) {
    const auto folded = fold_number(text);
    auto parts = split(folded);
    take_suffix(parts.year, "年");
    take_prefix(parts.number, "第");
    const bool ends = take_suffix(parts.number, "号");
    const bool year = parts.year.size() == 4 && is_digits(parts.year) &&
                      (parts.year.starts_with("19") || parts.year.starts_with("20"));
    const auto number = without_leading_zeros(parts.number);
    if (!ends || !year || !is_issuer(parts.issuer) || !is_digits(number) || number.size() > 5 || number == "0")
        return fail(bad_number(text, "a document number", "write issuer, year, number, e.g. 渝知发〔2012〕47号"));
    return std::string(parts.issuer) + "〔" + std::string(parts.year) + "〕" + std::string(number) + "号";
}

}  // namespace minglu
