#include "catalog/identifiers/number_text.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "catalog/text/han_fold.hpp"
#include "catalog/text/registration_signs.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {

namespace {

const icu::Normalizer2& nfkc() {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCInstance(status);
    if (U_FAILURE(status) != 0) throw std::runtime_error(std::string("ICU has no NFKC data: ") + u_errorName(status));
    return *normalizer;
}

icu::UnicodeString normalised(const icu::UnicodeString& text) {
    UErrorCode status = U_ZERO_ERROR;
    auto out = nfkc().normalize(text, status);
    if (U_FAILURE(status) != 0) throw std::runtime_error(std::string("NFKC failed: ") + u_errorName(status));
    return out;
}

bool is_invisible(UChar32 c) {
    return u_isUWhiteSpace(c) != 0 || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

std::string fold_unicode(std::string_view text) {
    const auto whole =
        normalised(icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))));
    icu::UnicodeString visible;
    for (std::int32_t i = 0; i < whole.length(); i = whole.moveIndex32(i, 1))
        if (const UChar32 c = whole.char32At(i); !is_invisible(c)) visible.append(c);
    // Characters that a space kept apart may compose now.
    std::string out;
    normalised(visible).toUTF8String(out);
    return out;
}

bool is_ascii_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Characters that folding leaves as they are, or drops: ASCII and the unified ideographs of the first block, which is
/// nearly all of Chinese text.
bool is_plain(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        if (step.code >= 0x80 && (step.code < 0x4E00 || step.code > 0x9FFF)) return false;
        at += step.size;
    }
    return true;
}

bool is_ascii_alnum(char32_t code) {
    return (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
}

/// Full stops, the middle dot and bullets, which stand for the dot of a number.
bool is_dot(char32_t code) {
    return code == 0x3002 || code == 0xB7 || code == 0x2022 || code == 0x2027 || code == 0x30FB;
}

/// Says something about a number, or ends a sentence; no dash, which may be a minus, and no bracket.
bool is_trimming(char32_t code) {
    constexpr std::uint32_t categories = U_GC_PO_MASK | U_GC_PI_MASK | U_GC_PF_MASK | U_GC_SO_MASK | U_GC_SK_MASK;
    constexpr char32_t no_utf8 = 0xFFFD;
    return code != no_utf8 && (U_GET_GC_MASK(static_cast<UChar32>(code)) & categories) != 0;
}

char32_t first_of(std::string_view text) {
    return utf8_at(text, 0).code;
}

/// Where the last character begins.
std::size_t last_at(std::string_view text) {
    std::size_t at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u) --at;
    return at;
}

bool is_opening(char32_t code) {
    return u_charType(static_cast<UChar32>(code)) == U_START_PUNCTUATION;
}

bool is_closing(char32_t code) {
    return u_charType(static_cast<UChar32>(code)) == U_END_PUNCTUATION;
}

/// Of brackets at the ends: whether nothing closes the first, nothing opens the last, or both enclose the whole.
bool drop_idle_bracket(std::string_view& text) {
    std::size_t opening = 0;
    std::size_t closing = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        opening += is_opening(step.code) ? 1u : 0u;
        closing += is_closing(step.code) ? 1u : 0u;
        at += step.size;
    }
    const std::size_t last = last_at(text);
    const bool opens = is_opening(first_of(text));
    const bool closes = is_closing(first_of(text.substr(last)));
    if (opens && (closing == 0 || (closes && opening == 1 && closing == 1))) {
        text.remove_prefix(utf8_at(text, 0).size);
        return true;
    }
    if (closes && opening == 0) text.remove_suffix(text.size() - last);
    return closes && opening == 0;
}

std::string_view without_trimmings(std::string_view text) {
    while (!text.empty()) {
        const std::size_t last = last_at(text);
        if (is_trimming(first_of(text)))
            text.remove_prefix(utf8_at(text, 0).size);
        else if (is_trimming(first_of(text.substr(last))))
            text.remove_suffix(text.size() - last);
        else if (!drop_idle_bracket(text))
            break;
    }
    return text;
}

/// Chinese characters as the standard ones, dots as dots.
std::string with_plain_characters(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    char32_t before = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        at += step.size;
        char32_t code = is_cjk(step.code) ? standard_character(step.code) : step.code;
        const bool inside = is_ascii_alnum(before) && at < text.size() && is_ascii_alnum(utf8_at(text, at).code);
        if (is_dot(code) && inside) code = U'.';
        append_utf8(out, code);
        before = code;
    }
    return out;
}

std::string upper_case(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

/// What is longer is no number: taking it apart layer by layer would only cost time.
constexpr std::size_t trimmed_bytes_max = 160;

/// Nothing to leave out: letters and digits, with what stands between them in numbers.
bool is_plain_number(std::string_view text) {
    const auto is_alnum = [](char c) { return is_ascii_alnum(static_cast<unsigned char>(c)); };
    return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return is_alnum(c) || c == '.' || c == '/' || c == '-'; });
}

std::string folded_once(std::string_view text) {
    // ™ would be letters afterwards; (ＴＭ) is none before.
    const std::string folded = without_registration_signs(fold_name(without_registration_signs(text)));
    return upper_case(with_plain_characters(without_trimmings(folded)));
}

constexpr std::array<std::string_view, 10> chinese_digits{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};

/// 0–9, or -1. 〇 and the circle often typed for it are zeros.
int chinese_digit(std::string_view character) {
    if (character == "〇" || character == "○") return 0;
    const auto found = std::find(chinese_digits.begin(), chinese_digits.end(), character);
    return found == chinese_digits.end() ? -1 : static_cast<int>(found - chinese_digits.begin());
}

int chinese_unit(std::string_view character) {
    if (character == "十") return 10;
    if (character == "百") return 100;
    return character == "千" ? 1000 : 0;
}

/// 三百五十四, 十五, 一千零二. The units must fall; a digit without unit is the last.
std::optional<int> read_with_units(std::string_view text) {
    int sum = 0;
    int pending = -1;
    int last_unit = 10'000;
    for (; !text.empty(); text.remove_prefix(3)) {
        const auto character = text.substr(0, 3);
        if (const int unit = chinese_unit(character); unit != 0) {
            if (unit >= last_unit || (pending < 1 && (unit != 10 || sum != 0))) return std::nullopt;
            sum += (pending < 0 ? 1 : pending) * unit;
            last_unit = unit;
            pending = -1;
        } else {
            const int digit = chinese_digit(character);
            if (digit < 0 || pending > 0) return std::nullopt;
            pending = digit;
        }
    }
    return sum + std::max(pending, 0);
}

std::optional<int> read_digit_by_digit(std::string_view text) {
    int value = 0;
    for (; !text.empty(); text.remove_prefix(3)) {
        const int digit = chinese_digit(text.substr(0, 3));
        if (digit < 0) return std::nullopt;
        value = value * 10 + digit;
    }
    return value;
}

}  // namespace

std::string fold_name(std::string_view text) {
    if (!is_plain(text)) return fold_unicode(text);
    std::string out(text);
    out.erase(std::remove_if(out.begin(), out.end(), is_ascii_space), out.end());
    return out;
}

bool is_blank(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        const bool ideograph = step.code >= 0x4E00 && step.code <= 0x9FFF;
        if (ideograph || (step.code > 0x20 && step.code < 0x7F)) return false;
        at += step.size;
    }
    return fold_name(text).empty();
}

std::string fold_number(std::string_view text) {
    if (is_digits(text)) return std::string(text);
    if (is_plain_number(text)) return upper_case(std::string(text));
    std::string folded;
    if (text.size() > trimmed_bytes_max) {
        folded = upper_case(fold_name(text));
        if (folded.size() > trimmed_bytes_max) return folded;
        text = folded;
    }
    // What is left out may have kept characters apart that compose, or brackets that are a sign together.
    std::string once = folded_once(text);
    for (std::string again = folded_once(once); again != once; again = folded_once(once)) once = std::move(again);
    return once;
}

bool is_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_leading_zeros(std::string_view digits) {
    while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
    return digits;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
    if (!text.ends_with(suffix)) return false;
    text.remove_suffix(suffix.size());
    return true;
}

std::optional<int> parse_chinese_integer(std::string_view text) {
    if (is_digits(text)) {
        const auto digits = without_leading_zeros(text);
        int value = 0;
        std::from_chars(digits.data(), digits.data() + std::min<std::size_t>(digits.size(), 5), value);
        return digits.size() > 4 ? std::nullopt : std::optional<int>(value);
    }
    // Every numeral is three bytes of UTF-8; seven of them write any number below 10,000.
    if (text.empty() || text.size() % 3 != 0 || text.size() > 7u * 3u) return std::nullopt;
    bool units = false;
    for (std::size_t i = 0; i < text.size(); i += 3) units = units || chinese_unit(text.substr(i, 3)) != 0;
    if (units) return read_with_units(text);
    return text.size() > 4u * 3u ? std::nullopt : read_digit_by_digit(text);
}

Error bad_number(std::string_view text, std::string_view what, std::string_view cure) {
    constexpr std::size_t shown_bytes_max = 60;
    auto end = std::min(text.size(), shown_bytes_max);
    // Never inside a character.
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
    std::string shown(text.substr(0, end));
    if (end < text.size()) shown += "…";
    return {ErrorCode::bad_number, "'" + shown + "' is not " + std::string(what), "", std::string(cure)};
}

}  // namespace minglu
