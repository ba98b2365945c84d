/// audit list, export, verify: who asked what, and whether the trail of it is whole.
#include <fstream>
#include <optional>
#include <utility>

#include "minglu/json_text.hpp"
#include "src/cli/download.hpp"
#include "src/cli/force_option.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/lines.hpp"
#include "src/cli/paging.hpp"
#include "sync/audit_chain.hpp"

namespace minglu::cli {

namespace {

struct ListOptions {
    bool mine = false;
    std::string by, of_case, kind, since, until;
    PageOptions paging;
};

std::string actor_text(const Json& row) {
    const std::string role = text(row, "role");
    const std::string who = text(row, "actor") + (role.empty() || role == "none" ? "" : "（" + role + "）");
    return who.empty() ? "—" : who;
}

std::string asked_text(const Json& row) {
    std::string asked = text(row, "method") + " " + text(row, "path");
    char before = '?';
    for (const Json& parameter : elements(row, "parameters")) {
        if (!parameter.is_string()) continue;
        asked += std::exchange(before, '&');
        asked += parameter.get<std::string>();
    }
    const std::string note = text(row, "note");
    return note.empty() ? asked : asked + "  " + note;
}

void show_rows(Session& session, const std::vector<Json>& items) {
    Table table({{"编号", Keep::whole}, "时间", "谁", "来自", "案号", "种类", "状态", "命中", "请求"});
    for (const Json& item : items) {
        const Json& row = member(item, "row");
        const std::string from = text(row, "forwarded").empty() ? text(row, "remote") : text(row, "forwarded");
        const std::int64_t status = number(row, "status");
        table.add({text(row, "no"), time_text(text(row, "at")), actor_text(row), from, text(row, "case"),
                   text(row, "kind"), Cell(text(row, "status"), status >= 400 ? Tone::warn : Tone::plain),
                   text(row, "hits"), asked_text(row)});
    }
    if (table.empty()) session.out() << "没有记录\n";
    if (!table.empty()) table.print(session.screen());
}

ExitCode run_list(Session& session, const ListOptions& options) {
    HttpRequest request = request_of("GET", "/v1/audit");
    add_query(request, "mine", options.mine ? "1" : "");
    add_query(request, "by", options.by);
    add_query(request, "of_case", options.of_case);
    add_query(request, "kind", options.kind);
    add_query(request, "since", options.since);
    add_query(request, "until", options.until);
    show_items(session, request, options.paging,
               [&](const std::vector<Json>& items, const Json&) { show_rows(session, items); });
    return ExitCode::ok;
}

struct ExportOptions {
    std::string file;
    std::int64_t after = 0;
    Existing existing = Existing::keep;
};

ExitCode run_export(Session& session, const ExportOptions& options) {
    HttpRequest request = request_of("GET", "/v1/audit/export");
    request.headers["accept"] = "*/*";
    add_query(request, "after", std::to_string(options.after));
    export_to_file(session, std::move(request), options.file, options.existing);
    return ExitCode::ok;
}

struct VerifyOptions {
    std::string file;
    std::string known;
};

/// A row and its hash as somebody noted them, "17:3f…".
struct Known {
    std::int64_t no = 0;
    std::string hash;
};

std::optional<Known> known_row(Session& session, const std::string& text) {
    if (text.empty()) return std::nullopt;
    const std::size_t colon = text.find(':');
    const std::string digits = text.substr(0, colon);
    const bool is_number =
        !digits.empty() && digits.size() <= 15 && digits.find_first_not_of("0123456789") == std::string::npos;
    if (colon == std::string::npos || !is_number || !from_hex(text.substr(colon + 1)))
        session.usage("--known takes the number of a row and its hash, NO:HASH, as audit verify printed them");
    return Known{std::stoll(digits), text.substr(colon + 1)};
}

/// What a file, or the node, says of its rows: findings, and the last row.
struct Checked {
    std::vector<std::string> findings;
    std::int64_t last = 0;
    std::string hash;
    std::string known_hash;  ///< of the row that was asked about
};

/// Lines as `audit export` writes them: the first says from where it goes on, each further one is a row.
class FileCheck {
public:
    explicit FileCheck(const std::optional<Known>& known) : known_(known) {}

    void line(std::string_view text) {
        ++lines_;
        const auto hash = from_hex(text_of(member_of(text, "hash")));
        const auto bytes = hash ? to_hash(*hash) : fail(hash.error());
        const std::string_view row = member_of(text, lines_ == 1 ? "after" : "row");
        const std::string_view number = lines_ == 1 ? row : member_of(row, "no");
        const bool is_number =
            !number.empty() && number.size() <= 15 && number.find_first_not_of("0123456789") == std::string_view::npos;
        if (!bytes || !is_number || !canonical_json(text)) {
            checked_.findings.push_back("line " + std::to_string(lines_) + ": not a line of an exported audit trail");
            return;
        }
        const std::int64_t no = std::stoll(std::string(number));
        if (lines_ == 1) {
            check_ = AuditCheck(no, *bytes);
        } else if (auto wrong = check_.next(no, row, *bytes)) {
            checked_.findings.push_back(*std::move(wrong));
        }
        if (known_ && known_->no == no) checked_.known_hash = to_hex(bytes_of(*bytes));
    }
    [[nodiscard]] Checked finish() {
        if (lines_ == 0) checked_.findings.emplace_back("the file is empty");
        checked_.last = check_.no();
        checked_.hash = to_hex(bytes_of(check_.hash()));
        return std::move(checked_);
    }

private:
    const std::optional<Known>& known_;
    AuditCheck check_;
    Checked checked_;
    std::uint64_t lines_ = 0;
};

Checked check_file(Session& session, const std::string& name, const std::optional<Known>& known) {
    std::ifstream in(name, std::ios::binary);
    if (!in) session.end({ErrorCode::io, "cannot be read", name, "look at its name and permissions"});
    FileCheck check(known);
    for (std::string line; std::getline(in, line);) check.line(line);
    return check.finish();
}

/// Streams the rows from the node, so that the chain is checked here and not by whoever answers.
Checked check_node(Session& session, const std::optional<Known>& known) {
    HttpRequest request = request_of("GET", "/v1/audit/export");
    request.headers["accept"] = "*/*";
    FileCheck check(known);
    std::uint64_t rows = 0;
    ProgressBar bar = session.progress();
    Lines lines([&](const std::string& line) {
        check.line(line);
        bar.show("校验审计记录", ++rows, 0);
    });
    const Backend::Sink sink = [&](std::string_view bytes) -> Result<void> {
        lines.feed(bytes);
        return {};
    };
    (void)session.send(std::move(request), &sink);
    return check.finish();
}

ExitCode run_verify(Session& session, const VerifyOptions& options) {
    const auto known = known_row(session, options.known);
    Checked checked = options.file.empty() ? check_node(session, known) : check_file(session, options.file, known);
    if (known && checked.known_hash.empty())
        checked.findings.push_back("audit row " + std::to_string(known->no) + ": it is missing, and was known");
    if (known && !checked.known_hash.empty() && checked.known_hash != known->hash)
        checked.findings.push_back("audit row " + std::to_string(known->no) +
                                   ": it is not the one that was known; the trail was written anew");
    const bool is_sound = checked.findings.empty();
    if (session.json()) {
        session.print_json(Json{
            {"ok", is_sound}, {"findings", checked.findings}, {"last", {{"no", checked.last}, {"hash", checked.hash}}}}
                               .dump());
        return is_sound ? ExitCode::ok : ExitCode::unsound;
    }
    for (const std::string& finding : checked.findings) session.out() << Cell(finding).text << '\n';
    session.out() << session.screen().toned(is_sound ? Tone::good : Tone::bad,
                                            is_sound ? "审计记录完整" : "审计记录有问题")
                  << "，末条 " << checked.last << ":" << checked.hash << '\n';
    return is_sound ? ExitCode::ok : ExitCode::unsound;
}

}  // namespace

void add_audit_commands(CLI::App& app, Chosen& chosen) {
    CLI::App* const audit = add_group(app, "audit", "Who asked what, and how it was answered 审计记录");
    add_command<ListOptions>(
        *audit, chosen, "list", "Newest first 列表",
        [](CLI::App& command, ListOptions& options) {
            command.add_flag("--mine", options.mine, "Only what the one who asks did 仅本人");
            command.add_option("--by", options.by, "Name of the token or person 姓名");
            command.add_option("--of-case", options.of_case, "Asked for this case 案号");
            command.add_option("--kind", options.kind, "search, entry, export, check, write, refused, … 种类");
            command.add_option("--since", options.since, "First day, YYYY-MM-DD 起始日");
            command.add_option("--until", options.until, "Last day, YYYY-MM-DD 截止日");
            add_paging_options(command, options.paging);
        },
        run_list);
    add_command<ExportOptions>(
        *audit, chosen, "export", "Write rows with their hashes to a file, to be kept elsewhere 导出",
        [](CLI::App& command, ExportOptions& options) {
            command.add_option("file", options.file, "File to write, one JSON object a line 输出文件")->required();
            command.add_option("--after", options.after, "Only the rows after this one 起始编号之后")
                ->check(CLI::NonNegativeNumber);
            add_force_option(command, options.existing);
        },
        run_export);
    add_command<VerifyOptions>(
        *audit, chosen, "verify", "Check that no row was changed or is missing 校验",
        [](CLI::App& command, VerifyOptions& options) {
            command.add_option("file", options.file,
                               "An exported file; the node's own trail when not given 导出的文件");
            command.add_option("--known", options.known, "A row that was noted earlier, NO:HASH 先前记下的末条");
        },
        run_verify);
}

}  // namespace minglu::cli
