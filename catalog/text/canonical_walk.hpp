#pragma once
/// Walking over canonical JSON text (see minglu/json_text.hpp) without building a tree: for paths that are taken once
/// per entry of a bulk load. Text that is not canonical ends the walk; nothing is read beyond the end.
#include <cstddef>
#include <string>
#include <string_view>

#include "minglu/json_text.hpp"

namespace minglu {

/// Position of the quote that ends a string whose text starts at `at`; npos when there is none.
[[nodiscard]] inline std::size_t end_of_json_string(std::string_view json, std::size_t at) {
    while (true) {
        const std::size_t quote = json.find('"', at);
        if (quote == std::string_view::npos) return quote;
        const std::size_t escape = json.substr(at, quote - at).find('\\');
        if (escape == std::string_view::npos) return quote;
        at += escape + 2;
    }
}

/// Position behind the JSON value that starts at `at`; npos when the text ends before the value does.
[[nodiscard]] inline std::size_t end_of_json_value(std::string_view json, std::size_t at) {
    int depth = 0;
    while (at < json.size()) {
        const char c = json[at];
        if (c == '"') {
            at = end_of_json_string(json, at + 1);
            if (at == std::string_view::npos) return at;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return at;
            --depth;
        } else if (c == ',' && depth == 0) {
            return at;
        } else {
            ++at;
            continue;
        }
        ++at;
        if (depth == 0) return at;
    }
    return depth == 0 ? at : std::string_view::npos;
}

/// Calls `visit(name, value)` for each member of an object; `name` without quotes and with its escapes as they stand.
template <class Visit>
void for_each_json_member(std::string_view object, Visit&& visit) {
    if (object.empty() || object.front() != '{') return;
    std::size_t at = 1;
    while (at < object.size() && object[at] == '"') {
        const std::size_t name_end = end_of_json_value(object, at);
        if (name_end == std::string_view::npos || name_end >= object.size() || object[name_end] != ':') return;
        const std::size_t value_end = end_of_json_value(object, name_end + 1);
        if (value_end == std::string_view::npos) return;
        visit(object.substr(at + 1, name_end - at - 2), object.substr(name_end + 1, value_end - name_end - 1));
        at = value_end + 1;
    }
}

/// Calls `visit(value)` for each element of an array.
template <class Visit>
void for_each_json_element(std::string_view array, Visit&& visit) {
    if (array.size() < 3 || array.front() != '[') return;
    std::size_t at = 1;
    while (at < array.size() && array[at] != ']') {
        const std::size_t end = end_of_json_value(array, at);
        if (end == std::string_view::npos) return;
        visit(array.substr(at, end - at));
        at = end + 1;
    }
}

/// Text of a JSON string; `scratch` holds it when it has escapes. Empty for any other value.
[[nodiscard]] inline std::string_view json_text_view(std::string_view json, std::string& scratch) {
    if (json.size() < 2 || json.front() != '"') return {};
    const std::string_view inside = json.substr(1, json.size() - 2);
    if (inside.find('\\') == std::string_view::npos) return inside;
    scratch = text_of(json);
    return scratch;
}

}  // namespace minglu
