#pragma once
/// The command line as a function: words in, text and an exit code out.
#include <string>
#include <vector>

#include "src/cli/environment.hpp"

namespace minglu::cli {

/// `words` without the program's name. Returns the exit code (exit_code.hpp).
[[nodiscard]] int run(const std::vector<std::string>& words, Environment& environment);

/// Every command with its options, in Markdown: the body of docs/CLI.md.
[[nodiscard]] std::string reference();

}  // namespace minglu::cli
