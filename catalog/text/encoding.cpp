#include "catalog/text/encoding.hpp"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

namespace minglu {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::string_view utf16_little = "\xFF\xFE";
constexpr std::string_view utf16_big = "\xFE\xFF";

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

unsigned byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

/// Bytes of the well-formed character at `at` (RFC 3629 §4); 0 = ill-formed, -1 = may become one with more bytes.
int utf8_length(std::string_view text, std::size_t at) {
    const unsigned lead = byte_at(text, at);
    if (lead < 0x80) return 1;
    int length = 0;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    } else {
        return 0;
    }
    for (int i = 1; i < length; ++i) {
        const std::size_t next = at + static_cast<std::size_t>(i);
        if (next >= text.size()) return -1;
        const unsigned byte = byte_at(text, next);
        if (byte < low || byte > high) return 0;
        low = 0x80;
        high = 0xBF;
    }
    return length;
}

/// GB 18030-2022 moved 18 characters out of the private use area; converters of the 2005 tables still give the old
/// ones.
char16_t to_2022(char16_t unit) {
    struct Move {
        char16_t from, to;
    };
    constexpr std::array<Move, 18> moves{{{0xE78D, 0xFE10},
                                          {0xE78E, 0xFE12},
                                          {0xE78F, 0xFE11},
                                          {0xE790, 0xFE13},
                                          {0xE791, 0xFE14},
                                          {0xE792, 0xFE15},
                                          {0xE793, 0xFE16},
                                          {0xE794, 0xFE17},
                                          {0xE795, 0xFE18},
                                          {0xE796, 0xFE19},
                                          {0xE81E, 0x9FB4},
                                          {0xE826, 0x9FB5},
                                          {0xE82B, 0x9FB6},
                                          {0xE82C, 0x9FB7},
                                          {0xE832, 0x9FB8},
                                          {0xE843, 0x9FB9},
                                          {0xE854, 0x9FBA},
                                          {0xE864, 0x9FBB}}};
    if (unit < moves.front().from || unit > moves.back().from) return unit;
    for (const Move& move : moves) {
        if (move.from == unit) return move.to;
    }
    return unit;
}

struct CloseConverter {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

Converter open_converter(const char* charset) {
    UErrorCode status = U_ZERO_ERROR;
    Converter converter{ucnv_open(charset, &status)};
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no converter for ") + charset);
    ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    if (U_FAILURE(status)) throw std::runtime_error("ICU refuses to report wrong bytes");
    return converter;
}

void append_utf16(std::string& out, char16_t unit, std::optional<char16_t>& high) {
    const auto push = [&](unsigned byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        high = unit;
        return;
    }
    if (high && unit >= 0xDC00 && unit <= 0xDFFF) {
        const unsigned code = 0x10000u + ((static_cast<unsigned>(*high) - 0xD800u) << 10) + (unit - 0xDC00u);
        high.reset();
        push(0xF0u | (code >> 18));
        push(0x80u | ((code >> 12) & 0x3Fu));
        push(0x80u | ((code >> 6) & 0x3Fu));
        push(0x80u | (code & 0x3Fu));
        return;
    }
    const unsigned code = to_2022(unit);
    if (code < 0x80) {
        push(code);
    } else if (code < 0x800) {
        push(0xC0u | (code >> 6));
        push(0x80u | (code & 0x3Fu));
    } else {
        push(0xE0u | (code >> 12));
        push(0x80u | ((code >> 6) & 0x3Fu));
        push(0x80u | (code & 0x3Fu));
    }
}

}  // namespace

std::string_view name(Encoding encoding) {
    switch (encoding) {
        case Encoding::detect:
            return "auto";
        case Encoding::utf8:
            return "utf-8";
        case Encoding::gb18030:
            return "gb18030";
    }
    return "auto";
}

Result<Encoding> parse_encoding(std::string_view text) {
    std::string lower;
    for (const char c : text) {
        lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    if (lower == "auto" || lower.empty()) return Encoding::detect;
    if (lower == "utf-8" || lower == "utf8") return Encoding::utf8;
    if (lower == "gb18030" || lower == "gbk" || lower == "gb2312") return Encoding::gb18030;
    return fail({ErrorCode::bad_request, "encoding " + lower + " is not known", "", "use auto, utf-8 or gb18030"});
}

std::size_t valid_utf8_prefix(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (is_ascii(text[at])) {
            ++at;
            continue;
        }
        const int length = utf8_length(text, at);
        if (length <= 0) break;
        at += static_cast<std::size_t>(length);
    }
    return at;
}

struct Decoder::State {
    Encoding asked = Encoding::detect;
    Encoding found = Encoding::detect;
    bool at_start = true;      ///< the byte order mark has not been looked for yet
    bool is_utf16 = false;     ///< begins with the mark of UTF-16, which is neither UTF-8 nor GB 18030
    std::string held;          ///< bytes not decided upon, or the start of a character
    std::uint64_t offset = 0;  ///< bytes before `held`
    std::uint64_t line = 1;    ///< line on which `held` begins
    Converter converter;
    std::optional<char16_t> high;

    Error bad(std::string_view charset, std::uint64_t byte, std::uint64_t on_line, std::string_view what) const {
        return {ErrorCode::bad_encoding,
                is_utf16 ? "the file is UTF-16 (Unicode text), which is not read"
                         : "not " + std::string(charset) + ": " + std::string(what),
                "line " + std::to_string(on_line) + ", byte " + std::to_string(byte + 1),
                "save the file as UTF-8 (CSV UTF-8) or GB18030"};
    }

    void pass(std::string_view bytes, std::string& out) {
        out.append(bytes);
        count(bytes);
    }
    void count(std::string_view bytes) {
        offset += bytes.size();
        line += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    }

    Result<void> decode_utf8(bool last, std::string& out) {
        const std::string_view bytes = held;
        const std::size_t good = valid_utf8_prefix(bytes);
        pass(bytes.substr(0, good), out);
        if (good < bytes.size()) {
            const bool cut_short = utf8_length(bytes, good) < 0;
            if (last && cut_short) return fail(bad("UTF-8", offset, line, "the last character is cut short"));
            if (!cut_short) {
                const std::string hex = to_hex_byte(bytes[good]);
                return fail(bad("UTF-8", offset, line, "byte " + hex + " cannot stand there"));
            }
        }
        held.erase(0, good);
        return {};
    }

    static std::string to_hex_byte(char c) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        const unsigned byte = static_cast<unsigned char>(c);
        return {'0', 'x', digits[byte >> 4], digits[byte & 15u]};
    }

    Result<void> decode_gb18030(bool last, std::string& out) {
        if (!converter) converter = open_converter("gb18030");
        std::array<char16_t, 4096> units{};
        const char* source = held.data();
        const char* const end = source + held.size();
        UErrorCode status = U_ZERO_ERROR;
        do {
            status = U_ZERO_ERROR;
            char16_t* target = units.data();
            ucnv_toUnicode(converter.get(), &target, units.data() + units.size(), &source, end, nullptr,
                           static_cast<UBool>(last), &status);
            for (const char16_t* unit = units.data(); unit != target; ++unit) append_utf16(out, *unit, high);
        } while (status == U_BUFFER_OVERFLOW_ERROR);
        const auto read = static_cast<std::size_t>(source - held.data());
        if (U_FAILURE(status)) {
            std::array<char, 8> wrong{};
            auto wrong_size = static_cast<std::int8_t>(wrong.size());
            UErrorCode ignored = U_ZERO_ERROR;
            ucnv_getInvalidChars(converter.get(), wrong.data(), &wrong_size, &ignored);
            count(std::string_view(held).substr(0, read));
            const auto back = static_cast<std::uint64_t>(std::max<int>(wrong_size, 0));
            return fail(bad("GB18030", offset - std::min(offset, back), line,
                            status == U_TRUNCATED_CHAR_FOUND
                                ? "the last character is cut short"
                                : "byte " + to_hex_byte(wrong[0]) + " cannot stand there"));
        }
        count(held);
        held.clear();
        return {};
    }

    /// Looks at what is held; `found` stays `detect` while more bytes are needed.
    void decide(bool last) {
        if (found != Encoding::detect) return;
        const bool enough = last || held.size() >= encoding_sample_bytes;
        if (!enough) return;
        const std::string_view sample = std::string_view(held).substr(0, encoding_sample_bytes);
        const std::size_t good = valid_utf8_prefix(sample);
        const bool cut_by_sample = good < sample.size() && utf8_length(sample, good) < 0;
        const bool more_follows = held.size() > sample.size() || !last;
        found = good == sample.size() || (cut_by_sample && more_follows) ? Encoding::utf8 : Encoding::gb18030;
    }

    /// True once the mark was looked for.
    bool skip_mark(bool last) {
        if (!at_start) return true;
        if (!last && held.size() < utf8_mark.size() && utf8_mark.substr(0, held.size()) == held) return false;
        if (!last && held.size() == 1 && (held == utf16_little.substr(0, 1) || held == utf16_big.substr(0, 1)))
            return false;
        at_start = false;
        is_utf16 = held.starts_with(utf16_little) || held.starts_with(utf16_big);
        if (asked != Encoding::gb18030 && std::string_view(held).substr(0, utf8_mark.size()) == utf8_mark) {
            found = Encoding::utf8;
            count(utf8_mark);
            held.erase(0, utf8_mark.size());
        }
        return true;
    }

    Result<void> run(bool last, std::string& out) {
        if (!skip_mark(last)) return {};
        if (found == Encoding::detect) {
            const auto first = std::find_if(held.begin(), held.end(), [](char c) { return !is_ascii(c); });
            const auto ascii = static_cast<std::size_t>(first - held.begin());
            pass(std::string_view(held).substr(0, ascii), out);
            held.erase(0, ascii);
            if (held.empty()) return {};
            decide(last);
        }
        if (found == Encoding::utf8) return decode_utf8(last, out);
        if (found == Encoding::gb18030) return decode_gb18030(last, out);
        return {};
    }
};

Decoder::Decoder(Encoding encoding) : state_(std::make_unique<State>()) {
    state_->asked = encoding;
    state_->found = encoding;
}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

Result<void> Decoder::feed(std::string_view bytes, std::string& out) {
    state_->held.append(bytes);
    return state_->run(false, out);
}

Result<void> Decoder::finish(std::string& out) {
    return state_->run(true, out);
}

Encoding Decoder::encoding() const {
    return state_->found;
}

Result<std::string> to_utf8(std::string_view bytes, Encoding encoding) {
    Decoder decoder{encoding};
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 2);
    if (auto fed = decoder.feed(bytes, out); !fed) return fail(fed.error());
    if (auto ended = decoder.finish(out); !ended) return fail(ended.error());
    return out;
}

Result<std::string> to_gb18030(std::string_view text) {
    if (valid_utf8_prefix(text) != text.size()) {
        return fail({ErrorCode::bad_encoding, "text is not UTF-8",
                     "byte " + std::to_string(valid_utf8_prefix(text) + 1), "give valid UTF-8"});
    }
    const Converter from = open_converter("UTF-8");
    const Converter to = open_converter("gb18030");
    std::string out(text.size() * 4 + 16, '\0');
    char* target = out.data();
    const char* source = text.data();
    std::array<UChar, 1024> pivot{};
    UChar* pivot_read = pivot.data();
    UChar* pivot_write = pivot.data();
    UErrorCode status = U_ZERO_ERROR;
    ucnv_convertEx(to.get(), from.get(), &target, out.data() + out.size(), &source, source + text.size(), pivot.data(),
                   &pivot_read, &pivot_write, pivot.data() + pivot.size(), static_cast<UBool>(true),
                   static_cast<UBool>(true), &status);
    if (U_FAILURE(status)) {
        return fail(
            {ErrorCode::bad_encoding, "text has a character that GB18030 does not hold", "", "export as UTF-8"});
    }
    out.resize(static_cast<std::size_t>(target - out.data()));
    return out;
}

}  // namespace minglu
