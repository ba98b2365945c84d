#include "src/cli/paging.hpp"

namespace minglu::cli {

namespace {

constexpr int limit_max = 200;

}  // namespace

void add_paging_options(CLI::App& command, PageOptions& paging) {
    command.add_option("--limit", paging.limit, "Items per page, 1 to 200 每页条数")
        ->check(CLI::Range(1, limit_max))
        ->capture_default_str();
    command.add_option("--cursor", paging.cursor, "Go on where the page before ended 续页游标");
    command.add_flag("--all", paging.all, "Every page 全部");
}

void show_items(Session& session, const HttpRequest& request, const PageOptions& paging,
                const std::function<void(const std::vector<Json>& items, const Json& last_page)>& show,
                const char* list) {
    std::vector<Json> items;
    Json page;
    std::string cursor = paging.cursor;
    do {
        HttpRequest next = request;
        add_query(next, "limit", std::to_string(paging.all ? limit_max : paging.limit));
        add_query(next, "cursor", cursor);
        page = session.ask(std::move(next));
        if (!session.json())
            for (const Json& item : elements(page, list)) items.push_back(item);
        cursor = text(page, "next");
    } while (paging.all && !cursor.empty());
    if (session.json()) return;
    show(items, page);
    if (!cursor.empty()) session.out() << "还有更多：--cursor " << cursor << " 或 --all\n";
}

}  // namespace minglu::cli
