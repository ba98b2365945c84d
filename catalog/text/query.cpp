#include <algorithm>
#include <utility>

#include "catalog/identifiers/entry_key.hpp"
#include "catalog/identifiers/uscc.hpp"
#include "catalog/text/analysis.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/terms.hpp"

namespace minglu {
namespace {

using Terms = std::vector<EntryQuery::Term>;

/// One reading of a part of the query.
struct Reading {
    Terms terms;
    std::vector<std::string> together;  ///< folded text that must stand whole in one field
};

std::vector<std::string_view> split_spaces(std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (end > at) parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

void read_run(Reading& reading, const TextRun& run) {
    if (!run.cjk || run.characters == 1) {
        // A character is filed with the one behind it, or alone at the end of its run.
        reading.terms.push_back({std::string(cut_term(run.text)), run.cjk});
        return;
    }
    std::size_t before = 0;
    for (std::size_t at = utf8_at(run.text, 0).size; at < run.text.size();) {
        const std::size_t size = utf8_at(run.text, at).size;
        reading.terms.push_back({std::string(run.text.substr(before, at + size - before)), false});
        before = at;
        at += size;
    }
}

/// Text by its words; `last` = the query ends with it, so that its last Latin word may be unfinished.
Reading read_text(std::string_view text, bool last) {
    Reading reading;
    const std::string folded = searchable(text);
    bool ends_with_word = false;
    for (const std::string_view unit : split_spaces(folded)) {
        std::size_t runs = 0;
        bool pairs_suffice = true;
        for_each_run(unit, [&](const TextRun& run) {
            ++runs;
            pairs_suffice = pairs_suffice && (!run.cjk || run.characters <= 2);
            ends_with_word = !run.cjk;
            read_run(reading, run);
        });
        if (runs > 1 || !pairs_suffice) reading.together.emplace_back(unit);
    }
    if (last && ends_with_word) reading.terms.back().prefix = true;
    return reading;
}

void add_exact(std::vector<Reading>& readings, std::string_view number) {
    std::string term = number_term(number);
    if (!term.empty()) readings.push_back({{{std::move(term), false}}, {}});
}

/// "10325554/33" and whole keys: the number that stands before the class.
void read_with_class(std::vector<Reading>& readings, std::string_view text) {
    std::string_view rest = text;
    if (const auto key = parse_entry_key(text)) {
        rest.remove_prefix(rest.find('/') + 1);
        if (rest.find_first_of("0123456789") != std::string_view::npos) add_exact(readings, rest);
        return;
    }
    const std::size_t slash = rest.rfind('/');
    if (slash == std::string_view::npos || slash + 1 == rest.size() || rest.size() - slash > 3) return;
    const std::string_view nice_class = rest.substr(slash + 1);
    if (nice_class.find_first_not_of("0123456789") != std::string_view::npos) return;
    for (const std::string& number : number_candidates(rest.substr(0, slash))) {
        add_exact(readings, number + "/" + std::string(nice_class));
    }
}

/// The beginning of a number: at least four letters and digits, with a digit among them.
void read_beginning(std::vector<Reading>& readings, std::string_view text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.';
    });
    if (!plain || text.size() < 4 || text.find_first_of("0123456789") == std::string_view::npos) return;
    readings.push_back({{{number_term(text), true}}, {}});
}

/// What the whole of `text` may be the number of.
void read_number(std::vector<Reading>& readings, std::string_view text) {
    for (const std::string& number : number_candidates(text)) add_exact(readings, number);
    if (const auto code = parse_uscc(text)) add_exact(readings, *code);
}

std::vector<Reading> read_part(std::string_view part, bool last) {
    std::vector<Reading> readings;
    read_with_class(readings, part);
    read_number(readings, part);
    if (last) read_beginning(readings, part);
    Reading text = read_text(part, last);
    if (!text.terms.empty()) readings.push_back(std::move(text));
    return readings;
}

Reading both(const Reading& a, const Reading& b) {
    Reading out = a;
    out.terms.insert(out.terms.end(), b.terms.begin(), b.terms.end());
    out.together.insert(out.together.end(), b.together.begin(), b.together.end());
    return out;
}

AnalysedQuery to_query(Reading reading) {
    Terms unique;
    for (EntryQuery::Term& term : reading.terms) {
        const bool known = std::any_of(unique.begin(), unique.end(), [&](const EntryQuery::Term& other) {
            return other.text == term.text && other.prefix == term.prefix;
        });
        if (!known) unique.push_back(std::move(term));
    }
    AnalysedQuery query{std::move(unique), {}};
    if (!reading.together.empty()) {
        query.accept = [together = std::move(reading.together)](const EntryHit& hit) {
            const SearchedText text = searched_text(hit.key, hit.period.view);
            return std::all_of(together.begin(), together.end(),
                               [&](const std::string& unit) { return text.folded.find(unit) != std::string::npos; });
        };
    }
    return query;
}

/// White space as people type it, also the ideographic one, as single spaces.
std::string with_plain_spaces(std::string_view text) {
    return tidy_cell(text);
}

}  // namespace

std::vector<AnalysedQuery> analyse_query(std::string_view text) {
    const std::string tidy = with_plain_spaces(text);
    const std::vector<std::string_view> words = split_spaces(tidy);
    std::vector<Reading> readings;
    if (words.size() > 1) read_number(readings, tidy);
    std::vector<Reading> product;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::vector<Reading> options = read_part(words[i], i + 1 == words.size());
        if (options.empty()) continue;
        if (product.empty()) {
            product = options;
            continue;
        }
        std::vector<Reading> next;
        for (const Reading& left : product) {
            for (const Reading& right : options) next.push_back(both(left, right));
        }
        // The plain text reading stands last and is always kept.
        if (next.size() > query_alternatives_max) {
            std::swap(next[query_alternatives_max - 1], next.back());
            next.resize(query_alternatives_max);
        }
        product = std::move(next);
    }
    readings.insert(readings.end(), product.begin(), product.end());
    if (readings.size() > query_alternatives_max) {
        std::swap(readings[query_alternatives_max - 1], readings.back());
        readings.resize(query_alternatives_max);
    }
    std::vector<AnalysedQuery> out;
    out.reserve(readings.size());
    for (Reading& reading : readings) out.push_back(to_query(std::move(reading)));
    return out;
}

}  // namespace minglu
