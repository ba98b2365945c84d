#include "catalog/protection.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "catalog/text/canonical_walk.hpp"

namespace minglu {

namespace {

/// A period and the dates that it states.
struct Told {
    const Period* period;
    StatedDates dates;
};
/// The period of a day, and those after it up to the last that is known: what became known later of that day, too.
using Tellings = std::span<const Told>;

Day day_after(Day day) {
    return Day{day.value() + 1};
}

/// When the term of a right ends, and by what.
struct End {
    Day last;      ///< of the term
    Day in_force;  ///< last day with the time in which it can still be renewed
    RightBasis basis = RightBasis::none;
    const RightTerm* term = nullptr;
};

std::optional<End> end_of(const Law& law, Kind kind, const Told& told) {
    const RightTerm* const term = term_of(law, kind, told.period->subtype, told.dates);
    if (const auto last = told.dates.expires_on)
        return End{*last, term == nullptr ? *last : grace_end(*term, *last), RightBasis::dates, term};
    const auto began = term == nullptr || term->is_renewable() ? std::nullopt : told.dates.from(*term);
    if (!began) return std::nullopt;
    const Day last = last_day(*term, *began);
    return End{last, last, RightBasis::law, term};
}

void set(RightFacts& facts, RightState state, RightBasis basis, std::optional<Day> since) {
    facts.state = state;
    facts.basis = basis;
    facts.since = since;
}

/// The dates that can say otherwise than a status which lasts: not yet granted, or term over.
void judge_dates(RightFacts& facts, const Law& law, Kind kind, const Told& told, Day as_of) {
    const auto end = end_of(law, kind, told);
    if (end) facts.expires_on = end->last;
    const auto granted = told.dates.granted_on;
    const auto filed = told.dates.filed_on;
    if ((granted && as_of < *granted) || (filed && as_of < *filed)) {
        set(facts, RightState::pending, RightBasis::dates, std::nullopt);
        return;
    }
    if (!end || as_of <= end->last) return;
    if (end->term != nullptr) facts.source = end->term->source;
    if (as_of <= end->in_force)
        facts.grace_until = end->in_force;
    else
        set(facts, RightState::ended, end->basis, day_after(end->in_force));
}

RightState right_of(const Law& law, Kind kind, const Told& told, Day on) {
    const LegalStatus* const status = status_on(law, kind, told.period->legal_status, on);
    return status == nullptr ? RightState::unknown : status->right;
}

/// Whose status counts on the day: of the later ones the last that states a day for it which has come by then. That a
/// right lapsed in August is often entered in November.
const Told& told_of_status(const Law& law, Kind kind, Tellings told, Day as_of) {
    const RightState recorded = right_of(law, kind, told.front(), as_of);
    for (std::size_t i = told.size() - 1; i > 0; --i) {
        const RightState right = right_of(law, kind, told[i], as_of);
        if (right == RightState::unknown || right == RightState::never_existed) continue;
        auto began = told[i].dates.status_on;
        const bool says_no_more = recorded == RightState::unknown || recorded == RightState::pending;
        if (!began && right == RightState::in_force && says_no_more) began = told[i].dates.granted_on;
        if (began && *began <= as_of) return told[i];
    }
    // An invalidation that was set aside later leaves no days behind on which there was no right.
    const RightState last = right_of(law, kind, told.back(), as_of);
    const bool set_aside =
        recorded == RightState::never_existed && last != RightState::never_existed && last != RightState::unknown;
    return set_aside ? told.back() : told.front();
}

/// Whose dates count: what is known of them last, since a renewal goes on from the end of the term before.
const Told& told_of_dates(Tellings told) {
    const bool lost = told.front().dates.expires_on && !told.back().dates.expires_on;
    return lost ? told.front() : told.back();
}

/// From what is recorded for the day.
RightFacts recorded_right(const Law& law, Kind kind, Tellings tellings, Day as_of) {
    const Told& recorded = told_of_status(law, kind, tellings, as_of);
    const Told& dated = told_of_dates(tellings);
    RightFacts facts;
    facts.status = recorded.period->legal_status;
    facts.granted_on = text_of(member_of(dated.period->view, "granted_on"));
    const LegalStatus* const status = status_on(law, kind, facts.status, as_of);
    const RightState right = right_of(law, kind, recorded, as_of);
    const auto began = recorded.dates.status_on;
    if (status != nullptr) facts.source = status->source_on(as_of);
    const bool came_later = began && as_of < *began;
    switch (right) {
        case RightState::unknown:
            judge_dates(facts, law, kind, dated, as_of);
            break;
        case RightState::in_force:
            set(facts, RightState::in_force, RightBasis::status, dated.dates.granted_on);
            judge_dates(facts, law, kind, dated, as_of);
            break;
        case RightState::ended:
            if (came_later) {
                set(facts, RightState::in_force, RightBasis::dates, dated.dates.granted_on);
                judge_dates(facts, law, kind, dated, as_of);
            } else {
                set(facts, RightState::ended, RightBasis::status, began);
            }
            break;
        case RightState::never_granted:
            if (came_later)
                set(facts, RightState::pending, RightBasis::dates, std::nullopt);
            else
                set(facts, RightState::never_granted, RightBasis::status, began);
            break;
        case RightState::pending:
        case RightState::never_existed:
            set(facts, right, RightBasis::status, began);
            break;
    }
    return facts;
}

RightFacts right_on(const Law& law, Kind kind, Tellings told, Day as_of) {
    RightFacts facts = recorded_right(law, kind, told, as_of);
    if (facts.state == RightState::never_existed) return facts;
    const Period& latest = *told.back().period;
    const LegalStatus* const last = status_on(law, kind, latest.legal_status, latest.from);
    if (last == nullptr || last->right != RightState::never_existed) return facts;
    set(facts, RightState::never_existed, RightBasis::invalidated, told.back().dates.status_on.value_or(latest.from));
    facts.grace_until.reset();
    facts.source = last->source_on(latest.from);
    return facts;
}

/// Was the right in force on some day of the first period up to `upto`? The state changes at most where it is granted,
/// where it ends and where a status begins, so these days and the two edges tell.
bool in_force_within(const Law& law, Kind kind, Tellings told, Day upto) {
    const Period& period = *told.front().period;
    const Day last = period.until ? std::min(Day{period.until->value() - 1}, upto) : upto;
    const auto holds_on = [&](std::optional<Day> day) {
        return day && period.from <= *day && *day <= last &&
               right_on(law, kind, told, *day).state == RightState::in_force;
    };
    if (holds_on(period.from) || holds_on(last)) return true;
    return std::any_of(told.begin(), told.end(), [&](const Told& known) {
        return holds_on(known.dates.granted_on) || holds_on(known.dates.filed_on) || holds_on(known.dates.status_on);
    });
}

ListingState listing_of(const Period& period) {
    if (period.listing == "listed") return ListingState::listed;
    return period.listing == "removed" ? ListingState::removed : ListingState::never;
}

Verdict verdict_of(ListingState listing, RightState right, bool protected_before) {
    if (listing == ListingState::never) return Verdict::never_listed;
    if (listing == ListingState::removed) return protected_before ? Verdict::was_protected : Verdict::was_listed;
    if (right == RightState::in_force) return Verdict::is_protected;
    return right == RightState::unknown ? Verdict::listed_right_unknown : Verdict::listed_not_in_force;
}

ListingFacts listing_facts(std::span<const Period> periods, std::size_t shown) {
    ListingFacts facts;
    const Period& period = periods[shown];
    facts.state = listing_of(period);
    std::size_t first = shown;
    while (first > 0 && listing_of(periods[first - 1]) == facts.state) --first;
    if (facts.state != ListingState::never) facts.since = periods[first].from;
    for_each_json_member(period.view, [&](std::string_view field, std::string_view value) {
        if (field == "listed_on") facts.listed_on = text_of(value);
        if (field == "removed_on") facts.removed_on = text_of(value);
        if (field == "ground") facts.ground = text_of(value);
    });
    return facts;
}

}  // namespace

std::string_view name(Verdict verdict) {
    constexpr std::array<std::string_view, 6> names{"protected",     "listed_not_in_force", "listed_right_unknown",
                                                    "was_protected", "was_listed",          "never_listed"};
    return names[static_cast<std::size_t>(verdict)];
}

std::string_view label_zh(Verdict verdict) {
    constexpr std::array<std::string_view, 6> labels{"在册，权利有效",       "在册，权利未生效或已失效",
                                                     "在册，权利状态未载明", "曾受保护，已移出",
                                                     "曾在册，已移出",       "从未列入"};
    return labels[static_cast<std::size_t>(verdict)];
}

std::string_view label_zh(RightState state) {
    constexpr std::array<std::string_view, 6> labels{"未载明", "尚未授权（注册）", "有效",
                                                     "已终止", "未获授权（注册）", "视为自始不存在"};
    return labels[static_cast<std::size_t>(state)];
}

std::string_view name(ListingState state) {
    constexpr std::array<std::string_view, 3> names{"never", "listed", "removed"};
    return names[static_cast<std::size_t>(state)];
}

std::string_view name(RightBasis basis) {
    constexpr std::array<std::string_view, 5> names{"none", "status", "dates", "law", "invalidated"};
    return names[static_cast<std::size_t>(basis)];
}

Protection protection_of(const EntryKey& key, std::span<const Period> periods, Day as_of, Day known_on,
                         const Law& law) {
    Protection answer;
    const auto ahead_of = [&](Day day) {
        return static_cast<std::size_t>(
            std::count_if(periods.begin(), periods.end(), [&](const Period& period) { return period.from <= day; }));
    };
    const std::size_t ahead = ahead_of(as_of);
    if (ahead > 0) {
        const Kind kind = parts_of(key).kind;
        answer.listing = listing_facts(periods, ahead - 1);
        // What was before the day matters only where the question is whether it was protected once.
        const std::size_t first = answer.listing.state == ListingState::removed ? 0 : ahead - 1;
        std::vector<Told> told;
        for (const Period& period : periods.first(ahead_of(std::max(as_of, known_on))).subspan(first))
            told.push_back({&period, stated_dates(period)});
        const Tellings known = told;
        answer.right = right_on(law, kind, known.subspan(ahead - 1 - first), as_of);
        bool protected_before = false;
        for (std::size_t i = 0; answer.listing.state == ListingState::removed && i < ahead && !protected_before; ++i)
            protected_before =
                listing_of(periods[i]) == ListingState::listed && in_force_within(law, kind, known.subspan(i), as_of);
        answer.verdict = verdict_of(answer.listing.state, answer.right.state, protected_before);
    }
    const auto coming = std::find_if(periods.begin() + static_cast<std::ptrdiff_t>(ahead), periods.end(),
                                     [&](const Period& period) { return listing_of(period) != answer.listing.state; });
    if (coming != periods.end()) answer.listing.coming = coming->from;
    return answer;
}

bool contradicts_itself(const EntryKey& key, std::span<const Period> periods, const Law& law) {
    constexpr std::array<std::string_view, 3> grounds_of_an_end{"expired", "invalidated", "surrendered"};
    if (periods.empty() || listing_of(periods.back()) != ListingState::removed) return false;
    const Day on = periods.back().from;
    const Protection answer = protection_of(key, periods, on, on, law);
    return std::ranges::find(grounds_of_an_end, answer.listing.ground) != grounds_of_an_end.end() &&
           answer.right.state == RightState::in_force;
}

bool tells_alone(const Period& period) {
    return !period.until && listing_of(period) == ListingState::listed;
}

}  // namespace minglu
