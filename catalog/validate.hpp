#pragma once
/// The form of one field's value, apart from all others. `check_fields` (fields.hpp) is what callers use.
#include <string_view>
#include <vector>

#include "catalog/fields.hpp"

namespace minglu {

/// What is wrong with the canonical JSON text `json` as a value of this field in an entry with this key; empty = fine.
/// `json` is not null. `on` is the day it takes effect.
[[nodiscard]] std::vector<Error> check_value(const FieldSpec& spec, const KeyParts& key, std::string_view json, Day on);

}  // namespace minglu
