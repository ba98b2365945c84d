#pragma once
/// Closed lists of the catalogue as dated data (catalog/data/terms.json): what a field of type `term` may hold.
///
/// Lists carry the name of the field: "status" and "subtype" (per kind), "ground" (why an entry was removed),
/// "listing", "role"; "kind" is what a key begins with. Entries hold the code; people see the label.
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/ids.hpp"
#include "minglu/time.hpp"

namespace minglu {

/// What a legal status means for the right itself.
enum class RightState {
    unknown,        ///< nothing is stated, or a status that this version does not know
    pending,        ///< applied for, not granted yet
    in_force,       ///< granted, and not ended
    ended,          ///< was in force until then: term over, lapsed, surrendered, revoked
    never_granted,  ///< refused, withdrawn
    never_existed,  ///< invalidated: works back to the start
};
inline constexpr std::array all_right_states{RightState::unknown, RightState::pending,       RightState::in_force,
                                             RightState::ended,   RightState::never_granted, RightState::never_existed};
[[nodiscard]] std::string_view name(RightState state);  ///< "in_force"

struct Term {
    std::string list;
    std::string code;  ///< stable, `[a-z_]+`, e.g. "granted", "not_renewed"
    std::string label_zh;
    std::string label_en;
    std::string source;                      ///< statute and article, or practice, that the term comes from
    RightState right = RightState::unknown;  ///< status: what it means for the right
    std::optional<Kind> kind;                ///< none: any kind
    std::vector<std::string> aliases;        ///< other spellings in published lists
    std::optional<Day> valid_from;           ///< period of the rule named in `source`, both days inclusive
    std::optional<Day> valid_until;

    [[nodiscard]] bool in_force() const { return right == RightState::in_force; }
    /// The right was granted, and is not deemed never to have existed.
    [[nodiscard]] bool granted() const { return in_force() || right == RightState::ended; }
};

/// By code, label or alias (width and spaces do not matter for labels); null when there is none. Without a kind,
/// the first of any kind. Lives as long as the program.
[[nodiscard]] const Term* find_term(std::string_view list, std::string_view code_or_label,
                                    std::optional<Kind> kind = {});

/// "trademark", or as people say: "商标".
[[nodiscard]] std::optional<Kind> find_kind(std::string_view code_or_label);

/// All terms of a list that apply to a kind (all when none), in the order in which to offer them; a code once, however
/// many laws it has stood in.
[[nodiscard]] std::vector<const Term*> terms_of(std::string_view list, std::optional<Kind> kind = {});

}  // namespace minglu
