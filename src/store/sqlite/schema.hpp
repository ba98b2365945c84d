#pragma once
/// The schema and its versions.
#include "src/store/sqlite/database.hpp"

namespace minglu {

/// Applies the numbered files of migrations/ that the database does not have yet, each in one transaction with its
/// number in `PRAGMA user_version`. Throws StoreFault(unsupported_version) when the database is newer than this
/// program.
void migrate(Database& database);

}  // namespace minglu
