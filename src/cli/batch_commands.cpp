/// batch list, show: what was published as a unit.
#include "src/cli/labels.hpp"
#include "src/cli/paging.hpp"

namespace minglu::cli {

namespace {

struct ListOptions {
    PageOptions paging;
};

struct ShowOptions {
    std::string dot;
    PageOptions paging;
};

Cell state_cell(const Json& batch) {
    if (member(batch, "valid").is_boolean() && !flag(batch, "valid")) return {"无效", Tone::bad};
    const std::string state = text(batch, "state");
    return {batch_state_label(state), state == "published" ? Tone::good : Tone::warn};
}

ExitCode run_list(Session& session, const ListOptions& options) {
    show_items(
        session, request_of("GET", "/v1/batches"), options.paging,
        [&](const std::vector<Json>& items, const Json& page) {
            Table table({{"批次", Keep::whole}, "状态", "标题", "文号", "发文日期", "条数", "节点", "经办", "时间"});
            for (const Json& batch : items)
                table.add({text(batch, "dot"), state_cell(batch), text(batch, "title"), text(batch, "document_number"),
                           text(batch, "published_on"), text(batch, "ops"), text(batch, "author"), text(batch, "actor"),
                           time_text(text(batch, "time"))});
            if (table.empty()) {
                session.out() << "没有批次\n";
            } else {
                table.print(session.screen());
            }
            print_freshness(session, page);
        });
    return ExitCode::ok;
}

std::string set_text(const std::string& key, const Json& set) {
    std::string out;
    if (!set.is_object()) return out;
    for (const auto& [field, value] : set.items()) {
        if (!out.empty()) out += "，";
        out += field_label(field) + "=" + value_text(key, field, value);
    }
    return out;
}

std::string needs_text(const Json& batch) {
    std::string out;
    for (const Json& node : elements(batch, "needs"))
        if (node.is_string()) out += (out.empty() ? "" : "、") + node.get<std::string>();
    return out;
}

ExitCode run_show(Session& session, const ShowOptions& options) {
    show_items(
        session, request_of("GET", "/v1/batches/" + options.dot), options.paging,
        [&](const std::vector<Json>& entries, const Json& batch) {
            Facts facts;
            const Cell state = state_cell(batch);
            facts.add("批次", text(batch, "dot"), Tone::bold);
            facts.add("状态", state.text, state.tone);
            facts.add_if("标题", text(batch, "title"));
            facts.add_if("文号", text(batch, "document_number"));
            facts.add_if("发文日期", text(batch, "published_on"));
            facts.add("节点", text(batch, "author"));
            facts.add("经办", text(batch, "actor"));
            facts.add_if("时间", time_text(text(batch, "time")));
            facts.add_if("到达本节点", time_text(text(batch, "arrived")));
            facts.add("条数", text(batch, "ops"));
            facts.add_if("会签节点", needs_text(batch));
            facts.print(session.screen());
            Table table({{"条目", Keep::whole}, "写入"});
            for (const Json& entry : entries)
                table.add({text(entry, "key"), set_text(text(entry, "key"), member(entry, "set"))});
            if (!table.empty()) table.print(session.screen());
            print_freshness(session, batch);
        },
        "entries");
    return ExitCode::ok;
}

}  // namespace

void add_batch_commands(CLI::App& app, Chosen& chosen) {
    CLI::App* const batch = add_group(app, "batch", "What was published as a unit 批次");
    add_command<ListOptions>(
        *batch, chosen, "list", "Newest first 批次列表",
        [](CLI::App& command, ListOptions& options) { add_paging_options(command, options.paging); }, run_list);
    add_command<ShowOptions>(
        *batch, chosen, "show", "One batch and its entries 查看批次",
        [](CLI::App& command, ShowOptions& options) {
            command.add_option("batch", options.dot, "log:seq, as the list shows it 批次号")->required();
            add_paging_options(command, options.paging);
        },
        run_show);
}

}  // namespace minglu::cli
