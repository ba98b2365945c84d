#pragma once
/// What the law says of legal states and of how long a right lasts, as dated data: a new law is new rows.
///
/// The rows stand in catalog/data/terms.json (list "status") and catalog/data/right_terms.json. They are handed on as a
/// value, because an answer that is kept must be judged by the rows of its own time.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/terms.hpp"
#include "minglu/store.hpp"

namespace minglu {

/// A legal status and what it means for the right, from a day on.
struct LegalStatus {
    Kind kind = Kind::patent;
    std::string code;
    RightState right = RightState::unknown;
    std::string source;              ///< statute and article
    std::optional<Day> valid_from;   ///< none: for as long as anybody remembers
    std::optional<Day> valid_until;  ///< last day of that statute; the meaning counts on until another row begins

    /// The source where it is law on that day, else empty: no article is cited outside of its time.
    [[nodiscard]] std::string source_on(Day on) const {
        return (valid_from && on < *valid_from) || (valid_until && *valid_until < on) ? std::string() : source;
    }
    friend bool operator==(const LegalStatus&, const LegalStatus&) = default;
};

/// The field from which a term runs.
enum class TermStart { filed_on, granted_on };
[[nodiscard]] std::string_view name(TermStart start);
[[nodiscard]] Result<TermStart> parse_term_start(std::string_view field);

/// How long a right lasts. Counts for rights whose term begins from `valid_from` to `valid_until`, both inclusive: that
/// is how the law itself passes from one term to the next.
struct RightTerm {
    Kind kind = Kind::patent;
    std::string subtype;  ///< code of the list "subtype"; empty = any of the kind
    TermStart from = TermStart::filed_on;
    int years = 0;  ///< at most 200
    int grace_months =
        0;               ///< for so long after the end the right stays in force, as it can still be renewed; at most 99
    std::string source;  ///< statute and article
    Day valid_from;
    std::optional<Day> valid_until;

    /// Each renewal gives another term, so that the day of grant does not tell the end.
    [[nodiscard]] bool is_renewable() const { return grace_months > 0; }
    friend bool operator==(const RightTerm&, const RightTerm&) = default;
};

struct Law {
    std::vector<LegalStatus> statuses;
    std::vector<RightTerm> terms;
    friend bool operator==(const Law&, const Law&) = default;
};

/// All rows that this version knows. Lives as long as the program.
[[nodiscard]] const Law& current_law();
/// The rows that can matter for an entry of that kind with those periods, in the same order.
[[nodiscard]] Law relevant(const Law& law, Kind kind, std::span<const Period> periods);

/// The row of a code that is law on that day; where none is yet, its first. Null when the code is unknown.
[[nodiscard]] const LegalStatus* status_on(const Law& law, Kind kind, std::string_view code, Day on);

/// The dates that the view of a period states; none where it does not, or what it states is none.
struct StatedDates {
    std::optional<Day> filed_on;
    std::optional<Day> granted_on;
    std::optional<Day> expires_on;
    std::optional<Day> status_on;

    [[nodiscard]] std::optional<Day> from(const RightTerm& term) const {
        return term.from == TermStart::filed_on ? filed_on : granted_on;
    }
};
[[nodiscard]] StatedDates stated_dates(const Period& period);

/// The row that counts for the right: its beginning or, where that is not stated, its end (expires_on) falls into the
/// row's time. Null when there is no fixed term, or the dates do not tell.
[[nodiscard]] const RightTerm* term_of(const Law& law, Kind kind, std::string_view subtype, const StatedDates& stated);

/// The last day of a term: the day before the anniversary.
[[nodiscard]] Day last_day(const RightTerm& term, Day began);
/// The last day on which a term that ends on `end` can still be renewed.
[[nodiscard]] Day grace_end(const RightTerm& term, Day end);

}  // namespace minglu
