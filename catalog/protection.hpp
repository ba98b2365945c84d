#pragma once
/// What the catalogue says of one right on one day, as one verdict with the facts behind it. Pure.
///
/// Two things are told apart: whether the entry stood on the list, and whether the right itself was in force. Both are
/// asked for a day D, of what was known by a later day K: a right that was invalidated by K is deemed never to have
/// existed on D either (专利法第四十七条, 商标法第四十七条), while a lapse, a revocation, a renewal count from their
/// own day, whenever they were entered. The rule in full: docs/EVIDENCE.md.
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalog/law.hpp"
#include "minglu/store.hpp"

namespace minglu {

enum class Verdict {
    is_protected,          ///< listed, and the right is in force
    listed_not_in_force,   ///< listed, but the right itself is pending, has ended or never existed
    listed_right_unknown,  ///< listed; what is recorded does not tell whether the right is in force
    was_protected,         ///< removed; before, it was listed while the right was in force
    was_listed,            ///< removed; nothing recorded says that the right was in force while it was listed
    never_listed,          ///< not listed on that day, nor on any day before
};
inline constexpr std::array all_verdicts{Verdict::is_protected,         Verdict::listed_not_in_force,
                                         Verdict::listed_right_unknown, Verdict::was_protected,
                                         Verdict::was_listed,           Verdict::never_listed};
[[nodiscard]] std::string_view name(Verdict verdict);  ///< "protected", "listed_not_in_force", …
[[nodiscard]] std::string_view label_zh(Verdict verdict);
[[nodiscard]] std::string_view label_zh(RightState state);

enum class ListingState { never, listed, removed };
[[nodiscard]] std::string_view name(ListingState state);

struct ListingFacts {
    ListingState state = ListingState::never;
    std::optional<Day> since;   ///< from when the catalogue has said so without a break
    std::string listed_on;      ///< as stated; empty when not
    std::string removed_on;     ///< as stated
    std::string ground;         ///< of a removal, code of the list "ground"
    std::optional<Day> coming;  ///< a later day from which the listing is another, as it is scheduled
    friend bool operator==(const ListingFacts&, const ListingFacts&) = default;
};

/// Why the right is said to be in its state.
enum class RightBasis {
    none,         ///< nothing tells
    status,       ///< the recorded status
    dates,        ///< the recorded dates of filing, grant, status or end
    law,          ///< the term that the law gives such a right
    invalidated,  ///< a later invalidation, which works back
};
[[nodiscard]] std::string_view name(RightBasis basis);

struct RightFacts {
    RightState state = RightState::unknown;
    RightBasis basis = RightBasis::none;
    std::optional<Day> since;        ///< from when, where a date is stated
    std::string status;              ///< recorded for that day, code of the list "status"; empty when none
    std::string granted_on;          ///< as stated
    std::optional<Day> expires_on;   ///< last day of the term: as stated, else by law
    std::optional<Day> grace_until;  ///< the term is over, and it can still be renewed until then
    std::string source;              ///< statute and article behind `state`; empty where none is needed
    friend bool operator==(const RightFacts&, const RightFacts&) = default;
};

struct Protection {
    Verdict verdict = Verdict::never_listed;
    ListingFacts listing;
    RightFacts right;
    friend bool operator==(const Protection&, const Protection&) = default;
};

/// `periods`: of the key, ascending, from the ops known by `known_on`; none = never heard of. `known_on` may lie before
/// `as_of`: then what is scheduled by that day counts.
[[nodiscard]] Protection protection_of(const EntryKey& key, std::span<const Period> periods, Day as_of, Day known_on,
                                       const Law& law = current_law());

/// Whether the entry was taken off the list because its right has ended, while its status says that it is in force:
/// then one of the two was forgotten. Looks at the last period.
[[nodiscard]] bool contradicts_itself(const EntryKey& key, std::span<const Period> periods,
                                      const Law& law = current_law());

/// Whether `period` alone tells the verdict of a day in it, so that a search need not read the others.
[[nodiscard]] bool tells_alone(const Period& period);

}  // namespace minglu
