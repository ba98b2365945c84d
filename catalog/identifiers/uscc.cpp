#include "catalog/identifiers/uscc.hpp"

#include <algorithm>
#include <array>

#include "catalog/identifiers/number_text.hpp"

namespace minglu {

namespace {

/// GB 32100-2015 table 3: no I, O, S, V, Z.
constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr std::size_t code_length = 18;
constexpr std::size_t region_at = 2;
constexpr std::size_t organisation_at = 8;

Error bad_check(const std::string& code, std::string_view part, char wanted) {
    return {ErrorCode::bad_check_digit,
            "check character of " + std::string(part) + " in " + code + " should be " + wanted, "",
            "compare the code with the business licence; one of its characters is wrong"};
}

}  // namespace

char uscc_check_character(std::string_view first17) {
    std::size_t sum = 0;
    std::size_t weight = 1;  // powers of 3 modulo 31
    for (const char c : first17) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) return '\0';
        sum += value * weight;
        weight = weight * 3 % alphabet.size();
    }
    // The outer modulo makes a sum divisible by 31 give '0' instead of running off the alphabet.
    return alphabet[(alphabet.size() - sum % alphabet.size()) % alphabet.size()];
}

char organisation_check_character(std::string_view first8) {
    constexpr std::array<int, 8> weights{3, 7, 9, 10, 5, 8, 4, 2};
    if (first8.size() != weights.size()) return '\0';
    int sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const char c = first8[i];
        if (c >= '0' && c <= '9')
            sum += (c - '0') * weights[i];
        else if (c >= 'A' && c <= 'Z')
            sum += (c - 'A' + 10) * weights[i];
        else
            return '\0';
    }
    const int rest = 11 - sum % 11;
    if (rest == 10) return 'X';
    return rest == 11 ? '0' : static_cast<char>('0' + rest);
}

Result<std::string> parse_uscc(std::string_view text) {
    const auto code = fold_number(text);
    if (code.size() != code_length)
        return fail(bad_number(text, "a unified social credit code: it must have 18 characters",
                               "give the 18 characters printed on the business licence"));
    const char check = uscc_check_character(std::string_view(code).substr(0, code_length - 1));
    if (check == '\0' || alphabet.find(code.back()) == std::string_view::npos)
        return fail(bad_number(text,
                               "a unified social credit code: it uses digits and letters other than I, O, S, V, Z",
                               "look for a 1 read as I, a 0 as O, a 2 as Z, a 5 as S"));
    if (!is_digits(std::string_view(code).substr(region_at, organisation_at - region_at)))
        return fail(bad_number(text, "a unified social credit code: characters 3 to 8 are a region and must be digits",
                               "compare the code with the business licence"));
    if (code.back() != check) return fail(bad_check(code, "the code", check));
    const auto organisation = std::string_view(code).substr(organisation_at, 8);
    const char inner = organisation_check_character(organisation);
    if (code[organisation_at + 8] != inner)
        return fail(bad_check(code, "the organisation code (17th character)", inner));
    return code;
}

Result<std::string> read_uscc(std::string_view text) {
    std::string code = fold_number(text);
    std::erase(code, '-');
    std::replace(code.begin(), code.end(), 'O', '0');
    std::replace(code.begin(), code.end(), 'I', '1');
    return parse_uscc(code);
}

}  // namespace minglu
