#pragma once
/// Files with key material: readable by their owner only, whole or not there at all.
#include <filesystem>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

enum class IfExists {
    refuse,   ///< a lost key cannot be made again
    replace,  ///< in one step: readers see the old file or the new one
};

/// Writes `bytes` to `path` with mode 0600; file and directory entry are on disk when it returns.
/// Errors: already_exists, disk_full, io.
[[nodiscard]] Result<void> write_secret_file(const std::filesystem::path& path, std::string_view bytes,
                                             IfExists if_exists);

/// Removes what `write_secret_file` of this path left under temporary names because its process was killed. Nobody may
/// be writing it meanwhile. Errors: not_allowed, io.
[[nodiscard]] Result<void> remove_temporaries_of(const std::filesystem::path& path);

/// Removes a file if it is there; on disk it is gone, too, when this returns. Errors: not_allowed, io.
[[nodiscard]] Result<void> remove_file(const std::filesystem::path& path);

/// Errors: not_found; not_allowed when group or others may read or write it, or it is not a regular file; too_large
/// above 64 KiB; io.
[[nodiscard]] Result<std::string> read_secret_file(const std::filesystem::path& path);

}  // namespace minglu
