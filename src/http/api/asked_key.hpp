#pragma once
/// Which entry or batch a question names.
#include <string>

#include "minglu/store.hpp"

namespace minglu {

/// A key that something here was written to is taken as it is; any other is brought into its normalised spelling first,
/// so that nobody is told "never listed" of a key that cannot exist. Errors: bad_request naming what is wrong with it.
[[nodiscard]] Result<EntryKey> asked_key(const ReadTx& tx, const std::string& text);

/// The dot of a batch. Ids of logs are in lower case; here they may be typed in capitals. Errors: see `parse_dot`.
[[nodiscard]] Result<Dot> asked_dot(std::string text);

}  // namespace minglu
