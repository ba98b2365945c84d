#include "src/cli/text_width.hpp"

#include <unicode/uchar.h>

#include <algorithm>

#include "catalog/text/utf8.hpp"

namespace minglu::cli {

namespace {

bool is_whole(std::string_view text, std::size_t at, const Utf8Step& step) {
    if (step.code < 0x80) return true;
    if (step.size == 1 || step.code > 0x10FFFF || (step.code >= 0xD800 && step.code < 0xE000)) return false;
    for (std::size_t i = 1; i < step.size; ++i)
        if ((static_cast<unsigned char>(text[at + i]) & 0xC0u) != 0x80u) return false;
    return true;
}

std::size_t width_of(char32_t code) {
    const auto character = static_cast<UChar32>(code);
    switch (u_charType(character)) {
        case U_NON_SPACING_MARK:
        case U_ENCLOSING_MARK:
        case U_FORMAT_CHAR:
        case U_CONTROL_CHAR:
            return 0;
        default:
            break;
    }
    const int width = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

bool is_obeyed(char32_t code) {
    switch (u_charType(static_cast<UChar32>(code))) {
        case U_CONTROL_CHAR:
        case U_FORMAT_CHAR:
        case U_LINE_SEPARATOR:
        case U_PARAGRAPH_SEPARATOR:
        case U_SURROGATE:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        width += width_of(step.code);
        at += step.size;
    }
    return width;
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        Utf8Step step = utf8_at(text, at);
        const bool whole = is_whole(text, at, step);
        if (!whole) step.size = 1;
        if (!whole || is_obeyed(step.code)) {
            if (!out.empty() && out.back() != ' ') out += ' ';
        } else if (step.code != ' ' || !out.empty()) {
            out.append(text.substr(at, step.size));
        }
        at += step.size;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::string fit(std::string_view text, std::size_t columns) {
    if (display_width(text) <= columns) return std::string(text);
    if (columns == 0) return {};
    std::string out;
    std::size_t used = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        const std::size_t width = width_of(step.code);
        if (used + width > columns - 1) break;
        used += width;
        out.append(text.substr(at, step.size));
        at += step.size;
    }
    return out + "…";
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines;
    std::string line;
    std::size_t used = 0;
    std::size_t space_at = std::string::npos;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        const std::size_t width = width_of(step.code);
        if (used + width > columns && used > 0) {
            std::string rest;
            if (step.code != ' ' && space_at != std::string::npos) {
                rest = line.substr(space_at + 1);
                line.resize(space_at);
            }
            lines.push_back(std::move(line));
            line = std::move(rest);
            used = display_width(line);
            space_at = std::string::npos;
            if (step.code == ' ') {
                at += step.size;
                continue;
            }
        }
        if (step.code == ' ') space_at = line.size();
        line.append(text.substr(at, step.size));
        used += width;
        at += step.size;
    }
    lines.push_back(std::move(line));
    return lines;
}

std::string padded(std::string text, std::size_t columns) {
    const std::size_t width = display_width(text);
    text.append(columns - std::min(columns, width), ' ');
    return text;
}

}  // namespace minglu::cli
