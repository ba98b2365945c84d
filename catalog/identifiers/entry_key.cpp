#include "catalog/identifiers/entry_key.hpp"

#include <algorithm>

#include "catalog/identifiers/gi.hpp"
#include "catalog/identifiers/number_text.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {

namespace {

Result<EntryKey> make_mark_key(Kind kind, std::string_view number, std::string_view nice_class) {
    const auto parsed = parse_trademark_number(number);
    if (!parsed) return tl::unexpected(parsed.error());
    if (is_blank(nice_class))
        return fail({ErrorCode::missing_value, "trademark " + *parsed + " has no class", "",
                     "give the Nice class: one number in two classes is two entries"});
    const auto parsed_class = parse_nice_class(nice_class);
    if (!parsed_class) return tl::unexpected(parsed_class.error());
    return EntryKey{std::string(name(kind)) + "/" + *parsed + "/" + *parsed_class};
}

bool has_ideograph(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        if (is_cjk(step.code)) return true;
        at += step.size;
    }
    return false;
}

/// The key that the number and class of a well-formed key should have given.
Result<EntryKey> made_again(const KeyParts& parts) {
    if (parts.kind == Kind::patent) {
        if (!parts.nice_class.empty())
            return fail({ErrorCode::bad_value, "the key of a patent has no class", "", "write patent/number"});
        return make_patent_key(parts.number);
    }
    if (parts.kind == Kind::trademark) return make_trademark_key(parts.number, parts.nice_class);
    if (!parts.nice_class.empty()) return make_gi_mark_key(parts.number, parts.nice_class);
    return parse_agi_number(parts.number) ? make_agi_key(parts.number) : make_gi_product_key(parts.number);
}

/// "AGI3244" with the zeros that were left out; empty where that is none.
std::string filled_agi_number(std::string_view folded) {
    constexpr std::size_t digits_count = 5;
    if (!take_prefix(folded, "AGI") || !is_digits(folded) || folded.size() >= digits_count) return {};
    return "AGI" + std::string(digits_count - folded.size(), '0') + std::string(folded);
}

}  // namespace

Result<EntryKey> make_patent_key(std::string_view number) {
    const auto parsed = parse_patent_number(number);
    if (!parsed) return tl::unexpected(parsed.error());
    return EntryKey{"patent/" + parsed->number};
}

Result<EntryKey> make_trademark_key(std::string_view number, std::string_view nice_class) {
    return make_mark_key(Kind::trademark, number, nice_class);
}

Result<EntryKey> make_gi_mark_key(std::string_view number, std::string_view nice_class) {
    return make_mark_key(Kind::gi, number, nice_class);
}

Result<EntryKey> make_agi_key(std::string_view number) {
    const auto parsed = parse_agi_number(number);
    if (!parsed) return tl::unexpected(parsed.error());
    return EntryKey{"gi/" + *parsed};
}

Result<EntryKey> make_gi_product_key(std::string_view product_name) {
    const auto folded = fold_name(product_name);
    const auto refuse = [&](const char* why, const char* cure) {
        return fail({ErrorCode::bad_value, "'" + folded + "' cannot name a product: " + why, "", cure});
    };
    if (folded.empty())
        return fail({ErrorCode::missing_value, "the product has no name", "", "give the name of the product"});
    if (folded.find('/') != std::string::npos)
        return refuse("it holds a /", "make an entry for each product, or leave the / out");
    if (folded.find("\xEF\xBF\xBD") != std::string::npos)
        return refuse("it is not UTF-8", "convert the file to UTF-8 first");
    if (parse_agi_number(folded)) return refuse("it is a certificate number", "make the key of an agricultural GI");
    // A product is named by characters: anything else is a number that was mistyped.
    if (!has_ideograph(folded) && folded.find_first_of("0123456789") != std::string::npos)
        return refuse("it has a digit and no Chinese character", "give the certificate as AGI and five digits");
    return parse_entry_key("gi/" + folded);
}

Result<EntryKey> normal_entry_key(std::string_view typed) {
    const auto form = parse_entry_key(fold_name(typed));
    if (!form) return tl::unexpected(form.error());
    return made_again(parts_of(*form));
}

Result<void> check_entry_key(const EntryKey& key) {
    const auto made = normal_entry_key(key.value());
    if (!made) return tl::unexpected(made.error());
    if (*made != key)
        return fail({ErrorCode::bad_value, "key " + key.value() + " is not in its normalised spelling", "",
                     "write " + made->value()});
    return {};
}

std::vector<std::string> number_candidates(std::string_view text) {
    // Twice what the longest spelling of a number takes, full-width and with spaces.
    constexpr std::size_t bytes_max = 120;
    std::vector<std::string> out;
    if (text.size() > bytes_max) return out;
    const auto add = [&](const Result<std::string>& candidate) {
        if (candidate && std::find(out.begin(), out.end(), *candidate) == out.end()) out.push_back(*candidate);
    };
    const auto number_of = [](const PatentNumber& patent) { return patent.number; };
    add(parse_patent_number(text).map(number_of));
    // Seven or nine bare digits may be a publication number whose CN was left out.
    const auto folded = fold_number(text);
    if (is_digits(folded)) add(parse_patent_number("CN" + folded).map(number_of));
    add(parse_trademark_number(text));
    add(parse_agi_number(text));
    add(parse_agi_number(filled_agi_number(folded)));
    add(parse_announcement_number(text));
    return out;
}

}  // namespace minglu
