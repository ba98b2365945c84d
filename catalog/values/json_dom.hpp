#pragma once
/// Strict reading of JSON lines with simdjson, shared by the codecs of this folder (simdjson stays inside it).
#include <simdjson.h>

#include <string>
#include <string_view>

#include "minglu/error.hpp"
#include "minglu/json_text.hpp"

namespace minglu::json_dom {

/// Where null may stand: in the document itself, in each field of it, in each field of its object `set`.
enum class Nulls { nowhere, here, fields, fields_of_set };

/// Parses one document and checks the strict subset: UTF-8, no duplicate keys, strings and integers only, depth.
/// The element lives until this thread parses the next document.
[[nodiscard]] Result<simdjson::dom::element> parse(std::string_view text, Nulls nulls = Nulls::nowhere,
                                                   std::size_t depth_max = json_depth_max);

/// Appends the canonical form (see json_text.hpp). `value` must come from `parse`.
void append_canonical(std::string& out, simdjson::dom::element value);

}  // namespace minglu::json_dom
