#include "catalog/identifiers/patent.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "catalog/identifiers/number_text.hpp"

namespace minglu {

namespace {

constexpr std::string_view cure_form = "write an application number such as 201710601862.3, or CN112734678B";
constexpr std::size_t old_digits = 8;   ///< until 2003-09-30: year 2, kind 1, serial 5
constexpr std::size_t new_digits = 12;  ///< since 2003-10-01: year 4, kind 1, serial 7

/// What stands in front: ZL and CN each at most once, ZL only before applications.
struct Prefixes {
    bool cn = false;
    bool zl = false;
};

Prefixes take_prefixes(std::string_view& text) {
    Prefixes found;
    found.cn = take_prefix(text, "CN");
    found.zl = take_prefix(text, "ZL");
    if (found.zl && !found.cn) found.cn = take_prefix(text, "CN");
    return found;
}

int number_of(std::string_view digits) {
    int value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
}

/// The filing year that 8 or 12 digits begin with; 0 where no form has such a year.
int year_of(std::string_view digits) {
    if (digits.size() == new_digits) {
        const int year = number_of(digits.substr(0, 4));
        return year >= 2003 && year <= 2099 ? year : 0;
    }
    const int year = number_of(digits.substr(0, 2));
    if (year >= 85) return 1900 + year;  // the first applications were filed in 1985
    return year <= 3 ? 2000 + year : 0;
}

bool is_application_kind(char digit) {
    return std::string_view("12389").find(digit) != std::string_view::npos;
}

/// Kind codes that may follow a number that begins with this kind digit. A 8 9, B 8 9, U 8 9, S 8 9 stand in
/// ZC 0008-2004; C, Y, D are the granted documents before it (and until 2010 with nine digits), with a digit they
/// are partial invalidations since.
bool is_kind_code(char kind_digit, std::string_view code, bool nine_digits) {
    if (code.empty()) return true;
    const char letter = code.front();
    const std::string_view letters = kind_digit == '1' ? "ABC" : kind_digit == '2' ? "UY" : "SD";
    if (letters.find(letter) == std::string_view::npos) return false;
    if (code.size() == 1) return true;
    if (code.size() != 2 || !nine_digits) return false;
    const char digit = code[1];
    const bool reprint = digit == '8' || digit == '9';
    const bool invalidation = digit >= '1' && digit <= '7';
    if (letter == 'C' || letter == 'Y') return invalidation;
    if (letter == 'S') return invalidation || reprint;
    return letter != 'D' && reprint;
}

/// Digits in front of the first other character.
std::string_view leading_digits(std::string_view text) {
    const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; });
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// The kind code behind the digits of a publication number, whatever sets it apart: "B", ".B", "/B", "(B)".
std::string_view without_setting(std::string_view code) {
    while (!code.empty() && std::string_view("./(:").find(code.front()) != std::string_view::npos)
        code.remove_prefix(1);
    take_suffix(code, ")");
    return code;
}

bool is_publication_form(std::string_view digits, std::string_view code, Prefixes prefixes) {
    if (digits.size() != 7 && digits.size() != 9) return false;
    if (digits.front() < '1' || digits.front() > '3' || prefixes.zl) return false;
    if (code.empty()) return prefixes.cn;
    return is_kind_code(digits.front(), code, digits.size() == 9);
}

Result<PatentNumber> parse_application(std::string_view text, std::string_view body) {
    auto digits = leading_digits(body);
    auto rest = body.substr(digits.size());
    // Without the dot the check digit is the 9th or 13th.
    if (rest.empty() && (digits.size() == old_digits + 1 || digits.size() == new_digits + 1)) {
        rest = digits.substr(digits.size() - 1);
        digits.remove_suffix(1);
    } else if (!take_prefix(rest, ".") && rest.empty() && fold_name(text).ends_with('.')) {
        // Folding took it for a full stop; here a digit may be lost.
        return fail(bad_number(text, "a patent number: nothing after the dot", cure_form));
    }
    const bool old_form = digits.size() == old_digits;
    if ((!old_form && digits.size() != new_digits) || rest.size() > 1 ||
        (!rest.empty() && rest != "X" && !is_digits(rest)))
        return fail(bad_number(text, "a patent number", cure_form));
    const int year = year_of(digits);
    if (year == 0) return fail(bad_number(text, "a patent number: no filing year has these digits", cure_form));
    const char kind_digit = old_form ? digits[2] : digits[4];
    if (!is_application_kind(kind_digit))
        return fail(bad_number(text, "a patent number: the kind digit must be 1, 2, 3, 8 or 9", cure_form));
    const char check = patent_check_digit(digits);
    if (!rest.empty() && rest.front() != check)
        return fail({ErrorCode::bad_check_digit,
                     "check digit of " + std::string(digits) + "." + std::string(rest) + " should be " + check, "",
                     "compare the number with the certificate; one of its digits is wrong"});
    return PatentNumber{std::string(digits) + "." + check, false, kind_digit, year};
}

}  // namespace

char patent_check_digit(std::string_view digits) {
    constexpr std::array<int, new_digits> weights{2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5};
    int sum = 0;
    for (std::size_t i = 0; i < digits.size() && i < weights.size(); ++i) sum += (digits[i] - '0') * weights[i];
    const int rest = sum % 11;
    return rest == 10 ? 'X' : static_cast<char>('0' + rest);
}

Result<PatentNumber> parse_patent_number(std::string_view text) {
    auto folded = fold_number(text);
    folded.erase(std::remove(folded.begin(), folded.end(), '-'), folded.end());
    std::string_view body = folded;
    const auto prefixes = take_prefixes(body);
    const auto digits = leading_digits(body);
    const auto code = without_setting(body.substr(digits.size()));
    if (is_publication_form(digits, code, prefixes))
        return PatentNumber{"CN" + std::string(digits) + std::string(code), true, digits.front(), 0};
    return parse_application(text, body);
}

std::string display_patent_number(std::string_view normalised) {
    return (normalised.starts_with("CN") ? "" : "ZL") + std::string(normalised);
}

std::string_view kind_code_of(std::string_view publication_number) {
    if (!take_prefix(publication_number, "CN")) return {};
    return publication_number.substr(leading_digits(publication_number).size());
}

std::string_view publication_stem(std::string_view publication_number) {
    constexpr std::size_t stem_size = 2 + publication_digits;
    const std::string_view stem = publication_number.substr(0, std::min(publication_number.size(), stem_size));
    const bool is_stem = stem.size() == stem_size && stem.starts_with("CN") && is_digits(stem.substr(2));
    return is_stem && leading_digits(publication_number.substr(2)).size() == stem_size - 2 ? stem : std::string_view();
}

}  // namespace minglu
