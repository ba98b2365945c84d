#include "catalog/text/terms.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "catalog/fields.hpp"
#include "catalog/text/analysis.hpp"
#include "catalog/text/canonical_walk.hpp"
#include "catalog/text/han_fold.hpp"
#include "catalog/text/normalise.hpp"
#include "minglu/hash.hpp"

namespace minglu {
namespace {

constexpr std::array<std::string_view, 9> text_fields{
    "name", "name_en", "goods", "notes", "category", "alt_text", "region_name", "name_pinyin", "product_name"};

bool is_text_field(std::string_view field) {
    return std::find(text_fields.begin(), text_fields.end(), field) != text_fields.end();
}

bool is_number_field(std::string_view field) {
    static const std::vector<std::string_view> numbers = [] {
        std::vector<std::string_view> found;
        for (const FieldSpec& spec : field_specs()) {
            if (spec.type == FieldType::number) found.push_back(spec.name);
        }
        return found;
    }();
    return std::find(numbers.begin(), numbers.end(), field) != numbers.end();
}

void add_text(SearchedText& to, std::string_view text) {
    if (text.empty()) return;
    if (!to.folded.empty()) to.folded.push_back(' ');
    append_searchable(to.folded, text);
}

void add_number(SearchedText& to, std::string_view number) {
    std::string term = number_term(number);
    if (!term.empty()) to.numbers.push_back(std::move(term));
}

void add_holders(SearchedText& to, std::string_view holders) {
    std::string scratch;
    for_each_json_element(holders, [&](std::string_view holder) {
        for_each_json_member(holder, [&](std::string_view field, std::string_view value) {
            if (field == "name") add_text(to, json_text_view(value, scratch));
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
    if (!has_digit) return add_text(to, number);
    add_number(to, number);
    if (number.size() != rest.size()) add_number(to, rest);
}

/// A set of string views into memory that outlives it; open addressing over indices into the caller's vector.
class TermSet {
public:
    explicit TermSet(std::vector<std::string>& terms) : terms_(terms), slots_(512, 0) {}

    void add(std::string_view term) {
        if (terms_.size() * 2 >= slots_.size()) grow();
        std::uint32_t& slot = slot_of(term);
        if (slot != 0) return;
        terms_.emplace_back(term);
        slot = static_cast<std::uint32_t>(terms_.size());
    }

private:
    static std::size_t hash(std::string_view term) {
        std::uint64_t value = term.size();
        for (const char c : term) value = (value ^ static_cast<unsigned char>(c)) * 0x9E3779B97F4A7C15u;
        return static_cast<std::size_t>(value ^ (value >> 29));
    }
    std::uint32_t& slot_of(std::string_view term) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = hash(term) & mask;
        while (slots_[at] != 0 && terms_[slots_[at] - 1] != term) at = (at + 1) & mask;
        return slots_[at];
    }
    void grow() {
        slots_.assign(slots_.size() * 4, 0);
        for (std::size_t i = 0; i < terms_.size(); ++i) slot_of(terms_[i]) = static_cast<std::uint32_t>(i + 1);
    }

    std::vector<std::string>& terms_;
    std::vector<std::uint32_t> slots_;
};

void add_run(TermSet& set, const TextRun& run) {
    if (!run.cjk) return set.add(cut_term(run.text));
    std::size_t before = 0;
    std::size_t before_size = 0;
    for (std::size_t at = 0; at < run.text.size();) {
        const std::size_t size = utf8_at(run.text, at).size;
        if (before_size != 0) set.add(run.text.substr(before, before_size + size));
        before = at;
        before_size = size;
        at += size;
    }
    set.add(run.text.substr(before));
}

}  // namespace

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
    if (word.size() <= term_bytes_max) return word;
    std::size_t end = term_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xC0u) == 0x80u) --end;
    return word.substr(0, end);
}

std::string text_analysis_version() {
    /// Raised with every change of what `index_terms` gives for an entry.
    constexpr std::string_view rules = "2";
    static const std::string tables = to_hex(bytes_of(sha256({han_fold_table()}))).substr(0, 16);
    return std::string(rules) + "-" + tables;
}

SearchedText searched_text(const EntryKey& key, std::string_view view) {
    SearchedText out;
    out.folded.reserve(view.size() + key.value().size());
    std::string scratch;
    add_key(out, key);
    for_each_json_member(view, [&](std::string_view field, std::string_view value) {
        if (field == "holders") {
            add_holders(out, value);
        } else if (is_text_field(field)) {
            add_text(out, json_text_view(value, scratch));
        } else if (is_number_field(field)) {
            add_number(out, json_text_view(value, scratch));
        }
    });
    return out;
}

std::vector<std::string> index_terms(const EntryKey& key, std::string_view view) {
    const SearchedText text = searched_text(key, view);
    std::vector<std::string> terms;
    terms.reserve(text.folded.size() / 2 + text.numbers.size());
    TermSet set{terms};
    for (const std::string& number : text.numbers) set.add(number);
    for_each_run(text.folded, [&](const TextRun& run) { add_run(set, run); });
    return terms;
}

}  // namespace minglu
