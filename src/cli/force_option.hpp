#pragma once
/// --force, of every command that writes a file: without it no file is replaced.
#include <CLI/CLI.hpp>

#include "src/cli/new_file.hpp"

namespace minglu::cli {

inline void add_force_option(CLI::App& command, Existing& existing) {
    command.add_flag_callback(
        "--force", [&existing] { existing = Existing::replace; }, "Replace a file that is there 覆盖已有文件");
}

}  // namespace minglu::cli
