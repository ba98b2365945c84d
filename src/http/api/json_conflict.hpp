#pragma once
/// The JSON forms of a conflict.
#include <string>

#include "minglu/store.hpp"

namespace minglu {

/// The one in lists: {"id","key","type","state","groups","found_at","claimed_by"?,"sides":[side ×2]}.
[[nodiscard]] std::string conflict_item_json(const ReadTx& tx, const ConflictRow& row);

/// All that a person needs to decide: the item with "base", "ours", "theirs", "winner", "journal", "resolutions".
/// `self`: ours is the side that this node wrote, else the first.
[[nodiscard]] std::string conflict_json(const ReadTx& tx, const ConflictRow& row, const NodeId& self);

/// The side that is "ours" (see above) first, then "theirs".
struct ConflictSides {
    Dot ours;
    Dot theirs;
};
[[nodiscard]] ConflictSides sides_of(const ConflictView& conflict, const NodeId& self);

}  // namespace minglu
