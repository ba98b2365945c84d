/// import: a published list from a CSV file, as a job of the node that is followed until it ends.
#include <algorithm>
#include <filesystem>

#include "src/cli/batch_options.hpp"
#include "src/cli/command.hpp"
#include "src/cli/download.hpp"
#include "src/cli/force_option.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/term_option.hpp"

namespace minglu::cli {

namespace {

constexpr std::int64_t look_again_first_ms = 20;
constexpr std::int64_t look_again_max_ms = 500;

struct ImportOptions {
    std::string file;
    std::string kind;
    bool dry_run = false;
    std::string refused_file;  ///< of --skip-invalid
    Existing existing = Existing::keep;
    BatchOptions batch;
    std::string effective_on;
    std::string reason;
    std::string home;
};

bool is_over(const std::string& state) {
    return state == "planned" || state == "done" || state == "refused" || state == "failed";
}

std::string state_label(const std::string& state) {
    if (state == "reading") return "读取";
    if (state == "publishing") return "写入";
    return state == "planned" ? "已预览" : state;
}

HttpRequest upload(const ImportOptions& options) {
    HttpRequest request = request_of("POST", "/v1/imports");
    request.headers["content-type"] = "text/csv";
    request.body_file = std::filesystem::absolute(options.file);
    add_query(request, "kind", options.kind);
    add_query(request, "file_name", std::filesystem::path(options.file).filename().string());
    if (options.dry_run) add_query(request, "dry_run", "1");
    if (!options.refused_file.empty()) add_query(request, "skip_invalid", "1");
    add_query(request, "title", options.batch.title);
    add_query(request, "document_number", options.batch.document_number);
    add_query(request, "published_on", options.batch.published_on);
    add_query(request, "effective_on", options.effective_on);
    add_query(request, "reason", options.reason);
    add_query(request, "home", options.home);
    return request;
}

std::string counts_text(const Json& job) {
    return "新增 " + std::to_string(number(job, "added")) + "，修改 " + std::to_string(number(job, "changed")) +
           "，不变 " + std::to_string(number(job, "unchanged")) + "，不合格 " + std::to_string(number(job, "refused"));
}

/// Asks until the job is over, more rarely the longer it takes.
HttpResponse follow(Session& session, const std::string& path, bool is_dry_run) {
    ProgressBar bar = session.progress();
    std::int64_t pause_ms = look_again_first_ms;
    while (true) {
        HttpResponse answer = session.send(request_of("GET", path));
        const Json job = session.parse(answer);
        const std::string state = text(job, "state");
        // A plan that is to be published passes through "planned" on its way.
        if (is_over(state) && (is_dry_run || state != "planned")) return answer;
        const auto done = static_cast<std::uint64_t>(number(job, "bytes_read"));
        bar.show(state_label(state), done, static_cast<std::uint64_t>(number(job, "bytes_total")), counts_text(job));
        session.environment().wait(pause_ms);
        pause_ms = std::min(pause_ms * 2, look_again_max_ms);
    }
}

void print_errors(Session& session, const std::string& file, const Json& job) {
    const auto errors = elements(job, "errors");
    for (const Json& error : errors) {
        std::string where = file + ", row " + text(error, "row");
        if (const std::string column = text(error, "column"); !column.empty()) where += ", column " + column;
        if (const std::string value = text(error, "value"); !value.empty()) where += ", value '" + value + "'";
        const Error said{ErrorCode::bad_value, text(error, "what"), where, text(error, "cure")};
        session.err() << Cell(describe(said)).text << '\n';
    }
    const std::int64_t more = number(job, "refused") - static_cast<std::int64_t>(errors.size());
    if (more > 0 && !errors.empty()) session.err() << "and " << more << " more rows\n";
}

std::string action_label(const std::string& action) {
    if (action == "add" || action == "added") return "新增";
    if (action == "change" || action == "changed") return "修改";
    return action == "unchanged" ? "不变" : action;
}

void print_plan(Session& session, const Json& job) {
    Table table({"动作", {"条目", Keep::whole}, "字段"});
    for (const Json& item : elements(job, "plan")) {
        const Json& fields = member(item, "fields");
        std::string names;
        const auto add = [&](const std::string& field) { names += (names.empty() ? "" : "、") + field_label(field); };
        if (fields.is_object())
            for (const auto& [field, value] : fields.items()) add(field);
        for (const Json& field : elements(item, "fields"))
            if (field.is_string()) add(field.get<std::string>());
        table.add({action_label(text(item, "action")), text(item, "key"), names});
    }
    if (!table.empty()) table.print(session.screen());
}

void print_outcome(Session& session, const ImportOptions& options, const Json& job) {
    print_errors(session, options.file, job);
    const std::string state = text(job, "state");
    if (state == "planned") print_plan(session, job);
    if (state == "failed")  // the counts are of what was planned, not of what came of it
        session.out() << (elements(job, "batches").empty() ? "未写入"
                                                           : "中断，只写入以下批次；改正后重新导入，已写入的不会重复")
                      << "（已读 " << number(job, "rows_read") << " 行）\n";
    else
        session.out() << (state == "planned" ? "将" : "") << counts_text(job) << "（共读 " << number(job, "rows_read")
                      << " 行）\n";
    for (const Json& batch : elements(job, "batches")) {
        const std::string line =
            "批次 " + text(batch, "dot") + "  " + text(batch, "ops") + " 条  " + text(batch, "title");
        session.out() << Cell(line).text << '\n';
    }
    if (state == "planned") session.out() << "预览：未写入\n";
    if (state == "refused") session.out() << "含不合格行，整份退回，未写入；更正后重试，或用 --skip-invalid 文件\n";
    if (state == "done" && number(job, "added") + number(job, "changed") + number(job, "refused") == 0)
        session.out() << "无变化\n";
}

/// The rows that were left out, for correction.
void save_refused(Session& session, const std::string& path, const ImportOptions& options) {
    HttpRequest request = request_of("GET", path + "/refused");
    request.headers["accept"] = "text/csv";
    download(session, std::move(request), options.refused_file, options.existing);
    if (!session.json()) session.out() << "不合格行已写入 " << Cell(options.refused_file).text << '\n';
}

ExitCode run_import(Session& session, const ImportOptions& options) {
    std::error_code unreadable;
    if (!std::filesystem::is_regular_file(options.file, unreadable))
        session.end({ErrorCode::not_found, "there is no such file", options.file, "check its name"});
    if (!options.refused_file.empty())
        if (const auto free = may_write(options.refused_file, options.existing); !free) session.end(free.error());
    const Json accepted = session.fetch(upload(options));
    const std::string path = "/v1/imports/" + text(accepted, "id");
    const HttpResponse answer = follow(session, path, options.dry_run);
    const Json job = session.parse(answer);
    if (session.json()) {
        session.print_json(answer.body);
    } else {
        print_outcome(session, options, job);
    }
    const bool some_refused = number(job, "refused") > 0;
    if (some_refused && !options.refused_file.empty()) save_refused(session, path, options);
    const std::string state = text(job, "state");
    if (state == "planned") (void)session.call(request_of("DELETE", path));
    if (state == "failed") {
        const Json& error = member(job, "error");
        const std::string code = text(error, "code");
        if (!session.json()) {
            const Error said{ErrorCode::internal, error.is_string() ? error.get<std::string>() : text(error, "what"),
                             text(error, "where"), text(error, "cure")};
            session.err() << "minglu: " << Cell(describe(said)).text << '\n';
        }
        return code.empty() ? ExitCode::fault : exit_code_of(0, code);
    }
    const bool is_refused = state == "refused" || (some_refused && options.refused_file.empty());
    return is_refused ? ExitCode::refused : ExitCode::ok;
}

}  // namespace

void add_import_command(CLI::App& app, Chosen& chosen) {
    add_command<ImportOptions>(
        app, chosen, "import", "Publish a list from a CSV file 导入名录",
        [](CLI::App& command, ImportOptions& options) {
            command.add_option("file", options.file, "CSV, UTF-8 or GB18030 文件")->required();
            command
                .add_option("--kind", options.kind, "patent, trademark or gi; told from the header when not given 类别")
                ->transform(code_of("kind", {"patent", "trademark", "gi"}));
            command.add_flag("--dry-run", options.dry_run, "Only say what it would do 仅预览");
            command
                .add_option("--skip-invalid", options.refused_file,
                            "Take the good rows, write the others to this file 跳过不合格行并另存")
                ->type_name("REFUSED.csv");
            add_force_option(command, options.existing);
            add_batch_options(command, options.batch);
            command.add_option("--effective-on", options.effective_on, "Holds in law from, YYYY-MM-DD 生效日");
            command.add_option("--reason", options.reason, "Why; stands in the history 理由");
            command.add_option("--home", options.home,
                               "Home node of all new entries; without it that of the province their place lies in, "
                               "else this one 归口节点");
        },
        run_import);
}

}  // namespace minglu::cli
