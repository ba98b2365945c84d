#include "catalog/search/candidate.hpp"

namespace minglu {
namespace {

/// Whether a byte belongs to a character of a word: neither a space nor of a Chinese character.
bool is_of_word(std::string_view text, std::size_t at) {
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u) --at;
    const char32_t code = utf8_at(text, at).code;
    return code != U' ' && !is_cjk(code);
}

/// Whether a word goes on over the border in front of byte `at`.
bool is_inside_word(std::string_view text, std::size_t at) {
    return at > 0 && at < text.size() && is_of_word(text, at - 1) && is_of_word(text, at);
}

/// Behind what is written as `closed` from `at` on.
std::optional<std::size_t> end_of_closed_up(std::string_view name, std::string_view closed, std::size_t at) {
    for (std::size_t i = 0; i < closed.size(); ++at) {
        if (at == name.size()) return std::nullopt;
        const bool is_gap = i > 0 && name[at] == ' ' && is_of_word(name, at - 1) && is_of_word(name, at + 1);
        if (is_gap) continue;
        if (name[at] != closed[i++]) return std::nullopt;
    }
    return at;
}

}  // namespace

std::optional<Stretch> find_closed_up(std::string_view name, std::string_view closed, bool unfinished,
                                      std::size_t from) {
    if (closed.empty()) return std::nullopt;
    for (std::size_t at = name.find(closed.front(), from); at != std::string_view::npos;
         at = name.find(closed.front(), at + 1)) {
        if (is_inside_word(name, at)) continue;
        const auto end = end_of_closed_up(name, closed, at);
        if (end && (unfinished || !is_inside_word(name, *end))) return Stretch{at, *end};
    }
    return std::nullopt;
}

std::size_t find_unit(std::string_view text, std::string_view unit, bool unfinished, std::size_t from) {
    if (unit.empty()) return std::string_view::npos;
    for (std::size_t at = text.find(unit, from); at != std::string_view::npos; at = text.find(unit, at + 1)) {
        if (!is_inside_word(text, at) && (unfinished || !is_inside_word(text, at + unit.size()))) return at;
    }
    return std::string_view::npos;
}

}  // namespace minglu
