/// init, serve, restore, version: the node itself rather than what is in it.
#include "src/cli/command.hpp"

namespace minglu::cli {

namespace {

struct InitOptions {
    std::string node;
    std::string name;
    std::string suite = "ed25519-sha256";
    std::string sync_url;
    std::string http_listen = "127.0.0.1:8080";
    std::string peer_listen = "0.0.0.0:8443";
    bool open_reads = false;
    std::string keys;
};

ExitCode run_init(Session& session, const InitOptions& options) {
    NewNode node;
    node.data = session.globals().place.data;
    if (node.data.empty()) session.usage("init needs the directory to make: --data DIR");
    auto id = parse_node_id(options.node);
    if (!id) session.end(id.error());
    const auto suite = parse_suite(options.suite);
    if (!suite) session.end(suite.error());
    node.node = std::move(*id);
    node.name = options.name;
    node.suite = *suite;
    node.sync_url = options.sync_url;
    node.http_listen = options.http_listen;
    node.peer_listen = options.peer_listen;
    node.open_reads = options.open_reads;
    node.keys = options.keys;
    node.passphrase = session.globals().place.passphrase;
    const auto fingerprint = session.environment().node.init(node);
    if (!fingerprint) session.end(fingerprint.error());
    if (session.json()) {
        session.print_json(
            Json{{"node", options.node}, {"data", node.data.string()}, {"fingerprint", *fingerprint}}.dump());
        return ExitCode::ok;
    }
    Facts facts;
    facts.add("节点", options.node + " " + options.name, Tone::bold);
    facts.add("数据目录", node.data.string());
    if (options.keys.empty())
        facts.add("签名套件", options.suite);
    else
        facts.add("沿用密钥", options.keys);
    facts.add("节点卡指纹", *fingerprint, Tone::bold);
    facts.print(session.screen());
    if (options.keys.empty())
        session.out() << "下一步：minglu serve；交换节点卡：minglu peer card\n";
    else
        session.out() << "下一步：minglu peer add 对方节点卡，minglu serve；从前的记录由伙伴补回，齐全之前请勿录入\n";
    return ExitCode::ok;
}

struct NoOptions {};

ExitCode run_serve(Session& session, const NoOptions&) {
    const auto ready = [&](const Listening& at) {
        if (session.json()) {
            const Json line{{"ready", true}, {"http", at.officer}, {"peer", at.peer}, {"socket", at.socket}};
            session.print_json(line.dump());
        } else {
            const auto shown = [](const std::string& address) { return address.empty() ? "关闭" : address; };
            session.out() << "已就绪 ready  http " << shown(at.officer) << "  peer " << shown(at.peer) << "  socket "
                          << at.socket << '\n';
        }
        session.out().flush();
    };
    const auto served = session.environment().node.serve(session.globals().place, ready);
    if (!served) session.end(served.error());
    return ExitCode::ok;
}

struct RestoreOptions {
    std::string backup;
    bool damaged = false;
};

ExitCode run_restore(Session& session, const RestoreOptions& options) {
    const Globals& globals = session.globals();
    const auto restored = session.environment().node.restore({options.backup, options.damaged}, globals.place,
                                                             {globals.actor, globals.case_number});
    if (!restored) session.end(restored.error());
    if (session.json()) {
        session.print_json(Json{{"restored", options.backup}}.dump());
    } else {
        session.out() << "已从 " << options.backup << " 恢复；下次启动时启用新日志，其余记录由各节点补回\n";
    }
    return ExitCode::ok;
}

ExitCode run_version(Session& session, const NoOptions&) {
    const std::string version = session.environment().node.version();
    if (session.json()) {
        session.print_json(Json{{"version", version}}.dump());
    } else {
        session.out() << "minglu " << version << '\n';
    }
    return ExitCode::ok;
}

}  // namespace

void add_node_commands(CLI::App& app, Chosen& chosen) {
    add_command<InitOptions>(
        app, chosen, "init", "Make a new node in the data directory 新建节点",
        [](CLI::App& command, InitOptions& options) {
            command.add_option("--node", options.node, "Node id, 2 to 16 of a-z 0-9, e.g. cq; never changes 节点号")
                ->required();
            command.add_option("--name", options.name, "Organisation 机构名称")->required();
            CLI::Option* const suite =
                command.add_option("--suite", options.suite, "ed25519-sha256 or sm2-sm3; never changes 签名套件")
                    ->check(CLI::IsMember({"ed25519-sha256", "sm2-sm3"}))
                    ->capture_default_str();
            command.add_option("--sync-url", options.sync_url, "Where other nodes reach this one, https://… 同步地址");
            command.add_option("--http-listen", options.http_listen, "For officers and programs 业务监听地址")
                ->capture_default_str();
            command
                .add_option("--peer-listen", options.peer_listen, "For other nodes; empty: only calls out 同步监听地址")
                ->capture_default_str();
            command.add_flag("--open-reads", options.open_reads, "Reading needs no token 免令牌查询");
            command
                .add_option("--keys", options.keys,
                            "Folder keys of this node, whose database is lost: begin anew with them 沿用原密钥目录")
                ->excludes(suite);
        },
        run_init);
    add_command<NoOptions>(
        app, chosen, "serve", "Run the node until SIGTERM or SIGINT 运行节点", [](CLI::App&, NoOptions&) {}, run_serve);
    add_command<RestoreOptions>(
        app, chosen, "restore", "Bring back a backup; the node then opens a new log 从备份恢复",
        [](CLI::App& command, RestoreOptions& options) {
            command.add_option("backup", options.backup, "File made by minglu backup 备份文件")->required();
            command.add_flag("--damaged", options.damaged,
                             "Also when what it holds is damaged and there is no better one 内容受损也恢复");
        },
        run_restore);
    add_command<NoOptions>(
        app, chosen, "version", "Version of this program 版本", [](CLI::App&, NoOptions&) {}, run_version);
}

}  // namespace minglu::cli
