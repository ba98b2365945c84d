#pragma once
/// From what an editor was shown and what they want to change to the op that says so. Pure.
///
/// A group merges as one value, so an op writes whole groups: every field of a group in which something changes, as the
/// editor saw it, with the changes laid over it. Groups in which nothing changes are left out, so that the edit does
/// not stand against somebody else's.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/fold.hpp"
#include "minglu/record.hpp"

namespace minglu {

/// A write of a group that takes effect after the day of the edit.
struct ScheduledWrite {
    Day from;
    std::string group;
    std::string value;  ///< canonical JSON object of the group's fields
    friend bool operator==(const ScheduledWrite&, const ScheduledWrite&) = default;
};

/// An entry as an editor was shown it.
struct ShownEntry {
    std::string view;                       ///< canonical JSON object of the merged fields
    std::vector<ScheduledWrite> scheduled;  ///< by day, then group
    friend bool operator==(const ShownEntry&, const ShownEntry&) = default;
};

/// The effective ops that someone with this ETag was shown: covered, a proposal with one approval of each node it
/// needs.
[[nodiscard]] std::vector<EffectiveOp> shown_ops(std::span<const EffectiveOp> ops, const Vector& seen);
/// The entry that these ops make on a day; none when there are no ops.
[[nodiscard]] std::optional<ShownEntry> shown_entry(std::span<const EffectiveOp> ops, Day on);

enum class OverScheduled { refuse, override };

/// What every edit says.
struct EditFrame {
    EntryKey key;
    Vector seen;  ///< the ETag that the editor was shown; empty for a new entry
    Day effective_on;
    OverScheduled over_scheduled = OverScheduled::refuse;
};

/// Fields that nobody else gives a meaning begin so.
constexpr std::string_view extension_prefix = "x_";

/// Changes fields; "null" unsets. A field must be known here, stand in the entry already (a later version wrote it), or
/// begin with `extension_prefix`. Of a new entry (`shown` is none) the name must be given, and `listing` and `home` are
/// added where they are not. Errors: stale (a group has a write scheduled after the edit, which the edit would
/// override; each is listed), bad_request (nothing changes), bad_value (no such field), missing_value, and what
/// `check_fields` finds in the entry after the edit that was not wrong with it before.
[[nodiscard]] Result<Op> edit_entry(const EditFrame& frame, const std::optional<ShownEntry>& shown,
                                    std::span<const FieldValue> fields, const NodeId& home);

/// Takes an entry off the list: nothing is deleted. `ground` is a code or label of the closed list "ground". Errors: as
/// `edit_entry`, and already_exists (removed already), bad_value (no such ground).
[[nodiscard]] Result<Op> remove_entry(const EditFrame& frame, const ShownEntry& shown, std::string_view ground,
                                      std::string_view reason);

/// Puts a removed entry back. Errors: as `edit_entry`, and already_exists (it is listed).
[[nodiscard]] Result<Op> restore_entry(const EditFrame& frame, const ShownEntry& shown);

/// Every field of a group as an op must write it: those in `value` (canonical JSON object), the other known ones null.
[[nodiscard]] std::vector<FieldValue> whole_group(std::string_view group, std::string_view value);

}  // namespace minglu
