#include "catalog/identifiers/trademark.hpp"

#include <algorithm>

#include "catalog/identifiers/number_text.hpp"

namespace minglu {

namespace {

constexpr std::string_view cure_form = "write one registration number such as 10325554, 37721502A or G1630145A";

bool is_letter(char c) {
    return c >= 'A' && c <= 'Z';
}

std::size_t count_digits(std::string_view text) {
    const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; });
    return static_cast<std::size_t>(end - text.begin());
}

/// After the digits of a Madrid registration: nothing, a letter, or H and up to two digits.
bool is_madrid_suffix(std::string_view suffix) {
    if (suffix.empty()) return true;
    if (suffix.size() == 1) return is_letter(suffix.front());
    return suffix.size() <= 3 && suffix.front() == 'H' && is_digits(suffix.substr(1));
}

}  // namespace

Result<std::string> parse_trademark_number(std::string_view text) {
    const auto folded = fold_number(text);
    std::string_view body = folded;
    if (take_prefix(body, "第")) take_suffix(body, "号");
    const bool madrid = take_prefix(body, "G");
    const auto digits = without_leading_zeros(body.substr(0, count_digits(body)));
    const auto suffix = body.substr(count_digits(body));
    if (!madrid && digits.size() == 9 && suffix.empty())
        return fail(bad_number(text, "a number of CNIPA: nine digits are the form of a Hong Kong registration",
                               "give the mainland registration number (5 to 8 digits); a mark registered in Hong Kong "
                               "alone has no protection on the mainland"));
    const bool good = madrid ? digits.size() >= 5 && digits.size() <= 7 && is_madrid_suffix(suffix)
                             : digits.size() >= 5 && digits.size() <= 8 &&
                                   (suffix.empty() || (suffix.size() == 1 && is_letter(suffix.front())));
    if (!good) return fail(bad_number(text, "a trademark registration number", cure_form));
    return (madrid ? "G" : "") + std::string(digits) + std::string(suffix);
}

std::optional<std::string> with_left_out_g(std::string_view number) {
    const std::size_t slash = std::min(number.find('/'), number.size());
    const auto international = parse_trademark_number("G" + std::string(number.substr(0, slash)));
    return international ? std::optional(*international + std::string(number.substr(slash))) : std::nullopt;
}

std::optional<std::string> international_stem(std::string_view number) {
    const auto whole = number.starts_with('G') ? std::optional(std::string(number)) : with_left_out_g(number);
    return whole && is_digits(std::string_view(*whole).substr(1)) ? whole : std::nullopt;
}

Result<std::string> parse_nice_class(std::string_view text) {
    constexpr int class_max = 45;
    const auto folded = fold_number(text);
    std::string_view body = folded;
    take_prefix(body, "第");
    take_suffix(body, "类");
    const auto number = parse_chinese_integer(body);
    if (!number || *number < 1 || *number > class_max)
        return fail({ErrorCode::bad_value, bad_number(text, "a class of the Nice agreement", "").what, "",
                     "write one class from 1 to 45"});
    return std::to_string(*number);
}

}  // namespace minglu
