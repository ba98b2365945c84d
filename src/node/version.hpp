#pragma once
#include <string_view>

namespace minglu {

/// Of the program, set by the build.
inline constexpr std::string_view program_version = MINGLU_VERSION;

}  // namespace minglu
