#pragma once
/// sync compare: which entries differ between this node and a peer that holds the same records, and who is wrong.
#include "src/cli/command.hpp"

namespace minglu::cli {

struct CompareOptions {
    std::string peer;
};
/// Ends with ExitCode::unsound when anything differs.
ExitCode compare_with_peer(Session& session, const CompareOptions& options);

}  // namespace minglu::cli
