#pragma once
/// The fields of an entry: which group each belongs to, what it may hold, what it is called.
///
/// Groups merge as one value, so this table is part of the merge rule (docs/PROTOCOL.md §5): a field never moves to
/// another group. What a field may hold is checked by the author of an op alone; others take what was signed.
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "minglu/record.hpp"

namespace minglu {

enum class FieldType {
    text,
    date,     ///< "YYYY-MM-DD"
    term,     ///< code of a closed list, see `FieldSpec::list`
    number,   ///< identifier in its normalised spelling
    holders,  ///< array of {"name", "credit_code"?, "role": "holder" | "licensee"}
    region,   ///< code of GB/T 2260
    node,     ///< node_id
    keys,     ///< array of entry keys
};

struct FieldSpec {
    std::string_view name;
    std::string_view group;
    FieldType type = FieldType::text;
    std::string_view label_zh;
    std::size_t bytes_max = 0;  ///< of the canonical JSON text
    std::string_view list;      ///< name of the closed list (terms.hpp) of a `term`
};

/// In the order in which to show them.
[[nodiscard]] std::span<const FieldSpec> field_specs();
/// Null for a field unknown to this version.
[[nodiscard]] const FieldSpec* find_field(std::string_view name);
/// An unknown field is a group of its own name. The view points into the table or into `field`.
[[nodiscard]] std::string_view group_of(std::string_view field);
/// Known fields of a group in showing order; a group unknown here holds the one field of its name.
[[nodiscard]] std::vector<std::string_view> fields_of_group(std::string_view group);

/// The author's rules for a write to `key`: form of the key, form of each value, fields that must agree with each
/// other and with the key. `on` is the day it takes effect. Unknown fields are always allowed, `null` unsets any field
/// but the name. Every finding, in the order of `set`; empty = fine. `where` of each error names the field.
[[nodiscard]] std::vector<Error> check_fields(const EntryKey& key, std::span<const FieldValue> set, Day on);

}  // namespace minglu
