#include "catalog/text/terms.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "catalog/fields.hpp"
#include "catalog/text/analysis.hpp"
#include "catalog/text/canonical_walk.hpp"
#include "catalog/text/han_fold.hpp"
#include "catalog/text/name_terms.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/sounds.hpp"
#include "minglu/hash.hpp"

namespace minglu {
namespace {

constexpr std::array<std::string_view, 2> name_fields{"name", "name_en"};
constexpr std::array<std::string_view, 7> text_fields{"goods",       "notes",       "category",    "alt_text",
                                                      "region_name", "name_pinyin", "product_name"};

std::unordered_map<std::string_view, SearchedField> searched_fields() {
    std::unordered_map<std::string_view, SearchedField> fields{{"holders", SearchedField::holders}};
    for (const std::string_view field : name_fields) fields.emplace(field, SearchedField::name);
    for (const std::string_view field : text_fields) fields.emplace(field, SearchedField::text);
    for (const FieldSpec& spec : field_specs())
        if (spec.type == FieldType::number) fields.emplace(spec.name, SearchedField::number);
    return fields;
}

/// Bytes of `to.text` that it takes at the end of it; 0 when nothing of it can be searched for.
std::size_t add_text(SearchedText& to, std::string_view text, std::vector<FoldedCharacter>* folded = nullptr) {
    const std::size_t before = to.text.size();
    if (before > 0) to.text.push_back(' ');
    const std::size_t begin = to.text.size();
    append_searchable(to.text, text, folded);
    const std::size_t size = to.text.size() - begin;
    if (size == 0) to.text.resize(before);
    return size;
}

void add_name(SearchedText& to, std::string_view text) {
    SearchedText::Name name;
    name.size = add_text(to, text, &name.folded);
    name.begin = to.text.size() - name.size;
    if (name.size > 0) to.names.push_back(std::move(name));
}

void add_number(SearchedText& to, std::string_view number) {
    std::string term = number_term(number);
    if (!term.empty()) to.numbers.push_back(std::move(term));
}

void add_holders(SearchedText& to, std::string_view holders) {
    std::string scratch;
    for_each_json_element(holders, [&](std::string_view holder) {
        for_each_json_member(holder, [&](std::string_view field, std::string_view value) {
            if (field == "name") static_cast<void>(add_text(to, json_text_view(value, scratch)));
            if (field == "credit_code") add_number(to, json_text_view(value, scratch));
        });
    });
}

void add_key(SearchedText& to, const EntryKey& key) {
    const std::string_view text = key.value();
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return;
    const std::string_view rest = text.substr(slash + 1);
    const std::string_view number = rest.substr(0, rest.find('/'));
    const bool has_digit = number.find_first_of("0123456789") != std::string_view::npos;
    if (!has_digit) return add_name(to, number);
    add_number(to, number);
    if (number.size() != rest.size()) add_number(to, rest);
}

/// Holders have numbers, too.
bool is_of(SearchedPart part, SearchedField field) {
    if (part == SearchedPart::names) return field == SearchedField::name;
    return part == SearchedPart::all || field == SearchedField::number || field == SearchedField::holders;
}

}  // namespace

SearchedField searched_field(std::string_view field) {
    static const auto fields = searched_fields();
    const auto found = fields.find(field);
    return found == fields.end() ? SearchedField::none : found->second;
}

std::string number_term(std::string_view number) {
    std::string term;
    term.reserve(number.size() + 1);
    term.push_back('#');
    for (const char c : number) {
        const auto byte = static_cast<unsigned char>(c);
        if (c >= 'A' && c <= 'Z') {
            term.push_back(static_cast<char>(c - 'A' + 'a'));
        } else if (byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '/' ||
                   c == '-' || c == '_') {
            term.push_back(c);
        }
    }
    if (term.size() == 1) return {};
    return std::string(cut_term(term));
}

std::string_view cut_term(std::string_view word) {
    return cut_term(word, term_bytes_max);
}

std::string_view cut_term(std::string_view word, std::size_t bytes_max) {
    if (word.size() <= bytes_max) return word;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xC0u) == 0x80u) --end;
    return word.substr(0, end);
}

std::string closed_up(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    TextRun before;
    for_each_run(text, [&](const TextRun& run) {
        const bool apart = !before.text.empty() && before.text.data() + before.text.size() != run.text.data();
        if (apart && (before.cjk || run.cjk)) out.push_back(' ');
        out.append(run.text);
        before = run;
    });
    return out;
}

std::string text_analysis_version() {
    /// Raised with every change of what `index_terms` gives for an entry.
    constexpr std::string_view rules = "6";
    static const std::string tables =
        to_hex(bytes_of(sha256({han_fold_table(), readings_table(), word_readings_table()}))).substr(0, 16);
    return std::string(rules) + "-" + tables;
}

SearchedText searched_text(const EntryKey& key, std::string_view view, SearchedPart part) {
    SearchedText out;
    if (part == SearchedPart::all) out.text.reserve(view.size() + key.value().size());
    std::string scratch;
    add_key(out, key);
    for_each_json_member(view, [&](std::string_view field, std::string_view value) {
        const SearchedField kind = searched_field(field);
        if (!is_of(part, kind)) return;
        switch (kind) {
            case SearchedField::holders:
                return add_holders(out, value);
            case SearchedField::name:
                return add_name(out, json_text_view(value, scratch));
            case SearchedField::text:
                return static_cast<void>(add_text(out, json_text_view(value, scratch)));
            case SearchedField::number:
                return add_number(out, json_text_view(value, scratch));
            case SearchedField::none:
                break;
        }
    });
    return out;
}

std::vector<std::string> index_terms(const EntryKey& key, std::string_view view) {
    const SearchedText text = searched_text(key, view);
    std::vector<std::string> terms;
    terms.reserve(text.text.size() + text.numbers.size());
    TermSet set{terms};
    for (const std::string& number : text.numbers) set.add(number);
    for_each_run(text.text, [&](const TextRun& run) {
        if (!run.cjk) return set.add(cut_term(run.text));
        for_each_pair(run.text, [&](std::string_view pair) { set.add(pair); });
    });
    for (const SearchedText::Name& name : text.names) add_name_terms(set, text.name(name), name.folded);
    return terms;
}

}  // namespace minglu
