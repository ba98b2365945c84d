#pragma once
/// Stepping through text that is known to be UTF-8, without a library call per character.
#include <cstddef>
#include <string>
#include <string_view>

namespace minglu {

/// One character and the bytes it takes; a byte that starts no whole character counts as U+FFFD, one byte long.
struct Utf8Step {
    char32_t code = 0;
    std::size_t size = 1;
};

[[nodiscard]] inline Utf8Step utf8_at(std::string_view text, std::size_t at) {
    constexpr Utf8Step wrong{0xFFFD, 1};
    const auto byte = [&](std::size_t offset) {
        return static_cast<char32_t>(static_cast<unsigned char>(text[at + offset]));
    };
    const char32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t left = text.size() - at;
    // Nearly all of Chinese text.
    if ((lead & 0xF0u) == 0xE0u && left >= 3 && (byte(1) & 0xC0u) == 0x80u && (byte(2) & 0xC0u) == 0x80u) {
        return {((lead & 0x0Fu) << 12) | ((byte(1) & 0x3Fu) << 6) | (byte(2) & 0x3Fu), 3};
    }
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC0 || left < size) return wrong;
    char32_t code = lead & (0x7Fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0u) != 0x80u) return wrong;
        code = (code << 6) | (byte(i) & 0x3Fu);
    }
    return {code, size};
}

inline void append_utf8(std::string& out, char32_t code) {
    char bytes[4];
    std::size_t size = 0;
    const auto push = [&](char32_t byte) { bytes[size++] = static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) {
        push(code);
    } else if (code < 0x800) {
        push(0xC0u | (code >> 6));
        push(0x80u | (code & 0x3Fu));
    } else if (code < 0x10000) {
        push(0xE0u | (code >> 12));
        push(0x80u | ((code >> 6) & 0x3Fu));
        push(0x80u | (code & 0x3Fu));
    } else {
        push(0xF0u | (code >> 18));
        push(0x80u | ((code >> 12) & 0x3Fu));
        push(0x80u | ((code >> 6) & 0x3Fu));
        push(0x80u | (code & 0x3Fu));
    }
    out.append(bytes, size);
}

/// Chinese, Japanese and Korean characters that are written without spaces between words.
[[nodiscard]] constexpr bool is_cjk(char32_t code) {
    return (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0x3400 && code <= 0x4DBF) || code == 0x3005 ||
           code == 0x3007 || (code >= 0x3040 && code <= 0x30FF) || (code >= 0xAC00 && code <= 0xD7AF) ||
           (code >= 0xF900 && code <= 0xFAFF) || (code >= 0x20000 && code <= 0x3FFFF);
}

}  // namespace minglu
