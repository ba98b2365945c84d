#include "src/http/message.hpp"

#include <simdjson.h>

#include <charconv>

namespace minglu {

namespace {

/// The only value of a parameter; none when it is absent.
Result<std::optional<std::string>> single(const HttpRequest& request, const std::string& name) {
    const auto range = request.query.equal_range(name);
    if (range.first == range.second) return std::nullopt;
    if (std::next(range.first) != range.second) {
        return fail({ErrorCode::bad_request, "given more than once", "query parameter " + name, "give it once"});
    }
    return range.first->second;
}

}  // namespace

std::string_view header(const HttpRequest& request, std::string_view name) {
    const auto found = request.headers.find(std::string(name));
    return found == request.headers.end() ? std::string_view{} : std::string_view{found->second};
}

bool is_gone(const HttpRequest& request) {
    return request.gone && request.gone();
}

Result<std::string> text_parameter(const HttpRequest& request, const std::string& name, std::string otherwise) {
    auto value = single(request, name);
    if (!value) return fail(std::move(value.error()));
    return value->value_or(std::move(otherwise));
}

Result<std::int64_t> integer_parameter(const HttpRequest& request, const std::string& name, std::int64_t otherwise,
                                       std::int64_t min, std::int64_t max) {
    const auto value = single(request, name);
    if (!value) return fail(value.error());
    if (!value->has_value()) return otherwise;
    const std::string& text = **value;
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc{} || end != text.data() + text.size() || number < min || number > max) {
        return fail({ErrorCode::bad_request, "not a whole number in range: " + text, "query parameter " + name,
                     "give a number from " + std::to_string(min) + " to " + std::to_string(max)});
    }
    return number;
}

Result<bool> flag_parameter(const HttpRequest& request, const std::string& name, bool otherwise) {
    const auto value = single(request, name);
    if (!value) return fail(value.error());
    if (!value->has_value()) return otherwise;
    const std::string& text = **value;
    if (text.empty() || text == "1" || text == "true") return true;
    if (text == "0" || text == "false") return false;
    return fail({ErrorCode::bad_request, "neither true nor false: " + text, "query parameter " + name, "give 1 or 0"});
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            unsigned value = 0;
            if (text.size() - i < 3) return std::nullopt;
            const char* const first = text.data() + i + 1;
            const auto [end, code] = std::from_chars(first, first + 2, value, 16);
            if (code != std::errc{} || end != first + 2) return std::nullopt;
            c = static_cast<char>(value);
            i += 2;
            if (value < 0x20 || value == 0x7F) {
                // A pasted search may hold a tab or a line end; a path never does.
                if (!plus_is_space || value == 0 || value == 0x7F) return std::nullopt;
            }
        } else if (plus_is_space && c == '+') {
            c = ' ';
        }
        out += c;
    }
    if (!simdjson::validate_utf8(out.data(), out.size())) return std::nullopt;
    return out;
}

}  // namespace minglu
