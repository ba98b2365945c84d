/// token create, list, revoke: who may come in over HTTP.
#include "src/cli/command.hpp"
#include "src/cli/labels.hpp"

namespace minglu::cli {

namespace {

struct NoOptions {};

struct CreateOptions {
    std::string name;
    std::string role;
    std::string expires_on;
};

struct RevokeOptions {
    std::int64_t no = 0;
};

ExitCode run_create(Session& session, const CreateOptions& options) {
    Json body{{"name", options.name}, {"role", options.role}};
    if (!options.expires_on.empty()) body["expires_on"] = options.expires_on;
    const Json token = session.ask(request_of("POST", "/v1/tokens", body));
    if (session.json()) return ExitCode::ok;
    // The secret alone on standard output: it can be piped, and stands nowhere else.
    session.err() << "令牌 " << text(token, "no") << "，" << Cell(options.name).text << "，" << options.role
                  << "；只显示这一次：\n";
    session.out() << Cell(text(token, "secret")).text << '\n';
    return ExitCode::ok;
}

Cell state_cell(const Json& token) {
    if (flag(token, "revoked")) return {"已吊销", Tone::bad};
    return flag(token, "expired") ? Cell("已过期", Tone::warn) : Cell("有效", Tone::good);
}

ExitCode run_list(Session& session, const NoOptions&) {
    const Json answer = session.ask(request_of("GET", "/v1/tokens"));
    if (session.json()) return ExitCode::ok;
    Table table({"编号", "名称", "角色", "状态", "创建于", "到期"});
    for (const Json& token : elements(answer, "items")) {
        const std::string expires =
            text(token, "expires_on").empty() ? time_text(text(token, "expires")) : text(token, "expires_on");
        table.add({text(token, "no"), text(token, "name"), text(token, "role"), state_cell(token),
                   time_text(text(token, "created")), expires});
    }
    if (table.empty()) {
        session.out() << "没有令牌；minglu token create\n";
    } else {
        table.print(session.screen());
    }
    return ExitCode::ok;
}

ExitCode run_revoke(Session& session, const RevokeOptions& options) {
    (void)session.ask(request_of("DELETE", "/v1/tokens/" + std::to_string(options.no)));
    if (!session.json()) session.out() << "已吊销令牌 " << options.no << '\n';
    return ExitCode::ok;
}

}  // namespace

void add_token_commands(CLI::App& app, Chosen& chosen) {
    CLI::App* const token = add_group(app, "token", "Access over HTTP 令牌");
    add_command<CreateOptions>(
        *token, chosen, "create", "New token; its secret is shown once 新建",
        [](CLI::App& command, CreateOptions& options) {
            command.add_option("--name", options.name, "Person or program; stands in the history 名称")->required();
            command.add_option("--role", options.role, "reader, editor, approver, auditor or admin 角色")
                ->required()
                ->check(CLI::IsMember({"reader", "editor", "approver", "auditor", "admin"}));
            command.add_option("--expires-on", options.expires_on, "Last day, YYYY-MM-DD; never when not given 到期日");
        },
        run_create);
    add_command<NoOptions>(
        *token, chosen, "list", "All tokens, without secrets 列表", [](CLI::App&, NoOptions&) {}, run_list);
    add_command<RevokeOptions>(
        *token, chosen, "revoke", "End a token at once 吊销",
        [](CLI::App& command, RevokeOptions& options) {
            command.add_option("no", options.no, "Number, as the list shows it 编号")->required();
        },
        run_revoke);
}

}  // namespace minglu::cli
