/// entry show, history: reading one entry.
#include "catalog/fields.hpp"
#include "catalog/protection.hpp"
#include "catalog/readable.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/one_entry.hpp"
#include "src/cli/paging.hpp"

namespace minglu::cli {

namespace {

struct ShowOptions {
    std::string key;
    std::string as_of;
    std::string known_at;
};

/// Fields in the order of the table of fields, then those that this version does not know.
void add_fields(Facts& facts, const std::string& key, const Json& fields) {
    for (const FieldSpec& spec : field_specs()) {
        const Json& value = member(fields, std::string(spec.name).c_str());
        if (!value.is_null()) facts.add(spec.label_zh, value_text(key, spec.name, value));
    }
    if (!fields.is_object()) return;
    for (const auto& [field, value] : fields.items())
        if (find_field(field) == nullptr && !value.is_null())
            facts.add(Cell(field).text, value_text(key, field, value));
}

/// The state of the right in an answer, or in what would have been answered then.
std::string right_text(const Json& entry, const Json& said) {
    const auto kind = parse_kind(text(entry, "kind"));
    return readable_right(kind ? std::optional(*kind) : std::nullopt, member(said, "right").dump());
}

/// The verdict and what it rests on, and what would have been said at the end of the day asked about.
void add_protection(Facts& facts, const Json& entry) {
    const Cell verdict = verdict_cell(text(entry, "verdict"));
    facts.add("结论", verdict.text, verdict.tone);
    facts.add("权利本身", right_text(entry, entry));
    const Json& then = member(entry, "as_known_then");
    if (!then.is_object()) return;
    const Cell said = verdict_cell(text(then, "verdict"));
    facts.add("按当日所知", said.text + "；权利" + right_text(entry, then), said.tone);
}

void show_scheduled(Session& session, const Json& entry) {
    for (const Json& period : elements(entry, "scheduled")) {
        session.out() << "自 " << Cell(text(period, "from")).text << " 起\n";
        Facts facts;
        add_fields(facts, text(entry, "key"), member(period, "fields"));
        facts.print(session.screen());
    }
}

/// That an entry was never listed is an answer. Programs get it as the problem that it is for them.
ExitCode show_absent(Session& session, const ShowOptions& options, const HttpResponse& answer) {
    const Json problem = Json::parse(answer.body, nullptr, false);
    const std::string verdict = text(problem, "verdict");
    if (session.json() || verdict != name(Verdict::never_listed)) end_without_entry(session, answer, options.key);
    Facts facts;
    facts.add("条目", options.key, Tone::bold);
    facts.add_if("查询日", options.as_of);
    facts.add_if("按此刻所知", options.known_at);
    const Cell said = verdict_cell(verdict);
    facts.add("结论", options.known_at.empty() ? said.text : "截至当时未列入", said.tone);
    facts.print(session.screen());
    for (const Json& key : elements(problem, "similar"))
        session.out() << "或指 " << Cell(key.get<std::string>()).text << '\n';
    session.out() << "按名称、号码、拼音查找：minglu query\n";
    print_freshness(session, problem);
    return ExitCode::not_found;
}

ExitCode run_show(Session& session, const ShowOptions& options) {
    HttpRequest request = request_of("GET", "/v1/entries/" + options.key);
    add_query(request, "as_of", options.as_of);
    add_query(request, "known_at", options.known_at);
    const HttpResponse answer = session.call(std::move(request));
    if (answer.status != 200) return show_absent(session, options, answer);
    const Json entry = session.parse(answer);
    if (session.json()) {
        session.print_json(answer.body);
        return ExitCode::ok;
    }
    Facts facts;
    facts.add("条目", text(entry, "key"), Tone::bold);
    facts.add("类别", kind_label(text(entry, "kind")));
    const Cell listing = listing_cell(entry);
    facts.add("当日状态", listing.text, listing.tone);
    facts.add_if("查询日", text(member(entry, "freshness"), "as_of"));
    facts.add_if("按此刻所知", time_text(text(member(entry, "freshness"), "known_at")));
    add_protection(facts, entry);
    facts.add_if("此内容始于", text(entry, "from"));
    facts.add_if("此内容止于（不含当日）", text(entry, "until"));
    add_fields(facts, text(entry, "key"), member(entry, "fields"));
    if (const auto conflicts = number(entry, "open_conflicts"); conflicts > 0)
        facts.add("未决冲突", std::to_string(conflicts) + "（minglu conflict list --key " + text(entry, "key") + "）",
                  Tone::warn);
    facts.add_if("ETag", text(entry, "etag"), Tone::dim);
    facts.print(session.screen());
    show_scheduled(session, entry);
    print_freshness(session, entry);
    return ExitCode::ok;
}

void show_change(Session& session, const std::string& key, const Json& item) {
    const Screen& screen = session.screen();
    const std::string time = text(item, "time");
    std::string heading = time_text(time) + "  " + text(item, "author") + "  " + text(item, "actor") + "  " +
                          record_kind_label(text(item, "kind"));
    if (text(item, "label") == "resolve") heading += "（处理冲突）";
    session.out() << screen.toned(Tone::bold, Cell(heading).text) << '\n';
    Facts facts;
    facts.add_if("  记录", text(item, "dot"), Tone::dim);
    facts.add_if("  生效日", text(item, "effective_on"));
    if (member(item, "effective").is_boolean() && !flag(item, "effective")) facts.add("  效力", "未生效", Tone::warn);
    facts.add_if("  理由", text(item, "reason"));
    const Json& batch = member(item, "batch");
    facts.add_if("  批次", text(batch, "title"));
    facts.add_if("  文号", text(batch, "document_number"));
    facts.add_if("  到达本节点", time_text(text(item, "arrived")));
    if (const std::string lacks = text(item, "lacks"); !lacks.empty())
        facts.add("  作者见过而此处没有", lacks, Tone::warn);
    const Json& set = member(item, "set");
    if (set.is_object())
        for (const auto& [field, value] : set.items())
            facts.add("  " + Cell(field_label(field)).text, value_text(key, field, value));
    facts.print(screen);
}

ExitCode run_history(Session& session, const ShowOptions& options) {
    const HttpResponse response = get_entry(session, options.key, "/history");
    const Json answer = session.parse(response);
    if (session.json()) {
        session.print_json(response.body);
        return ExitCode::ok;
    }
    for (const Json& item : elements(answer, "items")) show_change(session, options.key, item);
    print_freshness(session, answer);
    return ExitCode::ok;
}

}  // namespace

void add_entry_commands(CLI::App& app, Chosen& chosen) {
    CLI::App* const entry = add_group(app, "entry", "One entry: show, change, remove 条目");
    add_command<ShowOptions>(
        *entry, chosen, "show", "All fields of one entry 查看条目",
        [](CLI::App& command, ShowOptions& options) {
            command.add_option("key", options.key, "e.g. trademark/10325554/33 条目键")->required();
            command.add_option("--as-of", options.as_of, "Day to look at, YYYY-MM-DD; today when not given 查询日");
            command.add_option("--known-at", options.known_at,
                               "As this node knew it then: a day (to its end) or a time with offset 按当时所知");
        },
        run_show);
    add_entry_write_commands(*entry, chosen);
    add_command<ShowOptions>(
        *entry, chosen, "history", "Who changed what, when and why 变更历史",
        [](CLI::App& command, ShowOptions& options) {
            command.add_option("key", options.key, "Entry key 条目键")->required();
        },
        run_history);
}

}  // namespace minglu::cli
