#pragma once
/// Bringing back a backup: the node's old log is not continued, a new one is opened at the next start.
#include <filesystem>

#include "minglu/error.hpp"

namespace minglu {

/// `data_dir` must hold the node's keys and configuration. A database that is there is moved aside, not overwritten.
/// The backup's manifest must stand beside it. Nothing is changed before all checks have passed. Errors: not_found,
/// busy, bad_value (of another node), unsupported_version, malformed, corrupt, io, disk_full.
[[nodiscard]] Result<void> restore_node(const std::filesystem::path& backup, const std::filesystem::path& data_dir);

/// Fails with not_found where `database` is missing, but its write-ahead log or the copy of a restore is there: opening
/// it would begin an empty catalogue and throw that log away.
[[nodiscard]] Result<void> check_not_half_restored(const std::filesystem::path& database);

}  // namespace minglu
