/// sync status, now: how the exchange with each peer is doing. sync compare: compare_command.hpp; export, import:
/// record_files.hpp.
#include "src/cli/command.hpp"
#include "src/cli/compare_command.hpp"
#include "src/cli/force_option.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/record_files.hpp"

namespace minglu::cli {

namespace {

struct NoOptions {};

struct NowOptions {
    std::string peer;
};

/// `link` is the peer itself, for what is asked of it, or its push.
Cell state_cell(const Json& peer, const Json& link) {
    std::string state = flag(peer, "paused") ? "paused" : text(link, "state");
    const Tone tone = state == "up_to_date" ? Tone::good : state == "backing_off" ? Tone::bad : Tone::warn;
    return {link_state_label(state), tone};
}

void print_error(Session& session, const std::string& link, const Json& error) {
    if (text(error, "what").empty()) return;
    const Error said{ErrorCode::unreachable, text(error, "what"), link, text(error, "cure")};
    session.out() << session.screen().toned(Tone::bad, Cell(describe(said)).text) << '\n';
}

/// Who vouches for our log: "sc 至 118 / 120".
std::string vouchers_of(const Json& sync) {
    std::string vouchers;
    for (const Json& row : elements(sync, "cosigned")) {
        if (text(row, "log") != text(sync, "own_log")) continue;
        if (!vouchers.empty()) vouchers += "，";
        vouchers += text(row, "node") + " 至 " + text(row, "size") + " / " + text(row, "held");
    }
    return vouchers;
}

/// Only logs that wait are worth a line.
void print_quota(Session& session, const Json& quota) {
    for (const Json& log : elements(quota, "logs")) {
        if (!flag(log, "waits")) continue;
        const std::string line = text(log, "log") + "：今日已收 " + bytes_text(number(log, "bytes_today")) +
                                 "，达到每日限额 " + bytes_text(number(quota, "bytes_per_day")) + "，其余明日再收";
        session.out() << session.screen().toned(Tone::warn, Cell(line).text) << '\n';
    }
}

/// "上次通过 2026-02-01 03:10，本轮 37%，发现问题 2 项"
Cell verification_cell(const Json& verification) {
    if (!flag(verification, "on")) return {"关闭", Tone::warn};
    const std::string last_ok = text(verification, "last_ok");
    std::string line = last_ok.empty() ? "尚未完成一轮" : "上次通过 " + time_text(last_ok);
    line += "，本轮 " + text(verification, "percent") + "%";
    const std::int64_t findings = std::max(number(verification, "findings"), number(verification, "last_findings"));
    if (findings > 0) line += "，发现问题 " + std::to_string(findings) + " 项，见 minglu incident list";
    const bool is_sound = findings == 0 && text(verification, "fault").empty();
    return {line, is_sound ? Tone::plain : Tone::bad};
}

void print_sync(Session& session, const Json& sync) {
    Facts facts;
    facts.add("本节点", text(sync, "node"), Tone::bold);
    facts.add("当前日志", text(sync, "own_log"));
    facts.add("向量", text(sync, "vector"));
    facts.add_if("状态根", text(sync, "state_root"));
    facts.add_if("联署", vouchers_of(sync));
    if (const Json& verification = member(sync, "verification"); verification.is_object()) {
        const Cell cell = verification_cell(verification);
        facts.add("自检", cell.text, cell.tone);
    }
    facts.print(session.screen());
    Table table({"节点", "状态", "推送", "上次成功", "待收", "待送", "已收记录", "已收字节", "连续失败", "地址"});
    for (const Json& peer : elements(sync, "peers")) {
        const Json& push = member(peer, "push");
        table.add({text(peer, "node"), state_cell(peer, peer), push.is_object() ? state_cell(peer, push) : Cell(""),
                   time_text(text(peer, "last_success")), text(peer, "lag_records"), text(peer, "ahead_records"),
                   text(peer, "records"), bytes_text(number(peer, "bytes_received")), text(peer, "failures"),
                   text(peer, "url")});
    }
    if (table.empty()) {
        session.out() << "没有同步伙伴；minglu peer add 节点卡文件\n";
        return;
    }
    table.print(session.screen());
    for (const Json& peer : elements(sync, "peers")) {
        print_error(session, text(peer, "node"), member(peer, "last_error"));
        print_error(session, text(peer, "node") + " (push)", member(member(peer, "push"), "last_error"));
    }
    print_quota(session, member(sync, "quota"));
    for (const Json& log : elements(sync, "disputed"))
        session.out() << session.screen().toned(Tone::warn,
                                                Cell(log.get<std::string>()).text + "：出现两种历史，分叉位置尚未查明")
                      << '\n';
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
    add_command<CompareOptions>(
        *sync, chosen, "compare", "Find the entries that differ from a peer's, and who is wrong 与伙伴比对目录",
        [](CLI::App& command, CompareOptions& options) {
            command.add_option("peer", options.peer, "The other node 对方节点")->required();
        },
        compare_with_peer);
    add_command<RecordExport>(
        *sync, chosen, "export", "Write records to a file, for a carried disk or a one-way gate 导出记录",
        [](CLI::App& command, RecordExport& options) {
            command.add_option("file", options.file, "File to write 文件")->required();
            CLI::Option* const peer = command.add_option(
                "--for", options.peer, "Only what that node lacks, as far as is known here 只含该节点缺少的记录");
            CLI::Option* const have =
                command.add_option("--have", options.have, "What the receiver holds, a vector 收方已有记录的向量");
            CLI::Option* const all = command.add_flag("--all", options.all, "Everything, as without --for 全部");
            peer->excludes(have)->excludes(all);
            have->excludes(all);
            command
                .add_option("--limit-bytes", options.limit_bytes,
                            "Size of the file at most, beside one record 大小上限")
                ->check(CLI::PositiveNumber);
            add_force_option(command, options.existing);
        },
        export_records);
    add_command<RecordImport>(
        *sync, chosen, "import", "Take records from files of sync export 导入记录",
        [](CLI::App& command, RecordImport& options) {
            command.add_option("files", options.files, "Files, in any order 文件")->required();
        },
        import_records);
}

}  // namespace minglu::cli
