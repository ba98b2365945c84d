// What is said of one right on one day: the four answers that must never be mixed up, and the dates between them.
#include "catalog/protection.hpp"

#include <doctest/doctest.h>

#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

#include "minglu/json_text.hpp"

namespace minglu {
namespace {

Day day(const char* text) {
    return *parse_day(text);
}

struct Said {
    const char* from;
    std::vector<std::pair<const char*, const char*>> fields;  ///< sorted by field
};

std::vector<Period> periods_of(const std::vector<Said>& history) {
    std::vector<Period> periods;
    for (const Said& said : history) {
        Period period;
        period.from = day(said.from);
        if (!periods.empty()) periods.back().until = period.from;
        period.view = "{";
        for (const auto& [field, value] : said.fields) {
            if (period.view.size() > 1) period.view += ',';
            period.view += json_string(field) + ":" + json_string(value);
            if (std::string_view(field) == "listing") period.listing = value;
            if (std::string_view(field) == "status") period.legal_status = value;
            if (std::string_view(field) == "subtype") period.subtype = value;
        }
        period.view += "}";
        periods.push_back(period);
    }
    return periods;
}

const EntryKey patent{"patent/201710601862.3"};
const EntryKey mark{"trademark/10325554/33"};

const std::vector<Said> granted_2019{
    {"2020-01-01", {{"granted_on", "2019-05-07"}, {"listing", "listed"}, {"status", "granted"}}}};

TEST_CASE("The verdict of a day") {
    struct Case {
        const char* what;
        EntryKey key;
        std::vector<Said> history;
        const char* as_of;
        const char* known_on;
        Verdict verdict;
        RightState right;
        RightBasis basis;
    };
    const std::vector<Case> cases{
        {"never heard of",
         patent,
         {},
         "2026-01-01",
         "2026-01-01",
         Verdict::never_listed,
         RightState::unknown,
         RightBasis::none},
        {"before it was listed", patent, granted_2019, "2019-12-31", "2026-01-01", Verdict::never_listed,
         RightState::unknown, RightBasis::none},
        {"listed and in force", patent, granted_2019, "2020-01-01", "2026-01-01", Verdict::is_protected,
         RightState::in_force, RightBasis::status},
        {"listed, and nothing said of the right",
         mark,
         {{"2020-01-01", {{"listing", "listed"}}}},
         "2026-01-01",
         "2026-01-01",
         Verdict::listed_right_unknown,
         RightState::unknown,
         RightBasis::none},
        {"a status of a newer program",
         mark,
         {{"2020-01-01", {{"listing", "listed"}, {"status", "suspended"}}}},
         "2026-01-01",
         "2026-01-01",
         Verdict::listed_right_unknown,
         RightState::unknown,
         RightBasis::none},
        {"a name alone is no listing",
         mark,
         {{"2020-01-01", {{"name", "江小白"}}}},
         "2026-01-01",
         "2026-01-01",
         Verdict::never_listed,
         RightState::unknown,
         RightBasis::none},
        {"listed before the grant",
         patent,
         {{"2020-01-01", {{"granted_on", "2021-02-01"}, {"listing", "listed"}, {"status", "granted"}}}},
         "2021-01-31",
         "2026-01-01",
         Verdict::listed_not_in_force,
         RightState::pending,
         RightBasis::dates},
        {"on the day of the grant",
         patent,
         {{"2020-01-01", {{"granted_on", "2021-02-01"}, {"listing", "listed"}, {"status", "granted"}}}},
         "2021-02-01",
         "2026-01-01",
         Verdict::is_protected,
         RightState::in_force,
         RightBasis::status},
        {"an application",
         patent,
         {{"2020-01-01", {{"listing", "listed"}, {"status", "examination"}}}},
         "2026-01-01",
         "2026-01-01",
         Verdict::listed_not_in_force,
         RightState::pending,
         RightBasis::status},
        {"lapsed",
         patent,
         {{"2020-01-01", {{"listing", "listed"}, {"status", "fee_lapsed"}, {"status_on", "2024-03-01"}}}},
         "2024-03-01",
         "2026-01-01",
         Verdict::listed_not_in_force,
         RightState::ended,
         RightBasis::status},
        {"the day before it lapsed",
         patent,
         {{"2020-01-01", {{"listing", "listed"}, {"status", "fee_lapsed"}, {"status_on", "2024-03-01"}}}},
         "2024-02-29",
         "2026-01-01",
         Verdict::is_protected,
         RightState::in_force,
         RightBasis::dates},
        {"restored",
         patent,
         {{"2020-01-01", {{"listing", "listed"}, {"status", "fee_lapsed"}}},
          {"2024-06-01", {{"listing", "listed"}, {"status", "granted"}}}},
         "2024-06-01",
         "2026-01-01",
         Verdict::is_protected,
         RightState::in_force,
         RightBasis::status},
        {"removed after it was protected",
         patent,
         {granted_2019[0], {"2023-01-01", {{"listing", "removed"}, {"status", "granted"}}}},
         "2023-01-01",
         "2026-01-01",
         Verdict::was_protected,
         RightState::in_force,
         RightBasis::status},
        {"removed, and never known to be in force",
         mark,
         {{"2020-01-01", {{"listing", "listed"}}}, {"2023-01-01", {{"listing", "removed"}}}},
         "2023-01-01",
         "2026-01-01",
         Verdict::was_listed,
         RightState::unknown,
         RightBasis::none},
        {"removed after it had been in force in the midst of its listing",
         mark,
         {{"2020-01-01",
           {{"expires_on", "2022-01-01"},
            {"granted_on", "2021-01-01"},
            {"listing", "listed"},
            {"status", "registered"}}},
          {"2024-01-01", {{"listing", "removed"}, {"status", "not_renewed"}}}},
         "2024-01-01",
         "2026-01-01",
         Verdict::was_protected,
         RightState::ended,
         RightBasis::status},
        {"invalidated later, which works back",
         patent,
         {granted_2019[0], {"2025-11-20", {{"listing", "listed"}, {"status", "invalidated"}}}},
         "2022-01-01",
         "2026-01-01",
         Verdict::listed_not_in_force,
         RightState::never_existed,
         RightBasis::invalidated},
        {"the same, as known before",
         patent,
         {granted_2019[0], {"2025-11-20", {{"listing", "listed"}, {"status", "invalidated"}}}},
         "2022-01-01",
         "2025-11-19",
         Verdict::is_protected,
         RightState::in_force,
         RightBasis::status},
        {"invalidated and removed",
         patent,
         {granted_2019[0], {"2025-11-20", {{"listing", "removed"}, {"status", "invalidated"}}}},
         "2026-01-01",
         "2026-01-01",
         Verdict::was_listed,
         RightState::never_existed,
         RightBasis::status},
        {"an invalidation that was set aside",
         patent,
         {granted_2019[0],
          {"2024-01-01", {{"listing", "listed"}, {"status", "invalidated"}}},
          {"2025-01-01", {{"listing", "listed"}, {"status", "granted"}}}},
         "2022-01-01",
         "2026-01-01",
         Verdict::is_protected,
         RightState::in_force,
         RightBasis::status},
        {"an invalidation that was set aside, on a day when it was recorded",
         patent,
         {granted_2019[0],
          {"2024-01-01", {{"listing", "listed"}, {"status", "invalidated"}, {"status_on", "2023-12-01"}}},
          {"2025-01-01", {{"listing", "listed"}, {"status", "granted"}, {"status_on", "2024-12-01"}}}},
         "2024-06-01",
         "2026-01-01",
         Verdict::is_protected,
         RightState::in_force,
         RightBasis::status},
        {"the same before that was known",
         patent,
         {granted_2019[0],
          {"2024-01-01", {{"listing", "listed"}, {"status", "invalidated"}, {"status_on", "2023-12-01"}}},
          {"2025-01-01", {{"listing", "listed"}, {"status", "granted"}, {"status_on", "2024-12-01"}}}},
         "2024-06-01",
         "2024-07-01",
         Verdict::listed_not_in_force,
         RightState::never_existed,
         RightBasis::status},
        {"set aside, and lapsed since",
         patent,
         {granted_2019[0],
          {"2024-01-01", {{"listing", "listed"}, {"status", "invalidated"}, {"status_on", "2023-12-01"}}},
          {"2025-01-01", {{"listing", "listed"}, {"status", "fee_lapsed"}, {"status_on", "2024-12-01"}}}},
         "2024-06-01",
         "2026-01-01",
         Verdict::is_protected,
         RightState::in_force,
         RightBasis::dates},
        {"revoked later, which does not work back",
         mark,
         {{"2020-01-01", {{"listing", "listed"}, {"status", "registered"}}},
          {"2025-01-01", {{"listing", "listed"}, {"status", "revoked"}}}},
         "2024-12-31",
         "2026-01-01",
         Verdict::is_protected,
         RightState::in_force,
         RightBasis::status},
        {"scheduled, not yet",
         patent,
         {granted_2019[0], {"2030-01-01", {{"listing", "removed"}, {"status", "granted"}}}},
         "2029-12-31",
         "2026-01-01",
         Verdict::is_protected,
         RightState::in_force,
         RightBasis::status},
        {"scheduled, on its day",
         patent,
         {granted_2019[0], {"2030-01-01", {{"listing", "removed"}, {"status", "granted"}}}},
         "2030-01-01",
         "2030-01-01",
         Verdict::was_protected,
         RightState::in_force,
         RightBasis::status},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        const auto periods = periods_of(c.history);
        const Protection said = protection_of(c.key, periods, day(c.as_of), day(c.known_on));
        CHECK(name(said.verdict) == name(c.verdict));
        CHECK(name(said.right.state) == name(c.right));
        CHECK(name(said.right.basis) == name(c.basis));
    }
}

TEST_CASE("The end of a term: as stated, else by the law of its beginning") {
    struct Case {
        const char* what;
        EntryKey key;
        std::vector<std::pair<const char*, const char*>> fields;
        const char* last;  ///< day in force
        RightBasis basis;
        const char* expires_on;
    };
    const std::vector<Case> cases{
        {"20 years from filing",
         patent,
         {{"filed_on", "2017-07-21"}, {"listing", "listed"}, {"status", "granted"}, {"subtype", "invention"}},
         "2037-07-20",
         RightBasis::law,
         "2037-07-20"},
        {"a longer term is stated",
         patent,
         {{"expires_on", "2039-01-01"},
          {"filed_on", "2017-07-21"},
          {"listing", "listed"},
          {"status", "granted"},
          {"subtype", "invention"}},
         "2039-01-01",
         RightBasis::dates,
         "2039-01-01"},
        {"a utility model",
         patent,
         {{"filed_on", "2016-02-29"}, {"listing", "listed"}, {"status", "granted"}, {"subtype", "utility_model"}},
         "2026-02-28",
         RightBasis::law,
         "2026-02-28"},
        {"a design filed on the last day of the old law",
         patent,
         {{"filed_on", "2021-05-31"}, {"listing", "listed"}, {"status", "granted"}, {"subtype", "design"}},
         "2031-05-30",
         RightBasis::law,
         "2031-05-30"},
        {"and on the first of the new one",
         patent,
         {{"filed_on", "2021-06-01"}, {"listing", "listed"}, {"status", "granted"}, {"subtype", "design"}},
         "2036-05-31",
         RightBasis::law,
         "2036-05-31"},
        {"a mark can be renewed for six months more",
         mark,
         {{"expires_on", "2020-01-13"}, {"listing", "listed"}, {"status", "registered"}},
         "2020-07-13",
         RightBasis::dates,
         "2020-01-13"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        const auto periods = periods_of({{"2010-01-01", c.fields}});
        const Day last = day(c.last);
        const Protection on_last = protection_of(c.key, periods, last, last);
        CHECK(on_last.verdict == Verdict::is_protected);
        CHECK(on_last.right.expires_on == day(c.expires_on));
        CHECK(on_last.right.grace_until.has_value() == (last > day(c.expires_on)));
        const Protection after = protection_of(c.key, periods, Day{last.value() + 1}, last);
        CHECK(after.verdict == Verdict::listed_not_in_force);
        CHECK(after.right.state == RightState::ended);
        CHECK(after.right.basis == c.basis);
        CHECK_FALSE(after.right.source.empty());
    }
    // A renewal gives another term: the day of registration does not tell the end.
    const auto renewed =
        periods_of({{"2020-01-01", {{"granted_on", "1990-01-01"}, {"listing", "listed"}, {"status", "registered"}}}});
    CHECK(protection_of(mark, renewed, day("2026-01-01"), day("2026-01-01")).verdict == Verdict::is_protected);
}

TEST_CASE("What was entered late counts from its own day, once it is known") {
    const Said listed{"2024-05-01", {{"granted_on", "2020-03-07"}, {"listing", "listed"}, {"status", "registered"}}};
    const auto right = [](const std::vector<Said>& history, const char* as_of, const char* known_on) {
        return protection_of(mark, periods_of(history), day(as_of), day(known_on)).right;
    };
    const std::vector<Said> lapsed{
        listed,
        {"2026-11-01",
         {{"granted_on", "2020-03-07"}, {"listing", "listed"}, {"status", "revoked"}, {"status_on", "2025-08-01"}}}};
    CHECK(right(lapsed, "2025-07-31", "2026-11-26").state == RightState::in_force);
    CHECK(right(lapsed, "2025-08-01", "2026-11-26").state == RightState::ended);
    CHECK(right(lapsed, "2026-01-01", "2026-11-26").since == day("2025-08-01"));
    CHECK(right(lapsed, "2026-01-01", "2026-11-26").status == "revoked");
    CHECK(right(lapsed, "2026-01-01", "2026-10-31").state == RightState::in_force);
    CHECK(protection_of(mark, periods_of(lapsed), day("2026-01-01"), day("2026-11-26")).verdict ==
          Verdict::listed_not_in_force);
    // Restored later, from a later day: ended in between.
    std::vector<Said> restored = lapsed;
    restored.push_back({"2026-11-20", {{"listing", "listed"}, {"status", "registered"}, {"status_on", "2026-02-01"}}});
    CHECK(right(restored, "2026-01-01", "2026-11-26").state == RightState::ended);
    CHECK(right(restored, "2026-02-01", "2026-11-26").state == RightState::in_force);
    // Set aside: in force again from a day by then.
    restored.back() = {"2026-11-20", {{"listing", "listed"}, {"status", "registered"}, {"status_on", "2025-08-01"}}};
    CHECK(right(restored, "2026-01-01", "2026-11-26").state == RightState::in_force);

    // A renewal leaves no gap, and a term that turns out to have been shorter is over.
    const std::vector<Said> renewed{
        {"2019-01-01", {{"expires_on", "2020-03-06"}, {"listing", "listed"}, {"status", "registered"}}},
        {"2026-11-01", {{"expires_on", "2030-03-06"}, {"listing", "listed"}, {"status", "registered"}}}};
    CHECK(right(renewed, "2022-01-01", "2026-10-31").state == RightState::ended);
    CHECK(right(renewed, "2022-01-01", "2026-11-26").state == RightState::in_force);
    CHECK(right(renewed, "2022-01-01", "2026-11-26").expires_on == day("2030-03-06"));
    const std::vector<Said> forgotten{renewed[0], {"2026-11-01", {{"listing", "removed"}, {"status", "registered"}}}};
    CHECK(right(forgotten, "2022-01-01", "2026-11-26").state == RightState::ended);

    // What said nothing, or was waiting, counts as in force from the grant that is known now.
    for (const char* status : {"", "examination"}) {
        const auto learnt =
            periods_of({{"2019-01-01", {{"listing", "listed"}, {"status", status}}},
                        {"2026-11-01", {{"granted_on", "2020-03-07"}, {"listing", "listed"}, {"status", "granted"}}}});
        const auto state = [&](const char* as_of, const char* known_on) {
            return protection_of(patent, learnt, day(as_of), day(known_on)).right.state;
        };
        CHECK(state("2020-03-07", "2026-11-26") == RightState::in_force);
        CHECK(state("2020-03-06", "2026-11-26") != RightState::in_force);
        CHECK(state("2020-03-07", "2026-10-31") != RightState::in_force);
    }

    // Removed, and it turns out that the right had ended before it was listed: it was never protected.
    const std::vector<Said> too_late{
        {"2025-09-01", {{"listing", "listed"}, {"status", "registered"}}},
        {"2026-11-01", {{"listing", "removed"}, {"status", "revoked"}, {"status_on", "2025-08-01"}}}};
    CHECK(protection_of(mark, periods_of(too_late), day("2026-11-26"), day("2026-11-26")).verdict ==
          Verdict::was_listed);
}

TEST_CASE("Since when it has been listed, and what is scheduled") {
    const auto periods = periods_of({{"2020-01-01", {{"listing", "listed"}}},
                                     {"2021-01-01", {{"listing", "listed"}, {"listed_on", "2020-02-02"}}},
                                     {"2030-01-01", {{"ground", "expired"}, {"listing", "removed"}}}});
    const ListingFacts now = protection_of(mark, periods, day("2026-01-01"), day("2026-01-01")).listing;
    CHECK(now.since == day("2020-01-01"));
    CHECK(now.listed_on == "2020-02-02");
    CHECK(now.coming == day("2030-01-01"));
    const ListingFacts later = protection_of(mark, periods, day("2030-01-01"), day("2026-01-01")).listing;
    CHECK(later.since == day("2030-01-01"));
    CHECK(later.ground == "expired");
    CHECK_FALSE(later.coming);
    CHECK(protection_of(mark, periods, day("2019-01-01"), day("2026-01-01")).listing.coming == day("2020-01-01"));
}

TEST_CASE("A period that tells alone says what all of them say") {
    const std::vector<const char*> listings{"listed", "removed"};
    const std::vector<const char*> states{"granted", "fee_lapsed", "invalidated", "examination"};
    rc::check([&] {
        std::vector<Said> history;
        const int count = *rc::gen::inRange(1, 5);
        std::vector<std::string> days;
        for (int i = 0; i < count; ++i) days.push_back("202" + std::to_string(i) + "-01-01");
        for (int i = 0; i < count; ++i)
            history.push_back({days[static_cast<std::size_t>(i)].c_str(),
                               {{"listing", *rc::gen::elementOf(listings)}, {"status", *rc::gen::elementOf(states)}}});
        const auto periods = periods_of(history);
        const Day known_on = day("2026-01-01");
        for (std::size_t i = 0; i < periods.size(); ++i) {
            if (!tells_alone(periods[i])) continue;
            RC_ASSERT(protection_of(patent, std::span(&periods[i], 1), periods[i].from, known_on).verdict ==
                      protection_of(patent, periods, periods[i].from, known_on).verdict);
        }
    });
}

TEST_CASE("A removal that says the right has ended contradicts a status that says it is in force") {
    const auto contradicts = [](const char* ground, const char* status) {
        return contradicts_itself(
            mark, periods_of({{"2020-01-01", {{"listing", "listed"}, {"status", "registered"}}},
                              {"2024-01-01", {{"ground", ground}, {"listing", "removed"}, {"status", status}}}}));
    };
    for (const char* ground : {"invalidated", "expired", "surrendered"}) {
        CHECK(contradicts(ground, "registered"));
        CHECK_FALSE(contradicts(ground, "invalidated"));
        CHECK_FALSE(contradicts(ground, ""));
    }
    CHECK_FALSE(contradicts("abuse", "registered"));
    CHECK_FALSE(contradicts_itself(patent, periods_of(granted_2019)));
    CHECK_FALSE(contradicts_itself(patent, {}));
}

TEST_CASE("A new law is a new row, which counts from its day") {
    Law law = current_law();
    law.statuses.push_back(
        {Kind::trademark, "registered", RightState::in_force, "商标法(2026修订)", day("2027-01-01"), {}});
    law.statuses.push_back(
        {Kind::trademark, "suspended", RightState::pending, "商标法(2026修订)", day("2027-01-01"), {}});
    const auto periods = periods_of({{"2020-01-01", {{"listing", "listed"}, {"status", "registered"}}},
                                     {"2027-06-01", {{"listing", "listed"}, {"status", "suspended"}}}});
    const auto right_on = [&](const char* as_of, const Law& rows) {
        return protection_of(mark, periods, day(as_of), day(as_of), rows).right;
    };
    CHECK(right_on("2026-12-31", law) == right_on("2026-12-31", current_law()));
    CHECK(right_on("2027-01-01", law).source == "商标法(2026修订)");
    // No article is cited outside of its time, though its row still says what the status means.
    CHECK(right_on("2026-12-31", law).source == "商标法(2019修正)第三十九条");
    CHECK(right_on("2027-01-01", current_law()).source.empty());
    CHECK(right_on("2027-01-01", current_law()).state == RightState::in_force);
    CHECK(right_on("2027-06-01", law).state == RightState::pending);
    CHECK(right_on("2027-06-01", current_law()).state == RightState::unknown);
    // The rows that can matter are enough.
    for (const char* as_of : {"2019-01-01", "2026-12-31", "2027-01-01", "2027-06-01"})
        CHECK(protection_of(mark, periods, day(as_of), day(as_of), relevant(law, Kind::trademark, periods)) ==
              protection_of(mark, periods, day(as_of), day(as_of), law));
    CHECK(relevant(law, Kind::trademark, periods).statuses.size() == 3);
}

TEST_CASE("of the rows of a code the one that began last counts, in whatever order they stand") {
    const LegalStatus always{Kind::gi, "x", RightState::in_force, "always", {}, {}};
    const LegalStatus early{Kind::gi, "x", RightState::ended, "2010", day("2010-01-01"), {}};
    const LegalStatus late{Kind::gi, "x", RightState::pending, "2030", day("2030-01-01"), {}};
    std::vector<LegalStatus> rows{always, early, late};
    const auto by_source = [](const LegalStatus& a, const LegalStatus& b) { return a.source < b.source; };
    std::sort(rows.begin(), rows.end(), by_source);
    do {
        const Law law{rows, {}};
        CHECK(status_on(law, Kind::gi, "x", day("2010-01-01"))->source == "2010");
        CHECK(status_on(law, Kind::gi, "x", day("2029-12-31"))->source == "2010");
        CHECK(status_on(law, Kind::gi, "x", day("2031-01-01"))->source == "2030");
        CHECK(status_on(law, Kind::gi, "x", day("2009-12-31"))->source == rows.front().source);
    } while (std::next_permutation(rows.begin(), rows.end(), by_source));
}

}  // namespace
}  // namespace minglu
