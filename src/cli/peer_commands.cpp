/// peer add, list, remove, pause, resume, revoke, revocations, card; key rotate, passphrase: whom this node knows, and
/// by which keys.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "src/cli/command.hpp"
#include "src/cli/labels.hpp"

namespace minglu::cli {

namespace {

constexpr std::uintmax_t card_bytes_max = 16 * 1024;
constexpr std::uintmax_t revocations_bytes_max = 1024 * 1024;

struct NoOptions {};

struct AddOptions {
    std::string file;
    std::string url;
    bool replace = false;
    bool older = false;
    bool push = false;
    bool no_push = false;
};

struct PassphraseOptions {
    std::string file;
    int descriptor = -1;
    bool ask = false;
    bool remove = false;
};

struct OneOptions {
    std::string node;
};

struct RevokeOptions {
    std::string node;
    std::string log;
    std::uint64_t size = 0;
    std::string reason;
    std::string file;
    std::string fingerprint;
};

struct RotateOptions {
    std::string reason;
};

std::string text_of(Session& session, const std::string& file, std::uintmax_t bytes_max, const std::string& command) {
    std::error_code unreadable;
    const auto size = std::filesystem::file_size(file, unreadable);
    if (unreadable) session.end({ErrorCode::not_found, "cannot read the file", file, "check its name"});
    if (size > bytes_max)
        session.end({ErrorCode::too_large, "larger than " + std::to_string(bytes_max / 1024) + " KiB", file,
                     "give the file that minglu " + command + " made"});
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// Who calls whom, and for what.
std::string road_label(const Json& peer) {
    if (text(peer, "url").empty()) return "对方来取来送";
    return flag(peer, "push") ? "去取并推送" : "去取";
}

ExitCode run_add(Session& session, const AddOptions& options) {
    Json body{{"card", text_of(session, options.file, card_bytes_max, "peer card")}};
    if (!options.url.empty()) body["url"] = options.url;
    if (options.replace) body["replace"] = true;
    if (options.older) body["older"] = true;
    if (options.push || options.no_push) body["push"] = options.push;
    const Json peer = session.ask(request_of("POST", "/v1/peers", body));
    if (session.json()) return ExitCode::ok;
    Facts facts;
    facts.add("节点", text(peer, "node") + " " + text(peer, "name"), Tone::bold);
    facts.add_if("地址", text(peer, "url"));
    facts.add("方式", road_label(peer));
    facts.add("指纹", text(peer, "fingerprint"), Tone::bold);
    facts.print(session.screen());
    session.out() << "请与对方电话核对指纹；不一致时立即执行 minglu peer remove " << Cell(text(peer, "node")).text
                  << '\n';
    return ExitCode::ok;
}

/// What became of the keys on its card.
Cell key_cell(const Json& peer) {
    std::string upto;
    for (const Json& revoked : elements(peer, "revoked")) upto += (upto.empty() ? "" : "；") + text(revoked, "upto");
    if (!elements(peer, "revoked").empty()) return {"已作废，止于 " + (upto.empty() ? "0" : upto), Tone::bad};
    return number(peer, "key_changes") > 0 ? Cell("已更换 " + text(peer, "key_changes") + " 次") : Cell("");
}

ExitCode run_list(Session& session, const NoOptions&) {
    const Json answer = session.ask(request_of("GET", "/v1/peers"));
    if (session.json()) return ExitCode::ok;
    Table table({"节点", "名称", "状态", "方式", "指纹", "密钥", "地址"});
    for (const Json& peer : elements(answer, "items"))
        table.add({text(peer, "node"), text(peer, "name"),
                   flag(peer, "paused") ? Cell("已暂停", Tone::warn) : Cell("启用", Tone::good), road_label(peer),
                   text(peer, "fingerprint"), key_cell(peer), text(peer, "url")});
    if (table.empty()) {
        session.out() << "没有同步伙伴；minglu peer add 节点卡文件\n";
    } else {
        table.print(session.screen());
    }
    return ExitCode::ok;
}

ExitCode run_remove(Session& session, const OneOptions& options) {
    (void)session.ask(request_of("DELETE", "/v1/peers/" + options.node));
    if (!session.json()) session.out() << "已移除 " << options.node << "；其记录保留\n";
    return ExitCode::ok;
}

ExitCode set_paused(Session& session, const OneOptions& options, bool is_paused) {
    (void)session.ask(request_of("PATCH", "/v1/peers/" + options.node, Json{{"paused", is_paused}}));
    if (!session.json()) session.out() << (is_paused ? "已暂停 " : "已恢复 ") << options.node << '\n';
    return ExitCode::ok;
}

ExitCode run_pause(Session& session, const OneOptions& options) {
    return set_paused(session, options, true);
}

ExitCode run_resume(Session& session, const OneOptions& options) {
    return set_paused(session, options, false);
}

void say_fingerprint(Session& session, const Json& answer) {
    session.err() << "指纹 " << Cell(text(answer, "fingerprint")).text << '\n';
}

/// What others agreed on, in their file.
ExitCode take_revocations(Session& session, const RevokeOptions& options) {
    const Json body{{"file", text_of(session, options.file, revocations_bytes_max, "peer revocations")},
                    {"fingerprint", options.fingerprint}};
    const Json answer = session.ask(request_of("PUT", "/v1/revocations/" + options.node, body));
    if (session.json()) return ExitCode::ok;
    for (const Json& revoked : elements(answer, "revoked"))
        session.out() << "已作废 " << Cell(text(answer, "node")).text << " 的旧密钥，止于 "
                      << Cell(text(revoked, "upto")).text << '\n';
    return ExitCode::ok;
}

ExitCode run_revoke(Session& session, const RevokeOptions& options) {
    const bool by_hand = !options.log.empty() && !options.reason.empty();
    if (by_hand != options.file.empty())
        session.usage("say what counts, with --log, --size and --reason; or name the file that a partner made: --file");
    if (!by_hand) return take_revocations(session, options);
    const Json body{{"upto", options.log + ":" + std::to_string(options.size)}, {"reason", options.reason}};
    const Json peer = session.ask(request_of("POST", "/v1/peers/" + options.node + "/revocation", body));
    if (session.json()) return ExitCode::ok;
    const std::string node = Cell(text(peer, "node")).text;
    session.out() << "已作废 " << node << " 的密钥；其后的记录一律不收，已有的保留\n"
                  << "请将 minglu peer revocations " << node
                  << " 的输出交给所有伙伴，由其以 peer revoke --file 执行；指纹电话告知\n";
    return ExitCode::ok;
}

/// The file goes to standard output byte for byte, as a card does.
ExitCode run_revocations(Session& session, const OneOptions& options) {
    const Json answer = session.ask(request_of("GET", "/v1/revocations/" + options.node));
    if (session.json()) return ExitCode::ok;
    session.print_json(text(answer, "file"));
    say_fingerprint(session, answer);
    return ExitCode::ok;
}

ExitCode run_rotate(Session& session, const RotateOptions& options) {
    const Json answer = session.ask(request_of("POST", "/v1/card/rotation", Json{{"reason", options.reason}}));
    if (session.json()) return ExitCode::ok;
    Facts facts;
    facts.add("节点", text(answer, "node"), Tone::bold);
    facts.add("新指纹", text(answer, "fingerprint"), Tone::bold);
    facts.print(session.screen());
    session.out() << "已启用新签名密钥，伙伴可凭原卡继续；新卡：minglu peer card。请备份 keys 目录\n";
    return ExitCode::ok;
}

ExitCode run_passphrase(Session& session, const PassphraseOptions& options) {
    PassphraseFrom to;
    to.file = options.file;
    if (options.descriptor >= 0) to.descriptor = options.descriptor;
    to.ask = options.ask;
    const bool named = !options.file.empty() || to.descriptor || options.ask;
    if (named == options.remove)
        session.usage(
            "say what the new passphrase is: --new-passphrase-file, --new-passphrase-fd, --new-passphrase; or "
            "--remove");
    const auto changed = session.environment().node.change_passphrase(
        session.globals().place, options.remove ? std::nullopt : std::optional<PassphraseFrom>(to));
    if (!changed) session.end(changed.error());
    if (session.json())
        session.print_json(Json{{"encrypted", named}}.dump());
    else
        session.out() << (named ? "密钥已用新口令加密；请重新封存 keys 目录的副本\n"
                                : "密钥已改为明文存放，仅凭文件权限保护\n");
    return ExitCode::ok;
}

/// The card goes to standard output byte for byte, so that it can be redirected; the fingerprint to the person.
ExitCode run_card(Session& session, const NoOptions&) {
    const Json answer = session.ask(request_of("GET", "/v1/card"));
    if (session.json()) return ExitCode::ok;
    const Json& card = member(answer, "card");
    session.print_json(card.is_string() ? card.get<std::string>() : card.dump(2));
    say_fingerprint(session, answer);
    return ExitCode::ok;
}

void add_node(CLI::App& command, OneOptions& options) {
    command.add_option("node", options.node, "Node id 节点号")->required();
}

}  // namespace

void add_peer_commands(CLI::App& app, Chosen& chosen) {
    CLI::App* const peer = add_group(app, "peer", "Nodes that this one exchanges with 同步伙伴");
    add_command<AddOptions>(
        *peer, chosen, "add", "Trust a node's card 添加",
        [](CLI::App& command, AddOptions& options) {
            command.add_option("card", options.file, "Card file of the other node 节点卡文件")->required();
            command.add_option("--url", options.url, "Instead of the address in the card 地址");
            CLI::Option* const replace =
                command.add_flag("--replace", options.replace, "Instead of the card known for that node 替换原卡");
            command
                .add_flag("--older", options.older,
                          "Even where the known one is newer: the node says that its old keys count again 允许换回旧卡")
                ->needs(replace);
            CLI::Option* const push = command.add_flag(
                "--push", options.push, "Bring it our records: it cannot call this node 对方无法来取时向其推送");
            command.add_flag("--no-push", options.no_push, "Bring it nothing any more 不再推送")->excludes(push);
        },
        run_add);
    add_command<NoOptions>(
        *peer, chosen, "list", "Known nodes 列表", [](CLI::App&, NoOptions&) {}, run_list);
    add_command<OneOptions>(*peer, chosen, "remove", "Trust it no more 移除", add_node, run_remove);
    add_command<OneOptions>(*peer, chosen, "pause", "Stop exchanging for now 暂停", add_node, run_pause);
    add_command<OneOptions>(*peer, chosen, "resume", "Exchange again 恢复", add_node, run_resume);
    add_command<RevokeOptions>(
        *peer, chosen, "revoke", "A key was stolen or lost, or its node leaves: refuse what it signs later 作废密钥",
        [](CLI::App& command, RevokeOptions& options) {
            command.add_option("node", options.node, "Node id 节点号")->required();
            CLI::Option* const log = command.add_option("--log", options.log, "The log that it writes 日志");
            CLI::Option* const size = command.add_option("--size", options.size,
                                                         "Last record that counts, agreed with all partners 截止记录");
            CLI::Option* const reason = command.add_option("--reason", options.reason, "Why 理由");
            log->needs(size)->needs(reason);
            size->needs(log);
            CLI::Option* const file =
                command
                    .add_option("--file", options.file,
                                "Instead: what a partner's peer revocations printed 伙伴出具的作废文件")
                    ->excludes(log)
                    ->excludes(size)
                    ->excludes(reason);
            CLI::Option* const fingerprint =
                command.add_option("--fingerprint", options.fingerprint,
                                   "That of the file, as the partner reads it out 电话核对的文件指纹");
            file->needs(fingerprint);
            fingerprint->needs(file);
        },
        run_revoke);
    add_command<OneOptions>(*peer, chosen, "revocations",
                            "What counts of a node's revoked keys, as a file for the others 作废文件", add_node,
                            run_revocations);
    add_command<NoOptions>(
        *peer, chosen, "card", "This node's own card, to give to others 本节点卡", [](CLI::App&, NoOptions&) {},
        run_card)
        ->alias("show-card");
    CLI::App* const key = add_group(app, "key", "This node's keys 本节点密钥");
    add_command<RotateOptions>(
        *key, chosen, "rotate", "Go on with a new signing key 更换签名密钥",
        [](CLI::App& command, RotateOptions& options) {
            command.add_option("--reason", options.reason, "Why; stands in the log for good 理由")->required();
        },
        run_rotate);
    add_command<PassphraseOptions>(
        *key, chosen, "passphrase", "Put the keys of a stopped node under a passphrase 设置、更换或取消密钥口令",
        [](CLI::App& command, PassphraseOptions& options) {
            command.add_option("--new-passphrase-file", options.file, "First line: the new passphrase 新口令文件")
                ->type_name("FILE");
            command
                .add_option("--new-passphrase-fd", options.descriptor, "The same from an open descriptor 新口令描述符")
                ->type_name("N")
                ->check(CLI::NonNegativeNumber)
                ->excludes("--new-passphrase-file");
            command.add_flag("--new-passphrase", options.ask, "Ask for it on the terminal, twice 在终端输入新口令")
                ->excludes("--new-passphrase-file")
                ->excludes("--new-passphrase-fd");
            command.add_flag("--remove", options.remove, "Store the keys plain 取消口令");
        },
        run_passphrase);
}

}  // namespace minglu::cli
