#pragma once
/// SHA-256 of files of any size, in bounded memory.
#include <filesystem>

#include "minglu/hash.hpp"

namespace minglu {

/// Errors: io.
[[nodiscard]] Result<Hash> sha256_of_file(const std::filesystem::path& file);

}  // namespace minglu
