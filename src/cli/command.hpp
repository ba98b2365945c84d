#pragma once
/// How a command is declared: a name below `minglu`, options, and what to do with a session once they are parsed.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "src/cli/session.hpp"

namespace minglu::cli {

using Action = std::function<ExitCode(Session&)>;

/// The command that the parsed line names.
struct Chosen {
    Action action;
};

/// Options of a command live as long as the parser: `Options` is shared by its option bindings and its action.
template <class Options>
CLI::App* add_command(CLI::App& parent, Chosen& chosen, const std::string& name, const std::string& what,
                      const std::function<void(CLI::App&, Options&)>& declare,
                      const std::function<ExitCode(Session&, const Options&)>& run) {
    CLI::App* const command = parent.add_subcommand(name, what);
    auto options = std::make_shared<Options>();
    declare(*command, *options);
    command->callback([&chosen, options, run] {
        chosen.action = [options, run](Session& session) { return run(session, *options); };
    });
    return command;
}

/// A group of commands, e.g. `entry`: one of them must follow.
CLI::App* add_group(CLI::App& app, const std::string& name, const std::string& what);

// One file per group.
void add_node_commands(CLI::App& app, Chosen& chosen);           ///< init serve restore version
void add_import_command(CLI::App& app, Chosen& chosen);          ///< import
void add_entry_commands(CLI::App& app, Chosen& chosen);          ///< entry show, history
void add_entry_write_commands(CLI::App& entry, Chosen& chosen);  ///< entry edit, remove, restore
void add_query_commands(CLI::App& app, Chosen& chosen);          ///< query export
void add_lookalike_command(CLI::App& app, Chosen& chosen);       ///< lookalike
void add_check_command(CLI::App& app, Chosen& chosen);           ///< check
void add_batch_commands(CLI::App& app, Chosen& chosen);          ///< batch …
void add_conflict_commands(CLI::App& app, Chosen& chosen);       ///< conflict …
void add_sync_commands(CLI::App& app, Chosen& chosen);           ///< sync …
void add_peer_commands(CLI::App& app, Chosen& chosen);           ///< peer …
void add_token_commands(CLI::App& app, Chosen& chosen);          ///< token …
void add_audit_commands(CLI::App& app, Chosen& chosen);          ///< audit …
void add_maintenance_commands(CLI::App& app, Chosen& chosen);    ///< rebuild verify backup
void add_incident_commands(CLI::App& app, Chosen& chosen);       ///< incident …
void add_fork_commands(CLI::App& incident, Chosen& chosen);      ///< incident forks, proof, branch, adopt

}  // namespace minglu::cli
