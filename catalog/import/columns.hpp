#pragma once
/// What the columns of a published list mean. Headers come in Chinese or English, with any spacing, width and
/// punctuation; a header that nobody knows stays a field of its own.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/ids.hpp"

namespace minglu {

enum class ColumnRole {
    skip,         ///< running numbers, and list states that an import does not set
    unnamed,      ///< no header: nothing may stand in it
    key,          ///< the entry's key, as exports write it; every other column is then taken literally
    number,       ///< the number that the list goes by, of whatever form the kind has
    number_kind,  ///< says whether `number` is an application or a publication number
    application_number,
    publication_number,
    registration_number,
    announcement_number,
    certificate_number,
    nice_class,
    name,
    holders,
    credit_code,  ///< of the holders, in their order
    subtype,
    province,
    region,  ///< name or code of the place
    year,
    listing,  ///< only read to tell a removed entry in an export
    field,    ///< any other field, by the type it has in the table of fields
};

struct Column {
    ColumnRole role = ColumnRole::skip;
    std::string field;   ///< field that it fills; empty for roles that make the key
    std::string header;  ///< as it stands in the file, tidied; "column 7" where it has none
};

/// Before the header of a column that is the field of that very name, where the name alone would not be read back.
constexpr std::string_view field_header_mark = "field:";

struct ColumnPlan {
    Kind kind = Kind::patent;
    bool has_key = false;  ///< a `key` column names the entries; then `kind` is that of the first row at best
    std::vector<Column> columns;
};

/// Errors, each naming the headers: bad_request (the kind cannot be told from the headers), duplicate (two columns mean
/// the same), missing_value (nothing identifies an entry).
[[nodiscard]] Result<ColumnPlan> plan_columns(const std::vector<std::string>& headers, std::optional<Kind> kind = {});

/// Everything that a header may mean, whatever the list is one of; empty when nobody knows it.
[[nodiscard]] std::vector<ColumnRole> roles_of_header(std::string_view header);

/// Name of the field that an unknown header becomes: tidied, lower case, spaces and signs as `_`, at most 60 bytes.
/// Empty when nothing is left.
[[nodiscard]] std::string field_name_of(std::string_view header);

}  // namespace minglu
