#pragma once
/// From the effective ops of a key to everything that is stored and shown about it. Pure.
#include <span>
#include <string>

#include "catalog/fold.hpp"
#include "minglu/store.hpp"

namespace minglu {

/// Version of the merge rule and of the state's form; stands in every head as `fold`.
constexpr std::uint32_t fold_version = 1;

/// The undated fold as sorted-key JSON, {"conflicts":[…],"etag":{…},"groups":{…}}: what the state hash covers.
[[nodiscard]] std::string state_json(std::span<const MergedGroup> groups, std::span<const FoldedConflict> conflicts,
                                     const Vector& etag);

/// The merged fields as one canonical object, groups in order.
[[nodiscard]] std::string view_json(std::span<const MergedGroup> groups);

/// SHA-256("minglu/conflict/1" ‖ key ‖ the two dots as text, bytewise sorted); each part with its length before it as
/// four bytes, big-endian.
[[nodiscard]] Hash conflict_id(const EntryKey& key, const Dot& a, const Dot& b);

/// Everything but `trie_leaf`, which covers stored bytes too (see sync/apply).
[[nodiscard]] EntryViews make_views(const EntryKey& key, std::span<const EffectiveOp> ops);

}  // namespace minglu
