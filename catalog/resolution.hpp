#pragma once
/// From a conflict and what a person decided about it to the op that settles it. Pure.
///
/// The op is published as a `change` labelled `resolve`. It sees every effective op of the entry and writes every
/// contested group whole, since a pair stays open in a group that nobody wrote again (docs/PROTOCOL.md §5).
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "catalog/fold.hpp"
#include "minglu/record.hpp"

namespace minglu {

constexpr std::string_view resolve_label = "resolve";

/// What stands in a group from now on: what one side (a dot of the pair) says, or these fields of the group, the others
/// unset.
using GroupChoice = std::variant<Dot, std::vector<FieldValue>>;

/// One side for every contested group, or a choice for each of them.
struct Choice {
    std::optional<Dot> side;
    std::map<std::string, GroupChoice> groups;
};

/// A group as one side has it: as it wrote it, else as it saw it (a removal writes only the listing, an update does not
/// write it). Canonical JSON object of the group's fields; {} where there is nothing.
[[nodiscard]] std::string group_of_side(std::span<const EffectiveOp> ops, const Dot& side, const std::string& group);

/// `effective_on` none = the later day of the two sides. Errors: not_found (no such pair in conflict), missing_value (a
/// contested group is not decided; each is named), bad_request (a group that is not contested, or a dot that is no
/// side), and for values given anew what `check_fields` finds.
[[nodiscard]] Result<Op> resolve_conflict(const EntryKey& key, std::span<const EffectiveOp> ops, const Dot& a,
                                          const Dot& b, const Choice& choice, std::optional<Day> effective_on = {});

}  // namespace minglu
