#include "src/cli/program.hpp"

#include <algorithm>

#include "src/cli/command.hpp"
#include "src/cli/evidence_commands.hpp"
#include "src/cli/nearest_command.hpp"

namespace minglu::cli {

namespace {

constexpr const char* data_default = "./minglu-data";

struct GlobalOptions {
    std::string data;
    std::string config;
    std::string actor;
    std::string case_number;
    std::string passphrase_file;
    int passphrase_fd = -1;
    bool passphrase = false;
    bool json = false;
};

void add_global_options(CLI::App& app, GlobalOptions& options) {
    app.add_option("--data", options.data, "Data directory; else $MINGLU_DATA, else ./minglu-data 数据目录")
        ->type_name("DIR");
    app.add_option("--config", options.config, "Configuration; else minglu.toml in the data directory 配置文件")
        ->type_name("FILE");
    app.add_option("--actor", options.actor, "Who does this; stands in the history 经办人")->type_name("NAME");
    app.add_option("--case", options.case_number, "Case number that this is asked for; stands in the audit trail 案号")
        ->type_name("NUMBER");
    CLI::Option* const file =
        app.add_option("--passphrase-file", options.passphrase_file, "First line: the keys' passphrase 口令文件");
    CLI::Option* const descriptor =
        app.add_option("--passphrase-fd", options.passphrase_fd, "The same from an open descriptor 口令描述符");
    CLI::Option* const ask =
        app.add_flag("--passphrase", options.passphrase, "Ask for it on the terminal 在终端输入口令");
    file->type_name("FILE")->excludes(descriptor)->excludes(ask);
    descriptor->type_name("N")->check(CLI::NonNegativeNumber)->excludes(ask);
    app.add_flag("--json", options.json, "The node's JSON answers, as they are; lists one page per line 输出 JSON");
}

std::unique_ptr<CLI::App> make_parser(GlobalOptions& globals, Chosen& chosen, const std::string& version) {
    auto app = std::make_unique<CLI::App>("名录 Minglu: shared catalogue of protected intellectual property", "minglu");
    app->fallthrough();
    app->footer("\n" + std::string(exit_code_help()));
    add_global_options(*app, globals);
    app->set_version_flag("--version", "minglu " + version, "Version of this program 版本");
    add_node_commands(*app, chosen);
    add_import_command(*app, chosen);
    add_entry_commands(*app, chosen);
    add_query_commands(*app, chosen);
    add_evidence_commands(*app, chosen);
    add_lookalike_command(*app, chosen);
    add_check_command(*app, chosen);
    add_batch_commands(*app, chosen);
    add_conflict_commands(*app, chosen);
    add_sync_commands(*app, chosen);
    add_peer_commands(*app, chosen);
    add_token_commands(*app, chosen);
    add_audit_commands(*app, chosen);
    add_incident_commands(*app, chosen);
    add_maintenance_commands(*app, chosen);
    app->require_subcommand(1);
    return app;
}

Globals globals_of(const GlobalOptions& options, const Environment& environment) {
    Globals globals;
    const std::string from_variable = environment.variable ? environment.variable("MINGLU_DATA") : std::string();
    globals.place.data = options.data.empty() ? from_variable : options.data;
    if (!options.config.empty()) globals.place.config = options.config;
    // A configuration names its data directory itself.
    if (globals.place.data.empty() && !globals.place.config) globals.place.data = data_default;
    globals.place.passphrase.file = options.passphrase_file;
    if (options.passphrase_fd >= 0) globals.place.passphrase.descriptor = options.passphrase_fd;
    globals.place.passphrase.ask = options.passphrase;
    const std::string credentials =
        environment.variable ? environment.variable("CREDENTIALS_DIRECTORY") : std::string();
    if (!credentials.empty()) globals.place.passphrase.credential = std::filesystem::path(credentials) / "passphrase";
    globals.actor = options.actor;
    globals.case_number = options.case_number;
    globals.json = options.json;
    return globals;
}

int run_action(const Action& action, Environment& environment, Globals globals) {
    try {
        Session session(environment, std::move(globals));
        const ExitCode code = action(session);
        environment.out.flush();
        if (!environment.out) {
            environment.err << "minglu: standard output cannot be written\n";
            return to_int(ExitCode::fault);
        }
        return to_int(code);
    } catch (const Ended& ended) {
        environment.out.flush();
        return to_int(ended.code);
    } catch (const std::exception& fault) {
        environment.err << "minglu: unexpected fault: " << Cell(fault.what()).text << '\n';
        return to_int(ExitCode::fault);
    }
}

bool is_visible(const CLI::App* command) {
    return !command->get_name().empty();
}

/// Of a line that names no command, or a group without one of its commands: the word that stands in its place, and what
/// it could be meant to be. Empty for any other line.
std::string unknown_command(const CLI::App& parser) {
    const CLI::App* group = &parser;
    std::string path = "minglu";
    for (; !group->get_subcommands().empty(); path += " " + group->get_name()) group = group->get_subcommands().front();
    std::vector<std::string> names;
    for (const CLI::App* command : group->get_subcommands(is_visible)) names.push_back(command->get_name());
    const auto words = parser.remaining(true);
    const auto word =
        std::find_if(words.begin(), words.end(), [](const std::string& one) { return !one.starts_with("-"); });
    if (names.empty() || word == words.end()) return {};
    std::string out = "there is no command " + Cell(path + " " + *word).text;
    const auto nearest = nearest_names(*word, names);
    for (std::size_t i = 0; i < nearest.size(); ++i)
        out += (i == 0 ? "; did you mean " : " or ") + path + " " + nearest[i];
    return nearest.empty() ? out : out + "?";
}

std::string escaped(std::string text) {
    for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, "\\");
    return text;
}

void append_command(std::string& out, const CLI::App& command, const std::string& path) {
    const auto children = command.get_subcommands(is_visible);
    for (const CLI::App* child : children) append_command(out, *child, path + " " + child->get_name());
    if (!children.empty()) return;
    out += "\n### `" + path + "`\n\n" + command.get_description() + "\n";
    std::string rows;
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_name() == "--help") continue;
        rows += "| `" + option->get_name(false, true) + "` | " + (option->get_required() ? "yes" : "") + " | " +
                escaped(option->get_description()) + " |\n";
    }
    if (!rows.empty()) out += "\n| option | required | meaning |\n|---|---|---|\n" + rows;
}

}  // namespace

CLI::App* add_group(CLI::App& app, const std::string& name, const std::string& what) {
    CLI::App* const group = app.add_subcommand(name, what);
    group->require_subcommand(1);
    return group;
}

int run(const std::vector<std::string>& words, Environment& environment) {
    GlobalOptions options;
    Chosen chosen;
    const auto parser = make_parser(options, chosen, environment.node.version());
    try {
        std::vector<std::string> reversed(words.rbegin(), words.rend());
        parser->parse(reversed);
    } catch (const CLI::Success& wanted) {
        return parser->exit(wanted, environment.out, environment.err);
    } catch (const CLI::ParseError& error) {
        const std::string unknown = unknown_command(*parser);
        environment.err << "minglu: " << (unknown.empty() ? error.what() : unknown) << "\nsee minglu --help\n";
        return to_int(ExitCode::usage);
    }
    return run_action(chosen.action, environment, globals_of(options, environment));
}

std::string reference() {
    GlobalOptions options;
    Chosen chosen;
    const auto parser = make_parser(options, chosen, "");
    std::string out;
    append_command(out, *parser, "minglu");
    return out;
}

}  // namespace minglu::cli
