/// incident list, acknowledge; rebuild, verify, backup: keeping a node sound.
#include <filesystem>

#include "src/cli/labels.hpp"
#include "src/cli/lines.hpp"
#include "src/cli/paging.hpp"

namespace minglu::cli {

namespace {

struct NoOptions {};

struct ListOptions {
    bool open = false;
    PageOptions paging;
};

struct AcknowledgeOptions {
    std::int64_t no = 0;
    std::string note;
};

struct BackupOptions {
    std::string path;
    bool no_verify = false;
};

void print_incident(Session& session, const Json& incident) {
    const std::string count = text(incident, "count");
    std::string heading = "#" + text(incident, "no") + "  " + time_text(text(incident, "at")) + "  " +
                          text(incident, "kind") + "  " + text(incident, "peer");
    if (!count.empty() && count != "1") heading += "  ×" + count;
    session.out() << session.screen().toned(Tone::bold, Cell(heading).text) << '\n';
    Facts facts;
    facts.add_if("  对象", text(incident, "subject"));
    facts.add_if("  收到", text(incident, "received"));
    facts.add_if("  已做", text(incident, "done"));
    facts.add_if("  建议", text(incident, "advice"), Tone::warn);
    for (const Json& one : elements(incident, "acknowledgements"))
        facts.add("  已处理", time_text(text(one, "at")) + "  " + text(one, "by") + "  " + text(one, "note"));
    facts.print(session.screen());
}

ExitCode run_incidents(Session& session, const ListOptions& options) {
    HttpRequest request = request_of("GET", "/v1/incidents");
    add_query(request, "state", options.open ? "open" : "");
    show_items(session, std::move(request), options.paging, [&](const std::vector<Json>& items, const Json&) {
        for (const Json& incident : items) print_incident(session, incident);
        if (items.empty()) session.out() << "没有事件\n";
    });
    return ExitCode::ok;
}

ExitCode run_acknowledge(Session& session, const AcknowledgeOptions& options) {
    (void)session.ask(request_of("POST", "/v1/incidents/" + std::to_string(options.no) + "/acknowledgement",
                                 Json{{"note", options.note}}));
    if (!session.json()) session.out() << "已记录处理情况\n";
    return ExitCode::ok;
}

/// Runs a long task of the node, shows its progress, and returns its result, which is all that --json prints.
Json run_task(Session& session, const std::string& name, const std::string& label, const Json& body) {
    Json result;
    {
        ProgressBar bar = session.progress();
        Lines lines([&](const std::string& line) {
            const Json json = Json::parse(line, nullptr, false);
            if (!member(json, "result").is_null()) {
                result = member(json, "result");
            } else if (!member(json, "ok").is_null()) {
                result = json;  // answered in one piece
            } else {
                const auto count = [&](const char* of) { return static_cast<std::uint64_t>(number(json, of)); };
                bar.show(label, count("done"), count("total"));
            }
        });
        const Backend::Sink sink = [&](std::string_view bytes) -> Result<void> {
            lines.feed(bytes);
            return {};
        };
        (void)session.send(request_of("POST", "/v1/maintenance/" + name, body), &sink);
        lines.end();
    }
    if (result.is_null())
        session.end({ErrorCode::internal, "the node stopped before it was through", name, "see its log"});
    if (session.json()) session.print_json(result.dump());
    return result;
}

std::string finding_text(const Json& finding) {
    return finding.is_string() ? finding.get<std::string>() : finding.dump();
}

/// The task broke off: there is nothing to say about what it was to look at.
ExitCode report_failure(Session& session, const Json& error) {
    if (!session.json()) {
        const Error said{ErrorCode::internal, text(error, "what"), text(error, "where"), text(error, "cure")};
        session.err() << "minglu: " << Cell(describe(said)).text << '\n';
    }
    const std::string code = text(error, "code");
    return code.empty() ? ExitCode::fault : exit_code_of(0, code);
}

ExitCode report(Session& session, const Json& result, const std::string& sound) {
    if (const Json& error = member(result, "error"); !error.is_null()) return report_failure(session, error);
    const auto findings = elements(result, "findings");
    const bool is_sound = flag(result, "ok") && findings.empty();
    if (!session.json()) {
        for (const Json& finding : findings) session.out() << Cell(finding_text(finding)).text << '\n';
        const std::string unsound = "发现问题 " + std::to_string(findings.size()) + " 项";
        session.out() << session.screen().toned(is_sound ? Tone::good : Tone::bad, is_sound ? sound : unsound) << '\n';
    }
    return is_sound ? ExitCode::ok : ExitCode::unsound;
}

ExitCode run_verify(Session& session, const NoOptions&) {
    return report(session, run_task(session, "verify", "校验", Json::object()), "校验通过：数据、散列、签名均无误");
}

ExitCode run_rebuild(Session& session, const NoOptions&) {
    return report(session, run_task(session, "rebuild", "重建", Json::object()), "已由日志重建全部视图");
}

ExitCode run_backup(Session& session, const BackupOptions& options) {
    // The node may run in another directory than this command.
    const std::string path = std::filesystem::absolute(options.path).lexically_normal().string();
    const Json order{{"path", path}, {"verify", !options.no_verify}};
    return report(session, run_task(session, "backup", "备份", order),
                  (options.no_verify ? "已备份（内容未校验） " : "已备份并校验 ") + path + "，清单 " + path +
                      ".manifest.json（两个文件一起保存）");
}

}  // namespace

void add_maintenance_commands(CLI::App& app, Chosen& chosen) {
    CLI::App* const incident = add_group(app, "incident", "What was wrong, and what to do about it 事件");
    add_command<ListOptions>(
        *incident, chosen, "list", "Newest first 列表",
        [](CLI::App& command, ListOptions& options) {
            command.add_flag("--open", options.open, "Only those that nobody has acknowledged since 仅未处理");
            add_paging_options(command, options.paging);
        },
        run_incidents);
    add_command<AcknowledgeOptions>(
        *incident, chosen, "acknowledge", "Write down that you looked at it, and what you found 记录处理情况",
        [](CLI::App& command, AcknowledgeOptions& options) {
            command.add_option("no", options.no, "Number, as the list shows it 编号")->required();
            command.add_option("--note", options.note, "What was found, what was done 说明")->required();
        },
        run_acknowledge);
    add_fork_commands(*incident, chosen);
    add_command<NoOptions>(
        app, chosen, "rebuild", "Make all views anew from the log 重建视图", [](CLI::App&, NoOptions&) {}, run_rebuild);
    add_command<NoOptions>(
        app, chosen, "verify", "Check the database, every hash and every signature 校验", [](CLI::App&, NoOptions&) {},
        run_verify);
    add_command<BackupOptions>(
        app, chosen, "backup", "Consistent copy while the node runs 备份",
        [](CLI::App& command, BackupOptions& options) {
            command.add_option("path", options.path, "File to write 备份文件")->required();
            command.add_flag("--no-verify", options.no_verify,
                             "Keep the copy without checking what it holds; restore does then 不校验内容");
        },
        run_backup);
}

}  // namespace minglu::cli
