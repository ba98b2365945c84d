#include "src/checks/goods_check.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "catalog/check/mistyped_number.hpp"
#include "catalog/check/name_parts.hpp"
#include "catalog/identifiers/entry_key.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/identifiers/thousands.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/identifiers/typed_number.hpp"
#include "catalog/search/number_hint.hpp"
#include "catalog/search/plan.hpp"
#include "catalog/terms.hpp"
#include "catalog/text/analysis.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/terms.hpp"
#include "catalog/text/utf8.hpp"
#include "src/checks/goods_names.hpp"

namespace minglu {

namespace {

constexpr std::uint32_t hits_max = 20;
constexpr std::size_t numbers_in_cell_max = 8;
/// Candidates of one search that are looked at: a row must not cost more because its words are common.
constexpr int candidates_max = 500;
/// Later than everything that is scheduled.
constexpr Day end_of_days{std::numeric_limits<std::int32_t>::max()};

/// What stands between the separators, blank parts left out.
template <std::size_t size>
std::vector<std::string_view> split(std::string_view cell, const std::array<std::string_view, size>& separators) {
    std::vector<std::string_view> parts;
    while (!cell.empty() && parts.size() < numbers_in_cell_max) {
        std::size_t end = cell.size();
        std::size_t width = 0;
        for (const std::string_view separator : separators) {
            const std::size_t at = cell.find(separator);
            if (at < end) {
                end = at;
                width = separator.size();
            }
        }
        if (const std::string_view part = cell.substr(0, end); !tidy_cell(part).empty()) parts.push_back(part);
        cell.remove_prefix(end + width);
    }
    return parts;
}

/// Several numbers in a cell. A space or a slash may stand inside a number as well: there the text falls apart only
/// where it is no number and all its parts are.
std::vector<std::string_view> numbers_in(std::string_view cell) {
    constexpr std::array<std::string_view, 7> firm{",", ";", "\n", "\t", "、", "，", "；"};
    constexpr std::array<std::string_view, 11> loose{" ", "　", "/", "／", "|", "&", "+", "和", "及", "与", "或"};
    const auto is_number = [](std::string_view text) { return !typed_numbers(text).empty(); };
    std::vector<std::string_view> numbers;
    for (const std::string_view item : split(cell, firm)) {
        const auto parts = is_number(item) ? std::vector<std::string_view>{} : split(item, loose);
        if (parts.size() > 1 && std::all_of(parts.begin(), parts.end(), is_number))
            numbers.insert(numbers.end(), parts.begin(), parts.end());
        else
            numbers.push_back(item);
    }
    if (numbers.size() > numbers_in_cell_max) numbers.resize(numbers_in_cell_max);
    return numbers;
}

bool has_holder(const EntryHit& hit, const GoodsRow& row) {
    return minglu::has_holder(holders_of(hit.period.view), row.holders);
}

bool has_class(const EntryHit& hit, const GoodsRow& row) {
    const auto nice_class = parse_nice_class(row.nice_class);
    return nice_class && parts_of(hit.key).nice_class == *nice_class;
}

/// How much the row's class and holder speak for an entry.
int rank_of(const EntryHit& hit, const GoodsRow& row) {
    return (has_class(hit, row) ? 2 : 0) + (has_holder(hit, row) ? 1 : 0);
}

void prefer(std::vector<EntryHit>& hits, const GoodsRow& row) {
    std::stable_sort(hits.begin(), hits.end(),
                     [&](const EntryHit& a, const EntryHit& b) { return rank_of(a, row) > rank_of(b, row); });
}

void add_note(std::string& note, const std::string& text) {
    note += (note.empty() ? "" : "；") + text;
}

/// What the row says otherwise than the entry.
void note_differences(std::string& note, const EntryHit& hit, const GoodsRow& row) {
    const std::string own = same_name(hit.period.name);
    const bool is_named = std::any_of(row.names.begin(), row.names.end(), [&](std::string_view name) {
        const std::string folded = same_name(name);
        if (folded.empty() || own.empty()) return folded.empty();
        return own.find(folded) != std::string::npos || folded.find(own) != std::string::npos;
    });
    if (!row.names.empty() && !is_named) add_note(note, "名称与名录不符");
    const bool says_holder = std::any_of(row.holders.begin(), row.holders.end(),
                                         [](std::string_view holder) { return !same_name(holder).empty(); });
    if (says_holder && !has_holder(hit, row)) add_note(note, "权利人与名录不符");
    if (parse_nice_class(row.nice_class) && !parts_of(hit.key).nice_class.empty() && !has_class(hit, row))
        add_note(note, "类别与名录不符");
}

/// Of the hits behind the first one, those that the row speaks for as much, and the rest.
void note_others(std::string& note, const std::vector<EntryHit>& hits, const GoodsRow& row) {
    const auto alike = std::count_if(hits.begin() + 1, hits.end(), [&](const EntryHit& hit) {
        return rank_of(hit, row) >= rank_of(hits.front(), row);
    });
    const auto others = static_cast<std::ptrdiff_t>(hits.size()) - 1 - alike;
    if (alike > 0) add_note(note, "另有 " + std::to_string(alike) + " 条同样符合");
    if (others > 0) add_note(note, "另有 " + std::to_string(others) + " 条号码或名称相符，类别或权利人不符");
}

std::vector<EntryQuery::Term> text_terms(std::string_view folded) {
    const std::string text = searchable(folded);
    return text.empty() ? std::vector<EntryQuery::Term>{} : word_terms({text, "", false});
}

std::vector<EntryHit> with_number(const CatalogueAt& catalogue, Day as_of, std::string_view number, bool is_beginning) {
    EntryQuery query;
    query.as_of = as_of;
    query.terms = {{number_term(number), is_beginning}};
    query.limit = hits_max;
    return catalogue.query(query).hits;
}

/// "trademark/30111222/33（2026-06-01起）", of those that are listed some day.
std::string first_days(const CatalogueAt& catalogue, const std::vector<EntryHit>& hits) {
    std::string text;
    for (const EntryHit& hit : hits)
        if (const auto day = catalogue.first_listed(hit.key))
            text += (text.empty() ? "" : "，") + hit.key.value() + "（" + to_string(*day) + "起）";
    return text;
}

/// Entries that have the terms and are wanted, of the first ones that have them.
template <class Wanted>
std::vector<EntryHit> candidates(const CatalogueAt& catalogue, Day as_of, std::vector<EntryQuery::Term> terms,
                                 const Wanted& is_wanted) {
    if (terms.empty()) return {};
    EntryQuery query;
    query.as_of = as_of;
    query.terms = std::move(terms);
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

std::vector<EntryHit> GoodsCheck::named(std::string_view folded, Day as_of) const {
    const std::string wanted = same_name(folded);
    return candidates(catalogue_, as_of, text_terms(folded),
                      [&](const EntryHit& hit) { return same_name(hit.period.name) == wanted; });
}

/// The first number of the row that is listed; the others are named in the note.
GoodsCheck::Found GoodsCheck::by_number(const GoodsRow& row, std::string& note) const {
    Found found;
    for (const std::string_view cell : row.numbers) {
        const std::string plain = without_thousands(cell);
        for (const std::string_view text : numbers_in(plain)) {
            Found one = numbered(text, row, as_of_);
            if (one.hits.empty()) {
                add_note(note, fault_of_number(text, row));
            } else if (found.hits.empty()) {
                found = std::move(one);
            } else {
                add_note(note, "所列另一号码亦在名录：" + one.hits.front().key.value());
            }
        }
    }
    return found;
}

GoodsCheck::Found GoodsCheck::numbered(std::string_view text, const GoodsRow& row, Day as_of) const {
    const auto found = [&](std::vector<EntryHit> hits, std::string reason) {
        prefer(hits, row);
        return Found{std::move(hits), "number", std::move(reason)};
    };
    const std::vector<std::string> numbers = typed_numbers(text);
    for (const std::string& number : numbers)
        if (auto hits = with_number(catalogue_, as_of, number, false); !hits.empty())
            return found(std::move(hits), "号码 " + number);
    for (const std::string& number : numbers) {
        const std::string_view stem = publication_stem(number);
        if (stem.empty()) continue;
        if (auto hits = with_number(catalogue_, as_of, stem, true); !hits.empty())
            return found(std::move(hits), "号码 " + std::string(stem) + "，不计文献种类代码：同一申请的另一公布文本");
    }
    return {};
}

std::string GoodsCheck::fault_of_number(std::string_view text, const GoodsRow& row) const {
    if (const auto mistyped = mistyped_patent(text))
        return "校验位有误：" + tidy_cell(text) +
               (mistyped->should_be.empty() ? "" : "，按前面各位应为 " + mistyped->should_be);
    if (typed_numbers(text).empty()) return "不是已知形式的号码：" + tidy_cell(text.substr(0, 60));
    const std::string later = first_days(catalogue_, numbered(text, row, end_of_days).hits);
    if (!later.empty()) return "此号码当日尚未列入名录：" + later;
    const std::string hint = number_hint(text, catalogue_.source(), as_of_);
    return "名录中无此号码：" + tidy_cell(text) + (hint.empty() ? "" : "（" + hint + "）");
}

/// Of names that are listed some day, but not on the one that is asked about.
std::string GoodsCheck::later_names(const GoodsRow& row) const {
    for (const std::string_view name : row.names)
        for (const std::string& spelling : spellings_of(name))
            if (const std::string later = first_days(catalogue_, named(spelling, end_of_days)); !later.empty())
                return "此名称当日尚未列入名录：" + later;
    return {};
}

GoodsCheck::Found GoodsCheck::by_name(const GoodsRow& row) const {
    for (const std::string_view name : row.names) {
        for (const std::string& spelling : spellings_of(name)) {
            Found found{named(spelling, as_of_), "name", "名称相同"};
            if (found.hits.empty()) continue;
            prefer(found.hits, row);
            return found;
        }
    }
    return {};
}

/// Entries whose whole name is a part of what is asked, however either is spaced; the longest part first.
GoodsCheck::Found GoodsCheck::contained_in(std::string_view folded) const {
    for (const std::string_view part : name_parts(folded)) {
        const std::string wanted = same_name(part);
        if (wanted.empty()) continue;  // 图形商标: the name of every mark that is a picture
        auto hits = candidates(catalogue_, as_of_, {{whole_name_term(closed_up(part)), false}},
                               [&](const EntryHit& hit) { return same_name(hit.period.name) == wanted; });
        if (hits.empty()) continue;
        std::string reason = "所查名称包含名录名称“" + hits.front().period.name + "”";
        return {std::move(hits), {}, std::move(reason)};
    }
    return {};
}

GoodsCheck::Found GoodsCheck::by_text(const GoodsRow& row) const {
    for (const std::string_view name : row.names) {
        for (const std::string& spelling : spellings_of(name)) {
            Found found = contained_in(spelling);
            if (found.hits.empty()) continue;
            found.match = "text";
            return found;
        }
    }
    return {};
}

/// Of entries whose name holds the whole of what is asked; the shortest name adds least to it.
std::string GoodsCheck::longer_names(std::string_view folded) const {
    const std::string wanted = same_name(folded);
    // A single character stands in too many names to say anything.
    if (wanted.empty() || utf8_at(wanted, 0).size == wanted.size()) return {};
    const auto hits = candidates(catalogue_, as_of_, text_terms(folded), [&](const EntryHit& hit) {
        return same_name(hit.period.name).find(wanted) != std::string::npos;
    });
    if (hits.empty()) return {};
    const EntryHit& nearest = *std::min_element(hits.begin(), hits.end(), [](const EntryHit& a, const EntryHit& b) {
        return a.period.name.size() < b.period.name.size();
    });
    return "名录中有更长的名称包含此名称：“" + nearest.period.name + "”（" + nearest.key.value() + "）" +
           (hits.size() > 1 ? "等" : "");
}

std::string GoodsCheck::longer_names(const GoodsRow& row) const {
    for (const std::string_view name : row.names)
        for (const std::string& spelling : spellings_of(name))
            if (std::string longer = longer_names(spelling); !longer.empty()) return longer;
    return {};
}

Answer GoodsCheck::check(const GoodsRow& row) const {
    std::string note;
    Found found = by_number(row, note);
    if (found.hits.empty()) found = by_name(row);
    if (found.hits.empty())
        if (const std::string later = later_names(row); !later.empty()) add_note(note, later);
    if (found.hits.empty()) found = by_text(row);
    if (found.hits.empty())
        if (const std::string longer = longer_names(row); !longer.empty()) add_note(note, longer);
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
    note_others(note, found.hits, row);
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
