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

/// What becomes of a backup whose content is found to be damaged.
enum class IfDamaged {
    refuse,
    take,  ///< there is no better one: minglu rebuild and the peers mend what they can
};

/// `data_dir` must hold the node's keys and configuration. A database that is there is moved aside, not overwritten.
/// The backup's manifest must stand beside it; where that does not say that all was verified, it is verified now. The
/// audit trail of the backup goes on with a row that names it. Nothing is changed before all checks have passed.
/// Errors: not_found, busy, bad_value (of another node), unsupported_version, malformed, corrupt, io, disk_full.
[[nodiscard]] Result<void> restore_node(const std::filesystem::path& backup, const std::filesystem::path& data_dir,
                                        const RestoredBy& by, IfDamaged if_damaged = IfDamaged::refuse);

/// Removes the copy that a restore which was killed left beside a database that is there. Errors: not_allowed, io.
[[nodiscard]] Result<void> remove_unfinished_restore(const std::filesystem::path& database);

}  // namespace minglu
