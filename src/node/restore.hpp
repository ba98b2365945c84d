#pragma once
/// Bringing back a backup: the node's old log is not continued, a new one is opened at the next start.
#include <filesystem>
#include <string>

#include "minglu/error.hpp"

namespace minglu {

/// Who brings it back, for the audit trail.
struct RestoredBy {
    std::string actor;
    std::string remote;  ///< as in AuditEntry
    std::string case_number;
};

/// `data_dir` must hold the node's keys and configuration. A database that is there is moved aside, not overwritten.
/// The backup's manifest must stand beside it. The audit trail of the backup goes on with a row that names it. Nothing
/// is changed before all checks have passed. Errors: not_found, busy, bad_value (of another node), unsupported_version,
/// malformed, corrupt, io, disk_full.
[[nodiscard]] Result<void> restore_node(const std::filesystem::path& backup, const std::filesystem::path& data_dir,
                                        const RestoredBy& by);

}  // namespace minglu
