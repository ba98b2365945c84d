/// conflict list, show, claim, release, resolve.
#include <algorithm>

#include "src/cli/conflict_view.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/paging.hpp"

namespace minglu::cli {

namespace {

constexpr std::size_t id_size = 64;        ///< SHA-256 in hex
constexpr std::size_t id_shown_size = 12;  ///< enough to tell conflicts apart on a screen
constexpr std::size_t id_typed_min = 6;

struct ListOptions {
    std::string state = "open";
    std::string key;
    std::string claimed_by;
    PageOptions paging;
};

struct OneOptions {
    std::string id;
};

struct ResolveOptions : OneOptions {
    std::string take;
    std::vector<std::string> groups;
    std::string reason;
    std::string effective_on;
};

ExitCode run_list(Session& session, const ListOptions& options) {
    HttpRequest request = request_of("GET", "/v1/conflicts");
    add_query(request, "state", options.state);
    add_query(request, "key", options.key);
    add_query(request, "claimed_by", options.claimed_by);
    show_items(session, request, options.paging, [&](const std::vector<Json>& items, const Json& page) {
        Table table(
            {{"冲突", Keep::whole}, "状态", {"条目", Keep::whole}, "类型", "字段组", "双方", "发现于", "认领人"});
        for (const Json& conflict : items) {
            std::string groups;
            for (const Json& group : elements(conflict, "groups"))
                if (group.is_string()) groups += (groups.empty() ? "" : "、") + group_label(group.get<std::string>());
            std::string sides;
            for (const Json& side : elements(conflict, "sides"))
                sides += (sides.empty() ? "" : " / ") + text(side, "author") + " " + text(side, "actor");
            table.add({text(conflict, "id").substr(0, id_shown_size), conflict_state_cell(text(conflict, "state")),
                       text(conflict, "key"), conflict_type_label(text(conflict, "type")), groups, sides,
                       time_text(text(conflict, "found_at")), text(conflict, "claimed_by")});
        }
        if (table.empty()) {
            session.out() << (options.state == "open" ? "没有待处理的冲突\n" : "没有符合条件的冲突\n");
        } else {
            table.print(session.screen());
        }
        print_freshness(session, page);
    });
    return ExitCode::ok;
}

/// Ids of one state that start with `prefix`; stops at the second.
std::vector<std::string> ids_starting(Session& session, const std::string& prefix, const std::string& state) {
    std::vector<std::string> found;
    std::string cursor;
    do {
        HttpRequest request = request_of("GET", "/v1/conflicts");
        add_query(request, "state", state);
        add_query(request, "limit", "200");
        add_query(request, "cursor", cursor);
        const Json page = session.fetch(std::move(request));
        for (const Json& conflict : elements(page, "items"))
            if (const std::string id = text(conflict, "id"); id.starts_with(prefix)) found.push_back(id);
        cursor = text(page, "next");
    } while (!cursor.empty() && found.size() < 2);
    return found;
}

/// The whole id of one that may be typed short, as lists show it.
std::string whole_id(Session& session, const std::string& typed) {
    if (typed.size() >= id_size) return typed;
    if (typed.size() < id_typed_min)
        session.end(
            {ErrorCode::bad_request, "the conflict id is too short", typed, "give at least 6 characters of it"});
    for (const char* state : {"open", "all"}) {
        const auto found = ids_starting(session, typed, state);
        if (found.size() == 1) return found.front();
        if (found.size() > 1)
            session.end({ErrorCode::bad_request, "several conflicts start like this", typed, "give more of the id"});
    }
    session.end({ErrorCode::not_found, "no conflict has this id", typed, "see minglu conflict list --state all"});
}

std::string path_of(Session& session, const std::string& typed) {
    return "/v1/conflicts/" + whole_id(session, typed);
}

ExitCode run_show(Session& session, const OneOptions& options) {
    const Json conflict = session.ask(request_of("GET", path_of(session, options.id)));
    if (session.json()) return ExitCode::ok;
    print_conflict(session, conflict);
    print_freshness(session, conflict);
    return ExitCode::ok;
}

ExitCode claim(Session& session, const OneOptions& options, bool is_release) {
    const Json body = is_release ? Json{{"release", true}} : Json::object();
    (void)session.ask(request_of("POST", path_of(session, options.id) + "/claim", body));
    if (!session.json()) session.out() << (is_release ? "已放回\n" : "已认领\n");
    return ExitCode::ok;
}

ExitCode run_claim(Session& session, const OneOptions& options) {
    return claim(session, options, false);
}

ExitCode run_release(Session& session, const OneOptions& options) {
    return claim(session, options, true);
}

/// {"name":"ours",…} from "name=ours".
Json choices_of(Session& session, const std::vector<std::string>& typed) {
    Json choices = Json::object();
    for (const std::string& choice : typed) {
        const auto equals = choice.find('=');
        const std::string side = equals == std::string::npos ? "" : choice.substr(equals + 1);
        const std::string group = choice.substr(0, equals);
        if (group.empty() || (side != "ours" && side != "theirs"))
            session.usage("--group takes NAME=ours or NAME=theirs, not '" + choice + "'");
        if (choices.contains(group)) session.usage("--group " + group + " is given twice");
        choices[group] = side;
    }
    return choices;
}

ExitCode run_resolve(Session& session, const ResolveOptions& options) {
    Json body{{"reason", options.reason}};
    if (options.take.empty() == options.groups.empty())
        session.usage("say what to keep: --take ours|theirs, or --group NAME=ours|theirs for each contested group");
    if (!options.take.empty()) body["take"] = options.take;
    if (!options.groups.empty()) body["groups"] = choices_of(session, options.groups);
    if (!options.effective_on.empty()) body["effective_on"] = options.effective_on;
    const Json answer = session.ask(request_of("POST", path_of(session, options.id) + "/resolution", body));
    if (session.json()) return ExitCode::ok;
    const Cell state = conflict_state_cell(text(member(answer, "conflict"), "state"));
    session.out() << "已写入处理结果，记录 " << Cell(text(answer, "dot")).text << "，冲突状态："
                  << session.screen().toned(state.tone, state.text) << '\n';
    return ExitCode::ok;
}

void add_id(CLI::App& command, OneOptions& options) {
    command.add_option("id", options.id, "Conflict id, or its first 6 or more characters 冲突编号")->required();
}

void add_resolve_options(CLI::App& command, ResolveOptions& options) {
    add_id(command, options);
    CLI::Option* const take = command.add_option("--take", options.take, "ours or theirs, for every group 整体采用")
                                  ->check(CLI::IsMember({"ours", "theirs"}));
    command.add_option("--group", options.groups, "NAME=ours or NAME=theirs, one per contested group 分组采用")
        ->allow_extra_args(false)
        ->take_all()
        ->excludes(take);
    command.add_option("--reason", options.reason, "Why; both sides will read it 理由")->required();
    command.add_option("--effective-on", options.effective_on, "Holds in law from, YYYY-MM-DD 生效日");
}

}  // namespace

void add_conflict_commands(CLI::App& app, Chosen& chosen) {
    CLI::App* const conflict = add_group(app, "conflict", "Concurrent edits that a person should look at 冲突");
    add_command<ListOptions>(
        *conflict, chosen, "list", "Conflicts, open ones when not told otherwise 冲突列表",
        [](CLI::App& command, ListOptions& options) {
            command.add_option("--state", options.state, "open, resolved, superseded or all 状态")
                ->check(CLI::IsMember({"open", "resolved", "superseded", "all"}))
                ->capture_default_str();
            command.add_option("--key", options.key, "Of this entry 条目键");
            command.add_option("--claimed-by", options.claimed_by, "Claimed by 认领人");
            add_paging_options(command, options.paging);
        },
        run_list);
    add_command<OneOptions>(*conflict, chosen, "show", "Base and both sides 查看冲突", add_id, run_show);
    add_command<OneOptions>(*conflict, chosen, "claim", "Tell colleagues that you work on it 认领", add_id, run_claim);
    add_command<OneOptions>(*conflict, chosen, "release", "Give it back 放回", add_id, run_release);
    add_command<ResolveOptions>(*conflict, chosen, "resolve", "Decide it 处理冲突", add_resolve_options, run_resolve);
}

}  // namespace minglu::cli
