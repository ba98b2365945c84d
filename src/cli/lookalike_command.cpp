/// lookalike: protected marks that a sign could be meant to imitate.
#include "src/cli/command.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/term_option.hpp"

namespace minglu::cli {

namespace {

struct LookalikeOptions {
    std::vector<std::string> sign;
    std::string kind, nice_class, as_of, known_at;
    std::int64_t score_min = 0;
    std::int64_t limit = 0;
};

std::string rules_text(const Json& hit) {
    std::string line;
    for (const Json& rule : elements(hit, "rules")) line += (line.empty() ? "" : "；") + text(rule, "text");
    return line;
}

void show(Session& session, const Json& answer) {
    const std::vector<Json> items = elements(answer, "items");
    const std::string least = std::to_string(number(answer, "min_score"));
    session.out() << (items.empty() ? "没有近似度达到 " + least + " 的在册名称"
                                    : std::to_string(items.size()) + " 个近似名称（近似度 " + least + " 以上）")
                  << '\n';
    Table table({"近似度",
                 {"结论", Keep::whole},
                 {"权利本身", Keep::spare},
                 {"条目", Keep::whole},
                 "名称",
                 {"对应", Keep::spare},
                 {"审查规则", Keep::spare}});
    table.wrap_cells();
    for (const Json& hit : items) {
        const Json& entry = member(hit, "entry");
        table.add({text(hit, "score"), verdict_cell(text(entry, "verdict")), right_cell(entry), text(entry, "key"),
                   text(member(entry, "fields"), "name"), text(hit, "text"), rules_text(hit)});
    }
    if (!table.empty()) table.print(session.screen());
    if (!items.empty())
        session.out() << "规则见《" << Cell(text(answer, "guidelines")).text << "》；近似与否由人判断\n";
    if (!flag(answer, "complete")) session.err() << "名称过多，未全部比对\n";
    print_freshness(session, answer);
}

ExitCode run(Session& session, const LookalikeOptions& options) {
    HttpRequest request = request_of("GET", "/v1/lookalikes");
    add_query(request, "sign", joined(options.sign));
    add_query(request, "kind", options.kind);
    add_query(request, "class", options.nice_class);
    add_query(request, "as_of", options.as_of);
    add_query(request, "known_at", options.known_at);
    if (options.score_min > 0) add_query(request, "min_score", std::to_string(options.score_min));
    if (options.limit > 0) add_query(request, "limit", std::to_string(options.limit));
    const Json answer = session.ask(std::move(request));
    if (!session.json()) show(session, answer);
    return ExitCode::ok;
}

}  // namespace

void add_lookalike_command(CLI::App& app, Chosen& chosen) {
    add_command<LookalikeOptions>(
        app, chosen, "lookalike", "Protected marks that a sign could imitate 近似名称",
        [](CLI::App& command, LookalikeOptions& options) {
            command.add_option("sign", options.sign, "Words of the sign 标志文字")->required();
            command.add_option("--kind", options.kind, "trademark or gi; both when not given 类别")
                ->transform(code_of("kind", {"trademark", "gi"}));
            command.add_option("--class", options.nice_class, "Nice class of the marks 商标国际分类");
            command.add_option("--min-score", options.score_min,
                               "Least score, 60 to 100; 75 when not given 最低近似度");
            command.add_option("--limit", options.limit, "How many at most, 1 to 100; 20 when not given 条数上限");
            command.add_option("--as-of", options.as_of, "Day to look at, YYYY-MM-DD; today when not given 查询日");
            command.add_option("--known-at", options.known_at,
                               "As this node knew it then: a day (to its end) or a time with offset 按当时所知");
        },
        run);
}

}  // namespace minglu::cli
