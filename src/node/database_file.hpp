#pragma once
/// The files of a database: SQLite keeps a write-ahead log and its index beside it.
#include <array>
#include <filesystem>

namespace minglu {

/// The database itself first.
[[nodiscard]] std::array<std::filesystem::path, 3> parts_of(const std::filesystem::path& database);

/// Audit trail and tokens are for the owner alone, as far as the file system lets this be said. What SQLite makes
/// beside the database takes its mode.
void keep_private(const std::filesystem::path& database);

}  // namespace minglu
