#include "src/checks/goods_check.hpp"

#include <algorithm>
#include <utility>

#include "catalog/identifiers/entry_key.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/identifiers/typed_number.hpp"
#include "catalog/search/plan.hpp"
#include "catalog/terms.hpp"
#include "catalog/text/analysis.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/terms.hpp"
#include "src/checks/goods_names.hpp"

namespace minglu {

namespace {

constexpr std::uint32_t hits_max = 20;
constexpr std::size_t numbers_in_cell_max = 8;
/// Candidates of one search that are looked at: a row must not cost more because its words are common.
constexpr int candidates_max = 500;
/// Parts of a name that are tried as names, and the shortest that says anything by itself.
constexpr std::size_t parts_max = 24;
constexpr std::size_t part_characters_min = 2;

std::vector<std::string_view> numbers_in(std::string_view cell) {
    std::vector<std::string_view> numbers;
    constexpr std::array<std::string_view, 7> separators{",", ";", "\n", "\t", "、", "，", "；"};
    while (!cell.empty() && numbers.size() < numbers_in_cell_max) {
        std::size_t end = cell.size();
        std::size_t width = 0;
        for (const std::string_view separator : separators) {
            const std::size_t at = cell.find(separator);
            if (at < end) {
                end = at;
                width = separator.size();
            }
        }
        if (const std::string_view number = cell.substr(0, end); !tidy_cell(number).empty()) numbers.push_back(number);
        cell.remove_prefix(end + width);
    }
    return numbers;
}

bool has_holder(const EntryHit& hit, const GoodsRow& row) {
    return minglu::has_holder(holders_of(hit.period.view), row.holders);
}

bool has_class(const EntryHit& hit, const GoodsRow& row) {
    const auto nice_class = parse_nice_class(row.nice_class);
    return nice_class && parts_of(hit.key).nice_class == *nice_class;
}

/// Those that the row's class and holder speak for come first.
void prefer(std::vector<EntryHit>& hits, const GoodsRow& row) {
    const auto rank = [&](const EntryHit& hit) {
        return (has_class(hit, row) ? 2 : 0) + (has_holder(hit, row) ? 1 : 0);
    };
    std::stable_sort(hits.begin(), hits.end(), [&](const EntryHit& a, const EntryHit& b) { return rank(a) > rank(b); });
}

void add_note(std::string& note, const std::string& text) {
    note += (note.empty() ? "" : "；") + text;
}

/// Why a number finds nothing.
std::string fault_of_number(std::string_view text) {
    const auto patent = parse_patent_number(without_number_label(text));
    if (!patent && patent.error().code == ErrorCode::bad_check_digit) return "校验位有误：" + tidy_cell(text);
    const bool is_number = !typed_numbers(text).empty();
    return (is_number ? "名录中无此号码：" : "不是已知形式的号码：") + tidy_cell(text.substr(0, 60));
}

/// What the row says otherwise than the entry.
void note_differences(std::string& note, const EntryHit& hit, const GoodsRow& row) {
    const std::string own = same_name(hit.period.name);
    const bool is_named = std::any_of(row.names.begin(), row.names.end(), [&](std::string_view name) {
        const std::string folded = same_name(name);
        return folded.empty() || own.find(folded) != std::string::npos || folded.find(own) != std::string::npos;
    });
    if (!row.names.empty() && !is_named) add_note(note, "名称与名录不符");
    const bool says_holder = std::any_of(row.holders.begin(), row.holders.end(),
                                         [](std::string_view holder) { return !same_name(holder).empty(); });
    if (says_holder && !has_holder(hit, row)) add_note(note, "权利人与名录不符");
    if (parse_nice_class(row.nice_class) && !parts_of(hit.key).nice_class.empty() && !has_class(hit, row))
        add_note(note, "类别与名录不符");
}

/// Entries that have the text somewhere and are wanted, of the first ones that have it.
template <class Wanted>
std::vector<EntryHit> candidates(const CatalogueAt& catalogue, Day as_of, std::string_view folded,
                                 const Wanted& is_wanted) {
    const std::string text = searchable(folded);
    if (text.empty()) return {};
    EntryQuery query;
    query.as_of = as_of;
    query.terms = word_terms({text, "", false});
    query.limit = hits_max;
    int looked_at = 0;
    // Taking one that is not wanted is how a search is ended early.
    query.accept = [&](const EntryHit& hit) { return ++looked_at > candidates_max || is_wanted(hit); };
    std::vector<EntryHit> hits;
    for (EntryHit& hit : catalogue.query(query).hits)
        if (is_wanted(hit)) hits.push_back(std::move(hit));
    return hits;
}

}  // namespace

std::vector<EntryHit> GoodsCheck::with_number(std::string_view number) const {
    EntryQuery query;
    query.as_of = as_of_;
    query.terms = {{number_term(number), false}};
    query.limit = hits_max;
    return catalogue_.query(query).hits;
}

std::vector<EntryHit> GoodsCheck::named(std::string_view folded) const {
    const std::string wanted = same_name(folded);
    return candidates(catalogue_, as_of_, folded,
                      [&](const EntryHit& hit) { return same_name(hit.period.name) == wanted; });
}

/// The first number of the row that is listed; the others are named in the note.
GoodsCheck::Found GoodsCheck::by_number(const GoodsRow& row, std::string& note) const {
    Found found;
    for (const std::string_view cell : row.numbers) {
        for (const std::string_view text : numbers_in(cell)) {
            Found one = numbered(text, row);
            if (one.hits.empty()) {
                add_note(note, fault_of_number(text));
            } else if (found.hits.empty()) {
                found = std::move(one);
            } else {
                add_note(note, "所列另一号码亦在名录：" + one.hits.front().key.value());
            }
        }
    }
    return found;
}

GoodsCheck::Found GoodsCheck::numbered(std::string_view text, const GoodsRow& row) const {
    for (const std::string& number : typed_numbers(text)) {
        auto hits = with_number(number);
        if (hits.empty()) continue;
        Found found{std::move(hits), "number", "号码 " + number};
        prefer(found.hits, row);
        return found;
    }
    return {};
}

GoodsCheck::Found GoodsCheck::by_name(const GoodsRow& row) const {
    for (const std::string_view name : row.names) {
        for (const std::string& spelling : spellings_of(name)) {
            Found found{named(spelling), "name", "名称相同"};
            if (found.hits.empty()) continue;
            prefer(found.hits, row);
            return found;
        }
    }
    return {};
}

/// Entries whose name holds the whole of what is asked; the shortest name adds least to it.
GoodsCheck::Found GoodsCheck::containing(std::string_view folded) const {
    const std::string wanted = same_name(folded);
    Found found;
    found.hits = candidates(catalogue_, as_of_, folded, [&](const EntryHit& hit) {
        return same_name(hit.period.name).find(wanted) != std::string::npos;
    });
    std::stable_sort(found.hits.begin(), found.hits.end(),
                     [](const EntryHit& a, const EntryHit& b) { return a.period.name.size() < b.period.name.size(); });
    if (!found.hits.empty()) found.reason = "名录名称“" + found.hits.front().period.name + "”包含所查名称";
    return found;
}

/// Entries whose whole name is a part of what is asked, the longest part first; a brand stands in front, so of parts of
/// two characters only the first one is tried.
GoodsCheck::Found GoodsCheck::contained_in(std::string_view folded) const {
    struct Part {
        std::string_view text;
        std::size_t characters = 0;
    };
    std::vector<Part> parts;
    for_each_run(folded, [&](const TextRun& run) {
        if (!run.cjk) {
            if (run.characters > part_characters_min) parts.push_back({run.text, run.characters});
            return;
        }
        std::vector<std::size_t> at;
        for (std::size_t i = 0; i < run.text.size(); i += utf8_at(run.text, i).size) at.push_back(i);
        at.push_back(run.text.size());
        for (std::size_t from = 0; from + part_characters_min < at.size(); ++from)
            for (std::size_t to = from + part_characters_min; to < at.size(); ++to)
                if (to - from > part_characters_min || from == 0)
                    parts.push_back({run.text.substr(at[from], at[to] - at[from]), to - from});
    });
    std::stable_sort(parts.begin(), parts.end(),
                     [](const Part& a, const Part& b) { return a.characters > b.characters; });
    // What stands whole was asked for already; of a long name the longest parts are hardly anybody's.
    std::erase_if(parts, [&](const Part& part) { return part.text == folded || part.characters > 12; });
    if (parts.size() > parts_max) parts.erase(parts.begin(), parts.end() - static_cast<std::ptrdiff_t>(parts_max));
    for (const Part& part : parts)
        if (auto hits = named(part.text); !hits.empty()) {
            std::string reason = "所查名称包含名录名称“" + hits.front().period.name + "”";
            return {std::move(hits), {}, std::move(reason)};
        }
    return {};
}

GoodsCheck::Found GoodsCheck::by_text(const GoodsRow& row) const {
    for (const auto find : {&GoodsCheck::containing, &GoodsCheck::contained_in}) {
        for (const std::string_view name : row.names) {
            for (const std::string& spelling : spellings_of(name)) {
                Found found = (this->*find)(spelling);
                if (found.hits.empty()) continue;
                found.match = "text";
                return found;
            }
        }
    }
    return {};
}

Answer GoodsCheck::check(const GoodsRow& row) const {
    std::string note;
    Found found = by_number(row, note);
    if (found.hits.empty()) found = by_name(row);
    if (found.hits.empty()) found = by_text(row);
    Answer answer;
    const auto set = [&](std::size_t place, std::string text) { answer[place] = std::move(text); };
    const bool says_nothing = row.numbers.empty() && row.names.empty();
    if (says_nothing) add_note(note, "此行没有号码和名称");
    if (found.hits.empty()) {
        set(answer_place("match"), "none");
        set(answer_place("verdict"), std::string(verdict_not_found));
        set(answer_place("note"), std::move(note));
        return answer;
    }
    const EntryHit& hit = found.hits.front();
    note_differences(note, hit, row);
    if (found.hits.size() > 1) add_note(note, "另有 " + std::to_string(found.hits.size() - 1) + " 条同样符合");
    set(answer_place("match"), std::string(found.match));
    set(answer_place("reason"), std::move(found.reason));
    set(answer_place("key"), hit.key.value());
    const HitAnswer about = catalogue_.answer_about(hit);
    set(answer_place("verdict"), std::string(name(about.verdict)));
    set(answer_place("right"), std::string(name(about.right.state)));
    if (about.as_known_then) set(answer_place("as_known_then"), std::string(name(*about.as_known_then)));
    set(answer_place("listing"), hit.period.listing);
    set(answer_place("status"), hit.period.legal_status);
    set(answer_place("name"), hit.period.name);
    set(answer_place("holders"), holders_of(hit.period.view));
    set(answer_place("from"), to_string(hit.period.from));
    if (hit.open_conflicts > 0) set(answer_place("conflicts"), std::to_string(hit.open_conflicts));
    set(answer_place("note"), std::move(note));
    return answer;
}

}  // namespace minglu
