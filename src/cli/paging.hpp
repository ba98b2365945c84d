#pragma once
/// Lists come in pages; a command shows one, or follows them to the end.
#include <functional>
#include <vector>

#include "src/cli/command.hpp"

namespace minglu::cli {

struct PageOptions {
    int limit = 20;
    std::string cursor;
    bool all = false;
};

/// --limit, --cursor, --all.
void add_paging_options(CLI::App& command, PageOptions& paging);

/// Asks for the page or pages and shows their items at once; after them says how to go on, unless that is all. With
/// --json the pages are printed instead, one per line, and nothing is shown. `list` names the array in the answer.
void show_items(Session& session, const HttpRequest& request, const PageOptions& paging,
                const std::function<void(const std::vector<Json>& items, const Json& last_page)>& show,
                const char* list = "items");

}  // namespace minglu::cli
