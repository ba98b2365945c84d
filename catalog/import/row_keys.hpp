#pragma once
/// From the identifying cells of one row to the keys of its entries.
#include <string>
#include <string_view>
#include <vector>

#include "minglu/record.hpp"

namespace minglu {

/// The cells of a row that make its keys, as they stand in the file; empty where the list has no such column.
struct NumberCells {
    std::string_view number;  ///< the number the list goes by, of whatever form
    std::string_view number_kind;
    std::string_view application_number;
    std::string_view publication_number;
    std::string_view registration_number;
    std::string_view announcement_number;
    std::string_view certificate_number;
    std::string_view nice_class;
    std::string_view name;
    std::string_view subtype;  ///< code of the closed list, or empty
};

/// A key with the number fields that it does not hold itself.
struct KeyedNumbers {
    EntryKey key;
    std::vector<FieldValue> fields;
};

/// Several numbers and classes pair one to one when there are as many of both; one number takes every class.
/// `where` of an error is the name of the member of `NumberCells` that it is about.
[[nodiscard]] Result<std::vector<KeyedNumbers>> keys_of_row(Kind kind, const NumberCells& cells);

}  // namespace minglu
