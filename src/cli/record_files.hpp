#pragma once
/// sync export, sync import: records in files, for carried disks and one-way gates.
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "minglu/vector.hpp"
#include "src/cli/command.hpp"
#include "src/cli/new_file.hpp"

namespace minglu::cli {

struct RecordExport {
    std::string file;
    std::string peer;  ///< with --for
    std::string have;
    bool all = false;
    std::uint64_t limit_bytes = 0;  ///< 0 = as much as there is
    Existing existing = Existing::keep;
};
[[nodiscard]] ExitCode export_records(Session& session, const RecordExport& options);

struct RecordImport {
    std::vector<std::string> files;
};
[[nodiscard]] ExitCode import_records(Session& session, const RecordImport& options);

// Shared by both.

/// How many records of `wanted` are not covered by `have`.
[[nodiscard]] std::uint64_t records_between(const Vector& have, const Vector& wanted);
/// A vector in an answer, as text or as an object; ends the command when it is none.
[[nodiscard]] Vector vector_in(Session& session, const Json& object, const char* name);

}  // namespace minglu::cli
