#include "src/store/sqlite/search_text.hpp"

#include <string_view>

namespace minglu {
namespace {

bool stays_as_it_is(unsigned char byte) {
    return byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '#' || byte == '.' ||
           byte == '/' || byte == '-' || byte == '_';
}

void append_token(std::string& out, std::string_view term) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char c : term) {
        const auto byte = static_cast<unsigned char>(c);
        if (stays_as_it_is(byte)) {
            out.push_back(c);
        } else {
            out.push_back('~');
            out.push_back(digits[byte >> 4]);
            out.push_back(digits[byte & 15]);
        }
    }
}

void file(std::string& out, std::string_view mark, std::string_view value) {
    if (value.empty()) return;
    if (!out.empty()) out.push_back(' ');
    out.append(mark);
    append_token(out, value);
}

void ask(std::string& out, std::string_view mark, std::string_view value, bool prefix = false) {
    if (value.empty()) return;
    out.append(out.empty() ? "\"" : " \"").append(mark);
    append_token(out, value);
    out.append(prefix ? "\" *" : "\"");
}

}  // namespace

std::string search_text(const EntryKey& key, const Period& period) {
    std::string out;
    out.reserve(period.terms.size() * 8 + 96);
    for (const std::string& term : period.terms) file(out, "", term);
    const KeyParts parts = parts_of(key);
    file(out, "~k", name(parts.kind));
    file(out, "~n", parts.nice_class);
    file(out, "~l", period.listing);
    file(out, "~s", period.legal_status);
    const std::string_view region = period.region;
    for (std::size_t size = 2; size < region.size(); size += 2) file(out, "~r", region.substr(0, size));
    file(out, "~r", region);
    file(out, "~t", period.subtype);
    file(out, "~g", period.category);
    file(out, "~h", period.home);
    return out;
}

std::string match_expression(const EntryQuery& query) {
    std::string out;
    for (const EntryQuery::Term& term : query.terms) ask(out, "", term.text, term.prefix);
    if (query.kind) ask(out, "~k", name(*query.kind));
    ask(out, "~n", query.nice_class);
    ask(out, "~l", query.listing);
    ask(out, "~s", query.legal_status);
    ask(out, "~r", query.region_prefix, query.region_prefix.size() % 2 != 0);
    ask(out, "~t", query.subtype);
    ask(out, "~g", query.category);
    ask(out, "~h", query.home);
    return out;
}

}  // namespace minglu
