#include "catalog/law.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "catalog/text/canonical_walk.hpp"
#include "embedded/right_terms_json.hpp"

namespace minglu {

namespace {

using nlohmann::json;

Day table_day(const json& object, const char* field) {
    const auto day = parse_day(object.at(field).get<std::string>());
    if (!day) throw std::logic_error("catalog/data/right_terms.json: " + describe(day.error()));
    return *day;
}

RightTerm parse_row(const json& object) {
    RightTerm row;
    const auto kind = parse_kind(object.at("kind").get<std::string>());
    if (!kind) throw std::logic_error("catalog/data/right_terms.json: " + describe(kind.error()));
    row.kind = *kind;
    row.subtype = object.value("subtype", "");
    const auto from = parse_term_start(object.at("from").get<std::string>());
    if (!from) throw std::logic_error("catalog/data/right_terms.json: " + describe(from.error()));
    row.from = *from;
    row.years = object.at("years").get<int>();
    row.grace_months = object.value("grace_months", 0);
    row.source = object.at("source").get<std::string>();
    row.valid_from = table_day(object, "valid_from");
    if (object.contains("valid_until")) row.valid_until = table_day(object, "valid_until");
    return row;
}

Law load() {
    Law law;
    for (const Term* term : terms_of("status"))
        law.statuses.push_back(
            {term->kind.value(), term->code, term->right, term->source, term->valid_from, term->valid_until});
    for (const auto& object : json::parse(embedded::right_terms_json)) law.terms.push_back(parse_row(object));
    return law;
}

bool is_for(const RightTerm& row, Kind kind, std::string_view subtype) {
    return row.kind == kind && (row.subtype.empty() || row.subtype == subtype);
}

constexpr Day never{2'932'896};  ///< 9999-12-31, beyond the days that entries can state

/// The same day so many months later; where that month has no such day, the first of the month after.
Day add_months(Day day, int months) {
    const std::string text = to_string(day);
    int year = 0;
    int month = 0;
    std::from_chars(text.data(), text.data() + 4, year);
    std::from_chars(text.data() + 5, text.data() + 7, month);
    const int since = year * 12 + month - 1 + months;
    std::array<char, 32> later{};
    std::snprintf(later.data(), later.size(), "%04d-%02d-%s", since / 12, since % 12 + 1, text.c_str() + 8);
    if (const auto exact = parse_day(later.data())) return *exact;
    std::snprintf(later.data(), later.size(), "%04d-%02d-01", (since + 1) / 12, (since + 1) % 12 + 1);
    return parse_day(later.data()).value_or(never);
}

}  // namespace

std::string_view name(TermStart start) {
    return start == TermStart::filed_on ? "filed_on" : "granted_on";
}

Result<TermStart> parse_term_start(std::string_view field) {
    for (const TermStart start : {TermStart::filed_on, TermStart::granted_on})
        if (name(start) == field) return start;
    return fail(
        {ErrorCode::malformed, "a term cannot run from " + std::string(field), "from", "write filed_on or granted_on"});
}

const Law& current_law() {
    static const Law loaded = load();
    return loaded;
}

Law relevant(const Law& law, Kind kind, std::span<const Period> periods) {
    Law out;
    for (const LegalStatus& row : law.statuses)
        if (row.kind == kind && std::any_of(periods.begin(), periods.end(),
                                            [&](const Period& period) { return period.legal_status == row.code; }))
            out.statuses.push_back(row);
    for (const RightTerm& row : law.terms)
        if (std::any_of(periods.begin(), periods.end(),
                        [&](const Period& period) { return is_for(row, kind, period.subtype); }))
            out.terms.push_back(row);
    return out;
}

const LegalStatus* status_on(const Law& law, Kind kind, std::string_view code, Day on) {
    const LegalStatus* first = nullptr;
    const LegalStatus* best = nullptr;
    for (const LegalStatus& row : law.statuses) {
        if (row.kind != kind || row.code != code) continue;
        if (first == nullptr) first = &row;
        if (row.valid_from && *row.valid_from <= on && (best == nullptr || best->valid_from < row.valid_from))
            best = &row;
    }
    return best != nullptr ? best : first;
}

StatedDates stated_dates(const Period& period) {
    StatedDates stated;
    std::string scratch;
    for_each_json_member(period.view, [&](std::string_view field, std::string_view value) {
        for (const auto& [name, date] :
             {std::pair{"filed_on", &stated.filed_on}, std::pair{"granted_on", &stated.granted_on},
              std::pair{"expires_on", &stated.expires_on}, std::pair{"status_on", &stated.status_on}}) {
            if (field != name) continue;
            if (const auto day = parse_day(json_text_view(value, scratch))) *date = *day;
        }
    });
    return stated;
}

const RightTerm* term_of(const Law& law, Kind kind, std::string_view subtype, const StatedDates& stated) {
    for (const RightTerm& row : law.terms) {
        if (!is_for(row, kind, subtype)) continue;
        const auto began = stated.from(row) ? stated.from(row) : stated.expires_on;
        if (began && row.valid_from <= *began && (!row.valid_until || *began <= *row.valid_until)) return &row;
    }
    return nullptr;
}

Day last_day(const RightTerm& term, Day began) {
    return Day{add_months(began, term.years * 12).value() - 1};
}

Day grace_end(const RightTerm& term, Day end) {
    return Day{add_months(Day{end.value() + 1}, term.grace_months).value() - 1};
}

}  // namespace minglu
