#include "catalog/lookalike/sign.hpp"

#include <unicode/uchar.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <stdexcept>

#include "catalog/text/han_fold.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/registration_signs.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {
namespace {

using Checker = std::unique_ptr<USpoofChecker, decltype(&uspoof_close)>;

Checker open_checker() {
    UErrorCode status = U_ZERO_ERROR;
    Checker checker(uspoof_open(&status), &uspoof_close);
    if (U_FAILURE(status) != 0) throw std::runtime_error("ICU lacks its table of confusable characters");
    return checker;
}

/// The Latin letter or digit, folded, that a letter is mistaken for as it is written; none where that is no single one.
std::optional<char32_t> mistaken_for(char32_t letter) {
    static const Checker checker = open_checker();
    std::string text;
    append_utf8(text, letter);
    std::array<char, 64> skeleton{};
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t size =
        uspoof_getSkeletonUTF8(checker.get(), 0, text.data(), static_cast<std::int32_t>(text.size()), skeleton.data(),
                               static_cast<std::int32_t>(skeleton.size()), &status);
    if (U_FAILURE(status) != 0 || size <= 0) return std::nullopt;
    const std::string folded = fold_text({skeleton.data(), static_cast<std::size_t>(size)});
    if (folded.size() != 1) return std::nullopt;
    // A capital that stands upright is I.
    if (folded == "l" && u_isupper(static_cast<UChar32>(letter)) != 0) return U'i';
    return static_cast<char32_t>(folded.front());
}

/// The letter, folded, that the name of a Latin one begins with: É, Ø, ʟ (LATIN LETTER SMALL CAPITAL L).
std::optional<char32_t> named_after(char32_t letter) {
    static constexpr std::array<std::string_view, 3> kinds{"LATIN SMALL LETTER ", "LATIN CAPITAL LETTER ",
                                                           "LATIN LETTER SMALL CAPITAL "};
    std::array<char, 128> text{};
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t size = u_charName(static_cast<UChar32>(letter), U_UNICODE_CHAR_NAME, text.data(),
                                         static_cast<std::int32_t>(text.size()), &status);
    if (U_FAILURE(status) != 0) return std::nullopt;
    const std::string_view name(text.data(), static_cast<std::size_t>(size));
    for (const std::string_view kind : kinds) {
        if (!name.starts_with(kind)) continue;
        const std::string_view rest = name.substr(kind.size());
        if (rest.size() == 1 || (rest.size() > 1 && rest.substr(1).starts_with(" WITH ")))
            return static_cast<char32_t>(rest.front() - 'A' + 'a');
    }
    return std::nullopt;
}

/// The unit of a folded character. Foreign letters are like other ones in each case: Η is H, η is not; в is a small В.
char32_t plain(char32_t folded, char32_t written) {
    if (folded < 128) return folded;
    if (folded == U'〇') return U'零';
    if (is_cjk(folded)) return standard_character(folded);
    if (const auto letter = named_after(written)) return *letter;
    if (const auto letter = mistaken_for(written)) return *letter;
    return mistaken_for(static_cast<char32_t>(u_toupper(static_cast<UChar32>(folded)))).value_or(folded);
}

bool is_letter(char32_t code) {
    return u_isalpha(static_cast<UChar32>(code)) != 0 && !is_cjk(code);
}

/// The letter that a character stands for which is none; 0 = stands for none.
char32_t stands_for(char32_t code) {
    if (code == U'$' || code == U'＄') return U's';
    return code == U'@' || code == U'＠' ? U'a' : U'\0';
}

/// Whether a letter stands behind the $ and @ that the text begins with, which are three at most.
bool leads_to_letter(std::string_view text) {
    for (std::size_t at = 0, passed = 0; at < text.size() && passed <= 3; ++passed) {
        const Utf8Step step = utf8_at(text, at);
        if (stands_for(step.code) == 0) return is_letter(step.code);
        at += step.size;
    }
    return false;
}

bool is_numeral(char32_t unit) {
    return std::u32string_view(U"零一二三四五六七八九十").find(unit) != std::u32string_view::npos;
}

/// Settles each run of units that are `round`: it becomes `unit` if `takes(before, behind)` it, where 0 is an end.
template <class Round, class Takes>
void settle_round(Sign& sign, char32_t unit, Round&& round, Takes&& takes) {
    for (std::size_t begin = 0; begin < sign.units.size();) {
        std::size_t end = begin;
        while (end < sign.units.size() && round(end)) ++end;
        const char32_t before = begin == 0 ? U'\0' : sign.units[begin - 1];
        const char32_t behind = end == sign.units.size() ? U'\0' : sign.units[end];
        if (end > begin && takes(before, behind))
            std::fill(sign.units.begin() + static_cast<std::ptrdiff_t>(begin),
                      sign.units.begin() + static_cast<std::ptrdiff_t>(end), unit);
        begin = end + 1;
    }
}

/// 〇PP〇 and 口PPO are OPPO, 二OO八 is 二〇〇八.
void settle_round(Sign& sign) {
    settle_round(
        sign, U'o', [&](std::size_t i) { return sign.written[i] == "〇" || sign.written[i] == "口"; },
        [](char32_t before, char32_t behind) {
            return !is_cjk(before) && !is_cjk(behind) && (is_letter(before) || is_letter(behind));
        });
    settle_round(
        sign, U'零', [&](std::size_t i) { return sign.units[i] == U'o'; },
        [](char32_t before, char32_t behind) { return is_numeral(before) && !is_letter(behind); });
}

}  // namespace

int weight_of(char32_t unit) {
    return is_cjk(unit) ? weight_of_character : weight_of_letter;
}

bool is_weak(char32_t unit) {
    static constexpr std::u32string_view weak = U"牌店馆坊庄城屋铺行社新老大小真正宗纯优特超金好美";
    return weak.find(unit) != std::u32string_view::npos;
}

std::size_t parts_meet(std::u32string_view units) {
    constexpr std::size_t characters_min = 2;
    constexpr std::size_t letters_min = 3;
    const auto changes = [](char32_t a, char32_t b) { return is_cjk(a) != is_cjk(b); };
    const auto first = std::adjacent_find(units.begin(), units.end(), changes);
    if (first == units.end() || std::adjacent_find(first + 1, units.end(), changes) != units.end()) return 0;
    const auto before = static_cast<std::size_t>(first - units.begin()) + 1;
    const bool characters_first = is_cjk(units.front());
    const std::u32string_view letters = characters_first ? units.substr(before) : units.substr(0, before);
    const bool alone = letters.size() >= letters_min && units.size() - letters.size() >= characters_min &&
                       std::any_of(letters.begin(), letters.end(), is_letter);
    return alone ? before : 0;
}

std::size_t picture_words_size(std::u32string_view units) {
    static constexpr std::array<std::u32string_view, 5> words{U"及图形", U"及图", U"图形", U"图", U"及"};
    for (const std::u32string_view word : words) {
        // A single character is such a word only where it stands apart: "luckin coffee&图".
        const bool apart = word.size() > 1 || (units.size() > 1 && !is_cjk(units[units.size() - 2]));
        if (units.ends_with(word) && apart) return word.size();
    }
    return 0;
}

Sign sign_of(std::string_view text) {
    Sign sign;
    bool behind_letter = false;
    for (std::size_t at = 0; at < text.size() && sign.units.size() < sign_units_max;) {
        if (const std::size_t left_out = registration_sign_at(text.substr(at)); left_out > 0) {
            at += left_out;
            continue;
        }
        const Utf8Step here = utf8_at(text, at);
        const std::string_view written = text.substr(at, here.size);
        at += written.size();
        const auto put = [&](char32_t unit) {
            sign.units.push_back(unit);
            sign.written.emplace_back(written);
        };
        const char32_t letter = stands_for(here.code);
        const bool stands = letter != 0 && (behind_letter || leads_to_letter(text.substr(at)));
        if (stands) put(letter);
        behind_letter = stands || is_letter(here.code);
        const std::string folded = fold_text(written);
        for (std::size_t i = 0; i < folded.size();) {
            const Utf8Step step = utf8_at(folded, i);
            i += step.size;
            if (step.code != U' ') put(plain(step.code, here.code));
        }
    }
    settle_round(sign);
    sign.units.resize(sign.units.size() - picture_words_size(sign.units));
    sign.written.resize(sign.units.size());
    return sign;
}

}  // namespace minglu
