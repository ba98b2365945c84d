/// incident forks, proof, branch, adopt: logs that were signed twice over, and what of them does not count.
#include <algorithm>

#include "src/cli/labels.hpp"
#include "src/cli/paging.hpp"

namespace minglu::cli {

namespace {

struct NoOptions {};

struct ForkOptions {
    std::string log;
};

struct BranchOptions {
    std::string log;
    PageOptions paging;
};

void print_fork(Session& session, const Json& fork) {
    session.out() << session.screen().toned(Tone::bold, Cell(text(fork, "log")).text) << "  "
                  << time_text(text(fork, "at")) << '\n';
    const std::string state = text(fork, "state");
    Facts facts;
    facts.add("  状态",
              state == "cut"      ? "已截断"
              : state == "proved" ? "已证明，等待该节点截断"
                                  : "已发现，分叉点待查",
              state == "cut" ? Tone::good : Tone::bad);
    facts.add_if("  共同至", text(fork, "common"));
    facts.add_if("  截断于", text(fork, "cut"));
    facts.add("  本节点持有而不计入", text(fork, "not_counted"));
    facts.print(session.screen());
    for (const Json& head : elements(fork, "heads")) session.out() << '\n' << head.get<std::string>();
    session.out() << '\n';
}

ExitCode run_forks(Session& session, const NoOptions&) {
    const Json forks = session.ask(request_of("GET", "/v1/forks"));
    if (session.json()) return ExitCode::ok;
    const auto items = elements(forks, "items");
    for (const Json& fork : items) print_fork(session, fork);
    if (items.empty()) session.out() << "没有分叉\n";
    return ExitCode::ok;
}

/// The earliest proof of a log, as a line of JSON: what is handed over. Before it is proved where the branches part,
/// the two heads are all there is.
ExitCode run_proof(Session& session, const ForkOptions& options) {
    const Json forks = session.fetch(request_of("GET", "/v1/forks"));
    Json best;
    for (const Json& fork : elements(forks, "items")) {
        if (text(fork, "log") != options.log) continue;
        const bool earlier = best.is_null() || member(best, "proof").is_null() ||
                             (!member(fork, "proof").is_null() && number(fork, "common") < number(best, "common"));
        if (earlier) best = fork;
    }
    if (best.is_null())
        session.end({ErrorCode::not_found, "no fork of log " + options.log + " is known here", "",
                     "minglu incident forks lists those that are"});
    const Json& proof = member(best, "proof");
    session.print_json(proof.is_null() ? Json{{"log", options.log}, {"heads", member(best, "heads")}}.dump()
                                       : proof.dump());
    return ExitCode::ok;
}

void print_branch_record(Session& session, const Json& record) {
    session.out() << session.screen().toned(Tone::bold, Cell(text(record, "dot")).text) << "  "
                  << time_text(text(record, "time")) << "  " << Cell(text(record, "actor")).text << "  "
                  << Cell(text(record, "reason")).text << '\n';
    for (const Json& op : elements(record, "ops"))
        session.out() << "  " << Cell(text(op, "key")).text << "  " << Cell(member(op, "set").dump()).text << '\n';
}

ExitCode run_branch(Session& session, const BranchOptions& options) {
    HttpRequest request = request_of("GET", "/v1/forks/records");
    add_query(request, "log", options.log);
    show_items(session, request, options.paging, [&](const std::vector<Json>& items, const Json&) {
        for (const Json& record : items) print_branch_record(session, record);
        if (items.empty()) session.out() << "本节点没有不计入的记录\n";
    });
    return ExitCode::ok;
}

struct AdoptOptions {
    std::string log;
    std::string record;
    std::string reason;
    bool dry_run = false;
};

std::string outcome_label(const std::string& outcome, bool is_dry_run) {
    if (outcome == "write") return is_dry_run ? "将写入" : "已写入";
    if (outcome == "stands") return "已另行写入，不重复";
    return outcome == "refused" ? "未写入" : "非变更，不处理";
}

void print_step(Session& session, const Json& step, bool is_dry_run) {
    const std::string outcome = text(step, "outcome");
    session.out() << session.screen().toned(Tone::bold, Cell(text(step, "dot")).text) << "  "
                  << Cell(text(step, "actor")).text << "  " << Cell(text(step, "reason")).text << '\n';
    std::string line = outcome_label(outcome, is_dry_run);
    if (outcome == "write") line += " " + text(step, "ops") + " 条";
    if (number(step, "changed_since") > 0) line += "，其中 " + text(step, "changed_since") + " 条所涉条目此后另有变更";
    if (const std::string as = text(step, "written_as"); !as.empty()) line += "，现为 " + as;
    session.out() << "  " << Cell(line).text << '\n';
    const Error refused{ErrorCode::bad_value, text(step, "detail"), "", text(step, "cure")};
    if (!refused.what.empty()) session.out() << "    " << Cell(describe(refused)).text << '\n';
}

ExitCode run_adopt(Session& session, const AdoptOptions& options) {
    Json body{{"log", options.log}, {"reason", options.reason}, {"dry_run", options.dry_run}};
    if (!options.record.empty()) body["record"] = options.record;
    const Json answer = session.ask(request_of("POST", "/v1/forks/adoption", body));
    const auto items = elements(answer, "items");
    const bool is_whole =
        std::none_of(items.begin(), items.end(), [](const Json& step) { return text(step, "outcome") == "refused"; });
    if (!session.json()) {
        for (const Json& step : items) print_step(session, step, options.dry_run);
        session.out() << (options.dry_run ? "将写入 " : "共写入 ") << text(answer, "ops")
                      << " 条；所涉条目此后另有变更的，见 minglu conflict list\n";
    }
    return is_whole ? ExitCode::ok : ExitCode::refused;
}

}  // namespace

void add_fork_commands(CLI::App& incident, Chosen& chosen) {
    add_command<NoOptions>(
        incident, chosen, "forks", "Logs that were signed twice over, with both heads 日志分叉",
        [](CLI::App&, NoOptions&) {}, run_forks);
    add_command<ForkOptions>(
        incident, chosen, "proof", "The proof of a fork as JSON, to hand over 分叉证明",
        [](CLI::App& command, ForkOptions& options) {
            command.add_option("log", options.log, "The log, as in incident forks 日志")->required();
        },
        run_proof);
    add_command<BranchOptions>(
        incident, chosen, "branch", "Records held here that a cut no longer counts 截断后的记录",
        [](CLI::App& command, BranchOptions& options) {
            command.add_option("log", options.log, "The log, as in incident forks 日志")->required();
            add_paging_options(command, options.paging);
        },
        run_branch);
    add_command<AdoptOptions>(
        incident, chosen, "adopt", "Write again, as this node, what stands behind a cut; see --dry-run first 代为重写",
        [](CLI::App& command, AdoptOptions& options) {
            command.add_option("log", options.log, "The log, as in incident forks 日志")->required();
            command.add_option("--reason", options.reason, "Why these writes shall stand 理由")->required();
            command.add_option("--record", options.record, "Only this record (log:seq), see incident branch 仅此记录");
            command.add_flag("--dry-run", options.dry_run, "Only say what it would write 仅预览");
        },
        run_adopt);
}

}  // namespace minglu::cli
