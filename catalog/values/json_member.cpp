// Members of canonical JSON objects, found by scanning: the text is known to be well-formed and without white space.
#include "minglu/json_text.hpp"

namespace minglu {

namespace {

/// Position just after the string that opens at `at`.
std::size_t after_string(std::string_view text, std::size_t at) {
    for (std::size_t from = at + 1;;) {
        const std::size_t quote = text.find('"', from);
        if (quote == std::string_view::npos) return text.size();
        std::size_t escapes = 0;
        while (text[quote - 1 - escapes] == '\\') ++escapes;
        if (escapes % 2 == 0) return quote + 1;
        from = quote + 1;
    }
}

/// Position just after the value that starts at `at`.
std::size_t after_value(std::string_view text, std::size_t at) {
    int depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = after_string(text, at);
            if (depth == 0) return at;
            continue;
        }
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') {
            if (depth == 0) return at;
            if (--depth == 0) return at + 1;
        }
        if (c == ',' && depth == 0) return at;
        ++at;
    }
    return text.size();
}

/// Calls visit(name, value) until it returns false.
template <class Visit>
void scan(std::string_view object, Visit visit) {
    std::size_t at = 1;
    while (at < object.size() && object[at] == '"') {
        const std::size_t name_end = after_string(object, at);
        const std::string_view name = object.substr(at + 1, name_end - at - 2);
        const std::size_t value_end = after_value(object, name_end + 1);
        if (!visit(name, object.substr(name_end + 1, value_end - name_end - 1))) return;
        at = value_end + 1;
    }
}

}  // namespace

std::string_view member_of(std::string_view object, std::string_view member) {
    std::string_view found;
    scan(object, [&](std::string_view name, std::string_view value) {
        if (name != member) return true;
        found = value;
        return false;
    });
    return found;
}

void visit_members(std::string_view object, const std::function<void(std::string_view, std::string_view)>& visit) {
    scan(object, [&](std::string_view name, std::string_view value) {
        visit(name, value);
        return true;
    });
}

}  // namespace minglu
