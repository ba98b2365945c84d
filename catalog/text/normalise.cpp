#include "catalog/text/normalise.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <stdexcept>

#include "catalog/text/encoding.hpp"
#include "catalog/text/han_fold.hpp"
#include "catalog/text/utf8.hpp"
#include "catalog/text/zero_circles.hpp"

namespace minglu {
namespace {

std::string normalised(const icu::Normalizer2& form, std::string_view text) {
    std::string out;
    out.reserve(text.size());
    icu::StringByteSink<std::string> sink{&out};
    UErrorCode status = U_ZERO_ERROR;
    form.normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr, status);
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU normalisation: ") + u_errorName(status));
    return out;
}

const icu::Normalizer2& instance(const icu::Normalizer2* (*get)(UErrorCode&)) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* form = get(status);
    if (U_FAILURE(status)) throw std::runtime_error("ICU lacks its normalisation data");
    return *form;
}

bool is_white(char32_t code) {
    return code == 0x20 || (code >= 0x09 && code <= 0x0D) || code == 0x85 || code == 0xA0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F ||
           code == 0x3000;
}

bool is_invisible(char32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xAD || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2060 && code <= 0x2064) || code == 0xFEFF;
}

bool is_unified_ideograph(char32_t code) {
    return (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0x3400 && code <= 0x4DBF);
}

/// ©, ®, ℠, ™: said of a name, no part of it.
bool is_mark_sign(char32_t code) {
    return code == 0xA9 || code == 0xAE || code == 0x2120 || code == 0x2122;
}

/// The character as folding leaves it where that needs no table: ASCII, its full-width forms, unified ideographs, the
/// usual Chinese punctuation (as a space). 0 = ask ICU.
char32_t fold_simple(char32_t code) {
    if (is_mark_sign(code)) return U' ';
    if (code >= 0xFF01 && code <= 0xFF5E) code -= 0xFEE0;
    if (code < 0x80) {
        if (code >= 'A' && code <= 'Z') return code - 'A' + 'a';
        return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') ? code : U' ';
    }
    if (is_unified_ideograph(code)) return code;
    const bool punctuation =
        (code >= 0x3000 && code <= 0x3003) || (code >= 0x3008 && code <= 0x3011) ||
        (code >= 0x3014 && code <= 0x301B) ||
        (code >= 0x2010 && code <= 0x2027 && code != 0x2024 && code != 0x2025 && code != 0x2026 && code != 0x2011) ||
        code == 0xB7;
    return punctuation ? U' ' : U'\0';
}

/// What stands between two items of a list, so that they are never one text.
bool is_list_sign(char32_t code) {
    return code == ',' || code == ';' || code == '\n' || code == 0x3001 || code == 0x3002 || code == 0xFF0C ||
           code == 0xFF1B;
}

/// How folded text is put together.
enum class Spelling {
    words,   ///< one space wherever something was left out
    search,  ///< see `append_searchable`
    marked,  ///< see `searchable_with_marks`
};

bool is_latin(char32_t code) {
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getScript(static_cast<UChar32>(code), &status) == USCRIPT_LATIN && U_SUCCESS(status);
}

/// é → e; whatever is no Latin letter with marks stays.
char32_t without_marks(char32_t code) {
    if (code < 0xC0 || is_cjk(code)) return code;
    static const icu::Normalizer2& form = instance(&icu::Normalizer2::getNFDInstance);
    icu::UnicodeString parts;
    if (!form.getDecomposition(static_cast<UChar32>(code), parts)) return code;
    const auto letter = static_cast<char32_t>(parts.char32At(0));
    return is_latin(letter) ? letter : code;
}

class Words {
public:
    /// `folded`: where to note what is folded, or null.
    Words(std::string& out, Spelling spelling, std::vector<FoldedCharacter>* folded)
        : out_(out), start_(out.size()), spelling_(spelling), folded_(folded) {}
    void put(char32_t code) {
        const char32_t written = code;
        if (spelling_ != Spelling::words) code = standard_character(code);
        if (spelling_ == Spelling::search) {
            if (is_mark_of_last(code)) return;
            code = without_marks(code);
        }
        if (out_.size() > start_ && is_apart(is_cjk(code))) out_.push_back(' ');
        gap_ = Gap::none;
        last_ = code;
        if (written != code && folded_ != nullptr && is_cjk(written))
            folded_->push_back({out_.size() - start_, written});
        append_utf8(out_, code);
    }
    void gap(char32_t sign) {
        if (gap_ != Gap::firm) gap_ = is_list_sign(sign) ? Gap::firm : Gap::loose;
    }
    void restart() {
        out_.resize(start_);
        if (folded_ != nullptr) folded_->clear();
        gap_ = Gap::none;
        last_ = 0;
    }

private:
    enum class Gap { none, loose, firm };
    [[nodiscard]] bool is_apart(bool chinese) const {
        if (gap_ != Gap::loose || spelling_ == Spelling::words) return gap_ != Gap::none;
        return !chinese && !is_cjk(last_);
    }
    /// Of a Latin letter, written behind it as a character of its own.
    [[nodiscard]] bool is_mark_of_last(char32_t code) const {
        if (code < 0x300 || gap_ != Gap::none) return false;
        return u_charType(static_cast<UChar32>(code)) == U_NON_SPACING_MARK && is_latin(last_);
    }

    std::string& out_;
    std::size_t start_;
    Spelling spelling_;
    std::vector<FoldedCharacter>* folded_;
    Gap gap_ = Gap::none;
    char32_t last_ = 0;  ///< character; 0 in front of the first
};

/// False when the text needs ICU.
bool fold_fast(Words& words, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        if (is_invisible(step.code) && !is_white(step.code)) {
            at += step.size;
            continue;
        }
        const char32_t folded = fold_simple(step.code);
        if (folded == U'\0') return false;
        if (folded == U' ') {
            words.gap(step.code);
        } else {
            words.put(folded);
        }
        at += step.size;
    }
    return true;
}

/// Also of ideographs that are younger than ICU's tables.
bool is_word_part(char32_t code) {
    if (is_cjk(code)) return true;
    constexpr std::uint32_t kept =
        U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK | U_GC_NL_MASK | U_GC_NO_MASK | U_GC_CO_MASK;
    return (U_GET_GC_MASK(static_cast<UChar32>(code)) & kept) != 0;
}

/// Also with a space for each sign that says something of a name.
std::string without_invisible(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        if (is_mark_sign(step.code))
            out.push_back(' ');
        else if (is_white(step.code) || !is_invisible(step.code))
            out.append(text.substr(at, step.size));
        at += step.size;
    }
    return out;
}

void fold_with_icu(Words& words, std::string_view text) {
    static const icu::Normalizer2& form = instance(&icu::Normalizer2::getNFKCCasefoldInstance);
    const std::string folded = normalised(form, without_invisible(text.substr(0, valid_utf8_prefix(text))));
    for (std::size_t at = 0; at < folded.size();) {
        const Utf8Step step = utf8_at(folded, at);
        if (is_word_part(step.code)) {
            words.put(step.code);
        } else {
            words.gap(step.code);
        }
        at += step.size;
    }
}

void append(std::string& out, std::string_view text, Spelling spelling, std::vector<FoldedCharacter>* folded = {}) {
    std::string zeros;
    if (spelling != Spelling::words && may_have_circle(text)) text = zeros = with_zeros(text);
    Words words{out, spelling, folded};
    if (fold_fast(words, text)) return;
    words.restart();
    fold_with_icu(words, text);
}

/// Full-width letters, digits and the signs that belong to numbers and Latin names.
char32_t narrow(char32_t code) {
    if (code < 0xFF01 || code > 0xFF5E) return code;
    const char32_t ascii = code - 0xFEE0;
    const bool alnum =
        (ascii >= '0' && ascii <= '9') || (ascii >= 'A' && ascii <= 'Z') || (ascii >= 'a' && ascii <= 'z');
    const bool sign = ascii == '.' || ascii == '/' || ascii == '&' || ascii == '+' || ascii == '-';
    return alnum || sign ? ascii : code;
}

/// Brackets as Chinese text writes them, or all punctuation as other text does.
char32_t punctuate(char32_t code, bool chinese) {
    if (chinese) return code == '(' ? U'\uFF08' : code == ')' ? U'\uFF09' : code;
    return code >= 0xFF01 && code <= 0xFF5E ? code - 0xFEE0 : code;
}

bool is_wide_bracket(char32_t code) {
    return code == 0xFF08 || code == 0xFF09;
}

struct Narrowed {
    std::string text;
    bool chinese = false;
    bool needs_nfc = false;
};

Narrowed narrowed(std::string_view text) {
    Narrowed out;
    out.text.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        at += step.size;
        if (is_invisible(step.code) && !is_white(step.code)) continue;
        const char32_t code = narrow(step.code);
        out.chinese = out.chinese || is_cjk(code);
        const bool settled = code < 0x300 || is_unified_ideograph(code) || (code >= 0x3000 && code <= 0x3020) ||
                             (code >= 0xFF00 && code <= 0xFF5F);
        out.needs_nfc = out.needs_nfc || !settled;
        append_utf8(out.text, code);
    }
    return out;
}

}  // namespace

std::string fold_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    append(out, text, Spelling::words);
    return out;
}

void append_searchable(std::string& out, std::string_view text, std::vector<FoldedCharacter>* folded) {
    append(out, text, Spelling::search, folded);
}

std::string searchable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    append(out, text, Spelling::search);
    return out;
}

std::string searchable_with_marks(std::string_view text) {
    std::string out;
    append(out, text, Spelling::marked);
    return out;
}

SearchableOrigin searchable_with_origin(std::string_view source) {
    SearchableOrigin out;
    std::string zeros;
    if (may_have_circle(source)) source = zeros = with_zeros(source);
    Words words{out.text, Spelling::search, &out.folded};
    std::uint32_t position = 0;
    for (std::size_t at = 0; at < source.size(); ++position) {
        const std::size_t size = utf8_at(source, at).size;
        const std::string_view character = source.substr(at, size);
        if (!fold_fast(words, character)) fold_with_icu(words, character);
        out.origin.resize(out.text.size(), position);
        at += size;
    }
    return out;
}

std::string tidy_cell(std::string_view text) {
    Narrowed in = narrowed(text.substr(0, valid_utf8_prefix(text)));
    if (in.needs_nfc) {
        static const icu::Normalizer2& form = instance(&icu::Normalizer2::getNFCInstance);
        in.text = normalised(form, in.text);
    }
    std::string out;
    out.reserve(in.text.size());
    bool gap = false;
    bool touches = true;  // nothing, or a full-width bracket, stands before
    for (std::size_t at = 0; at < in.text.size();) {
        const Utf8Step step = utf8_at(in.text, at);
        at += step.size;
        if (is_white(step.code)) {
            gap = true;
            continue;
        }
        const char32_t code = punctuate(step.code, in.chinese);
        const bool bracket = is_wide_bracket(code);
        if (gap && !touches && !bracket) out.push_back(' ');
        gap = false;
        touches = bracket;
        append_utf8(out, code);
    }
    return out;
}

}  // namespace minglu
