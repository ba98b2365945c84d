/// sync status, now: how the exchange with each peer is doing.
#include "src/cli/command.hpp"
#include "src/cli/labels.hpp"

namespace minglu::cli {

namespace {

struct NoOptions {};

struct NowOptions {
    std::string peer;
};

Cell state_cell(const Json& peer) {
    std::string state = flag(peer, "paused") ? "paused" : text(peer, "state");
    const Tone tone = state == "up_to_date" ? Tone::good : state == "backing_off" ? Tone::bad : Tone::warn;
    return {link_state_label(state), tone};
}

void print_sync(Session& session, const Json& sync) {
    Facts facts;
    facts.add("本节点", text(sync, "node"), Tone::bold);
    facts.add("当前日志", text(sync, "own_log"));
    facts.add("向量", text(sync, "vector"));
    facts.add_if("状态根", text(sync, "state_root"));
    facts.print(session.screen());
    Table table({"节点", "状态", "上次成功", "待收", "待送", "已收记录", "已收字节", "连续失败", "地址"});
    for (const Json& peer : elements(sync, "peers")) {
        table.add({text(peer, "node"), state_cell(peer), time_text(text(peer, "last_success")),
                   text(peer, "lag_records"), text(peer, "ahead_records"), text(peer, "records"),
                   bytes_text(number(peer, "bytes_received")), text(peer, "failures"), text(peer, "url")});
    }
    if (table.empty()) {
        session.out() << "没有同步伙伴；minglu peer add 节点卡文件\n";
        return;
    }
    table.print(session.screen());
    for (const Json& peer : elements(sync, "peers")) {
        const Json& error = member(peer, "last_error");
        if (text(error, "what").empty()) continue;
        std::string line = text(peer, "node") + "：" + text(error, "what");
        if (const std::string cure = text(error, "cure"); !cure.empty()) line += "（" + cure + "）";
        session.out() << session.screen().toned(Tone::bad, Cell(line).text) << '\n';
    }
}

ExitCode run_status(Session& session, const NoOptions&) {
    const Json sync = session.ask(request_of("GET", "/v1/sync"));
    if (!session.json()) print_sync(session, sync);
    return ExitCode::ok;
}

ExitCode run_now(Session& session, const NowOptions& options) {
    Json body = Json::object();
    if (!options.peer.empty()) body["peer"] = options.peer;
    const Json sync = session.ask(request_of("POST", "/v1/sync/now", body));
    if (!session.json()) print_sync(session, sync);
    // The exchange was asked for, so that its failure is the command's.
    for (const Json& peer : elements(sync, "peers")) {
        const bool is_meant = options.peer.empty() ? !flag(peer, "paused") : text(peer, "node") == options.peer;
        if (is_meant && !text(member(peer, "last_error"), "what").empty()) return ExitCode::unavailable;
    }
    return ExitCode::ok;
}

}  // namespace

void add_sync_commands(CLI::App& app, Chosen& chosen) {
    CLI::App* const sync = add_group(app, "sync", "Exchange with other nodes 同步");
    add_command<NoOptions>(
        *sync, chosen, "status", "State of each link 同步状态", [](CLI::App&, NoOptions&) {}, run_status);
    add_command<NowOptions>(
        *sync, chosen, "now", "Exchange at once 立即同步",
        [](CLI::App& command, NowOptions& options) {
            command.add_option("peer", options.peer, "Only with this node 只与该节点");
        },
        run_now);
}

}  // namespace minglu::cli
