/// incident list, acknowledge: what was wrong, and that somebody has looked at it.
#include "src/cli/labels.hpp"
#include "src/cli/paging.hpp"

namespace minglu::cli {

namespace {

struct ListOptions {
    bool open = false;
    std::string kind;
    std::string peer;
    PageOptions paging;
};

struct AcknowledgeOptions {
    std::int64_t no = 0;
    std::string kind;
    std::string peer;
    std::string note;
    bool dry_run = false;
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
    if (const Json& first = member(incident, "first"); !first.is_null()) {
        const std::string received = text(first, "received");
        const bool is_same = received == text(incident, "received");
        facts.add("  首次", time_text(text(first, "at")) + (is_same ? "" : "  " + received));
    }
    for (const Json& one : elements(incident, "acknowledgements"))
        facts.add("  已处理", time_text(text(one, "at")) + "  " + text(one, "by") + "  " + text(one, "note"));
    facts.print(session.screen());
}

ExitCode run_incidents(Session& session, const ListOptions& options) {
    HttpRequest request = request_of("GET", "/v1/incidents");
    add_query(request, "state", options.open ? "open" : "");
    add_query(request, "kind", options.kind);
    add_query(request, "peer", options.peer);
    show_items(session, request, options.paging, [&](const std::vector<Json>& items, const Json&) {
        for (const Json& incident : items) print_incident(session, incident);
        if (items.empty()) session.out() << "没有事件\n";
    });
    return ExitCode::ok;
}

ExitCode acknowledge_together(Session& session, const AcknowledgeOptions& options) {
    const Json answer =
        session.ask(request_of("POST", "/v1/peers/" + options.peer + "/incidents/" + options.kind + "/acknowledgement",
                               Json{{"note", options.note}, {"dry_run", options.dry_run}}));
    if (!session.json())
        session.out() << (options.dry_run ? "将记录处理情况的事件 " : "已记录处理情况的事件 ")
                      << text(answer, "incidents") << " 个\n";
    return ExitCode::ok;
}

ExitCode run_acknowledge(Session& session, const AcknowledgeOptions& options) {
    if (!options.kind.empty()) return acknowledge_together(session, options);
    if (options.no == 0) session.usage("say which: its number, or --kind and --peer for all open ones of them");
    (void)session.ask(request_of("POST", "/v1/incidents/" + std::to_string(options.no) + "/acknowledgement",
                                 Json{{"note", options.note}}));
    if (!session.json()) session.out() << "已记录处理情况\n";
    return ExitCode::ok;
}

void add_acknowledge_options(CLI::App& command, AcknowledgeOptions& options) {
    CLI::Option* const no = command.add_option("no", options.no, "Number, as the list shows it 编号");
    CLI::Option* const kind =
        command.add_option("--kind", options.kind, "Instead: all open ones of this kind … 改为：此类")->excludes(no);
    CLI::Option* const peer =
        command.add_option("--peer", options.peer, "… about this node 且涉及此节点的全部未处理事件");
    kind->needs(peer);
    peer->needs(kind);
    command.add_option("--note", options.note, "What was found, what was done 说明")->required();
    command.add_flag("--dry-run", options.dry_run, "With --kind: only say how many 仅预览")->needs(kind);
}

}  // namespace

void add_incident_commands(CLI::App& app, Chosen& chosen) {
    CLI::App* const incident = add_group(app, "incident", "What was wrong, and what to do about it 事件");
    add_command<ListOptions>(
        *incident, chosen, "list", "Newest first 列表",
        [](CLI::App& command, ListOptions& options) {
            command.add_flag("--open", options.open, "Only those that nobody has acknowledged since 仅未处理");
            command.add_option("--kind", options.kind, "Only this kind 仅此类");
            command.add_option("--peer", options.peer, "Only about this node 仅涉及此节点");
            add_paging_options(command, options.paging);
        },
        run_incidents);
    add_command<AcknowledgeOptions>(*incident, chosen, "acknowledge",
                                    "Write down that you looked at it, and what you found 记录处理情况",
                                    add_acknowledge_options, run_acknowledge);
    add_fork_commands(*incident, chosen);
}

}  // namespace minglu::cli
