/// rebuild, verify, backup: keeping a node sound.
#include <filesystem>

#include "src/cli/command.hpp"
#include "src/cli/lines.hpp"

namespace minglu::cli {

namespace {

struct NoOptions {};

struct BackupOptions {
    std::string path;
    bool no_verify = false;
};

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
