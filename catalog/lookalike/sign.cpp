#include "catalog/lookalike/sign.hpp"

#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include "catalog/text/han_fold.hpp"
#include "catalog/text/normalise.hpp"
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

/// The letter that a folded one is mistaken for, folded; itself where that is several letters (m: rn).
char32_t plain_letter(char32_t letter) {
    static const Checker checker = open_checker();
    std::string text;
    append_utf8(text, letter);
    std::array<char, 64> skeleton{};
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t size =
        uspoof_getSkeletonUTF8(checker.get(), 0, text.data(), static_cast<std::int32_t>(text.size()), skeleton.data(),
                               static_cast<std::int32_t>(skeleton.size()), &status);
    if (U_FAILURE(status) != 0 || size <= 0) return letter;
    const std::string folded = fold_text({skeleton.data(), static_cast<std::size_t>(size)});
    if (folded.empty()) return letter;
    const Utf8Step step = utf8_at(folded, 0);
    return step.size == folded.size() ? step.code : letter;
}

char32_t plain(char32_t code) {
    static const std::array<char32_t, 128> ascii = [] {
        std::array<char32_t, 128> table{};
        for (char32_t i = 0; i < table.size(); ++i) table[i] = plain_letter(i);
        return table;
    }();
    if (code < ascii.size()) return ascii[code];
    return is_cjk(code) ? standard_character(code) : plain_letter(code);
}

/// Takes a word for the picture off the end of a sign that has something else.
void drop_picture_words(Sign& sign) {
    static constexpr std::array<std::u32string_view, 5> words{U"及图形", U"及图", U"图形", U"图", U"及"};
    for (const std::u32string_view word : words) {
        const std::u32string_view units = sign.units;
        // A single character is such a word only where it stands apart: "luckin coffee&图".
        const bool apart = word.size() > 1 || (units.size() > 1 && !is_cjk(units[units.size() - 2]));
        if (!units.ends_with(word) || !apart) continue;
        sign.units.resize(units.size() - word.size());
        sign.written.resize(sign.units.size());
        return;
    }
}

}  // namespace

int weight_of(char32_t unit) {
    return is_cjk(unit) ? weight_of_character : weight_of_letter;
}

bool is_weak(char32_t unit) {
    static constexpr std::u32string_view weak = U"牌店馆坊庄城屋铺行社新老大小真正宗纯优特超金好美";
    return weak.find(unit) != std::u32string_view::npos;
}

Sign sign_of(std::string_view text) {
    Sign sign;
    for (std::size_t at = 0; at < text.size() && sign.units.size() < sign_units_max;) {
        const std::string_view written = text.substr(at, utf8_at(text, at).size);
        at += written.size();
        const std::string folded = fold_text(written);
        for (std::size_t i = 0; i < folded.size();) {
            const Utf8Step step = utf8_at(folded, i);
            i += step.size;
            if (step.code == U' ') continue;
            sign.units.push_back(plain(step.code));
            sign.written.emplace_back(written);
        }
    }
    drop_picture_words(sign);
    return sign;
}

}  // namespace minglu
