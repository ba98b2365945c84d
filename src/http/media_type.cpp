#include "src/http/media_type.hpp"

#include <algorithm>
#include <string>

namespace minglu {

namespace {

std::string_view trim(std::string_view text) {
    constexpr std::string_view blank = " \t";
    const std::size_t begin = std::min(text.find_first_not_of(blank), text.size());
    const std::size_t end = text.find_last_not_of(blank);
    return end == std::string_view::npos ? std::string_view{} : text.substr(begin, end + 1 - begin);
}

/// The part before the next separator, which is taken off `rest`.
std::string_view take_part(std::string_view& rest, char separator) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view part = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return out;
}

struct Range {
    std::string type;
    std::string version;  ///< empty = not given
    bool refused = false;
};

Range parse_range(std::string_view text) {
    Range range;
    range.type = lower(take_part(text, ';'));
    while (!text.empty()) {
        std::string_view value = take_part(text, ';');
        const std::string name = lower(take_part(value, '='));
        if (value.size() > 1 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        if (name == "v") range.version = value;
        if (name == "q") range.refused = value.find_first_not_of("0.") == std::string_view::npos;
    }
    return range;
}

/// 3 = exactly the type, 2 = application/*, 1 = */*, 0 = another.
int closeness(const Range& range, std::string_view type) {
    if (range.type == type) return 3;
    if (range.type == std::string(type.substr(0, type.find('/'))) + "/*") return 2;
    return range.type == "*/*" ? 1 : 0;
}

}  // namespace

bool accepts(std::string_view accept, std::string_view type, std::string_view version) {
    if (trim(accept).empty()) return true;
    int best = 0;
    bool taken = false;
    while (!accept.empty()) {
        const Range range = parse_range(take_part(accept, ','));
        const int close = closeness(range, type);
        if (close == 0 || close < best || (!range.version.empty() && range.version != version)) continue;
        taken = close > best ? !range.refused : taken || !range.refused;
        best = close;
    }
    return taken;
}

bool is_media_type(std::string_view content_type, std::string_view type, std::string_view version) {
    const Range range = parse_range(content_type);
    return range.type == type && (range.version.empty() || range.version == version);
}

}  // namespace minglu
