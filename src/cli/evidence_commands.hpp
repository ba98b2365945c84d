#pragma once
/// evidence, verify-evidence.
#include "src/cli/command.hpp"

namespace minglu::cli {

void add_evidence_commands(CLI::App& app, Chosen& chosen);

}  // namespace minglu::cli
