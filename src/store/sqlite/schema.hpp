#pragma once
/// The schema and its versions.
#include "src/store/sqlite/database.hpp"

namespace minglu {

/// Applies the numbered files of migrations/ that the database does not have yet, all in one transaction with the
/// number of the last in `PRAGMA user_version`: an upgrade that fails half-way leaves what the older program can go on
/// with. Throws StoreFault(unsupported_version) when the database is newer than this program.
void migrate(Database& database);

}  // namespace minglu
