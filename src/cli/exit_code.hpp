#pragma once
/// What the program ends with; scripts compare these, so they never change (docs/CLI.md).
#include <string_view>

#include "minglu/error.hpp"

namespace minglu::cli {

enum class ExitCode : int {
    ok = 0,
    fault = 1,        ///< something unexpected: disk, program, damaged answer
    usage = 2,        ///< the command line itself is wrong
    refused = 3,      ///< bad input: the rules refuse it, nothing was written
    not_found = 4,    ///< no such entry, conflict, peer, …
    stale = 5,        ///< somebody else was there first: load again, look, repeat
    unavailable = 6,  ///< the node is busy or cannot be reached
    unsound = 7,      ///< a verification found something
    not_allowed = 8,  ///< the role does not permit it
    locked = 9,       ///< the keys are kept under a passphrase, which is missing or another one
};

[[nodiscard]] constexpr int to_int(ExitCode code) {
    return static_cast<int>(code);
}

[[nodiscard]] ExitCode exit_code_of(ErrorCode code);
/// Of an answer with that status and the `code` of its problem document (may be empty).
[[nodiscard]] ExitCode exit_code_of(int status, std::string_view problem_code);

/// The table for --help.
[[nodiscard]] std::string_view exit_code_help();

}  // namespace minglu::cli
