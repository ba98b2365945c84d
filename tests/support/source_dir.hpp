#pragma once
/// Where the files that tests read are.
#include <filesystem>

namespace minglu::test {

/// The root of the project's source tree.
[[nodiscard]] std::filesystem::path source_dir();

}  // namespace minglu::test
