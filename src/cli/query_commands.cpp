/// query, export: reading many entries.
#include "src/cli/download.hpp"
#include "src/cli/force_option.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/paging.hpp"
#include "src/cli/search_view.hpp"
#include "src/cli/term_option.hpp"

namespace minglu::cli {

namespace {

struct Filter {
    std::vector<std::string> words;
    std::string kind, nice_class, listing, status, verdict, region, category, subtype, home, batch, as_of, known_at;
    bool with_conflict = false;
    bool fuzzy = false;
};

void add_filter_options(CLI::App& command, Filter& filter) {
    command.add_option(
        "text", filter.words,
        "Number, name, pinyin, holder, place, goods, document number, … 号码、名称、拼音、权利人、地区、文号等");
    command.add_option("--kind", filter.kind, "patent, trademark or gi 类别")
        ->transform(code_of("kind", {"patent", "trademark", "gi"}));
    command.add_option("--class", filter.nice_class, "Nice class 商标国际分类");
    command.add_option("--listing", filter.listing, "listed or removed 名录状态：在册或移出")
        ->transform(code_of("listing", {"listed", "removed"}));
    command.add_option("--status", filter.status,
                       "Legal status as recorded, a code or label such as granted, registered 登记的法律状态");
    command.add_option("--verdict", filter.verdict,
                       "Whether the right holds on the day: protected, listed_not_in_force, listed_right_unknown, "
                       "was_protected, was_listed or never_listed 当日结论");
    command.add_option("--region", filter.region,
                       "Region code, its beginning or a name, e.g. 50, 500102, 涪陵区 行政区划");
    command.add_option("--category", filter.category, "Category 分类");
    command.add_option("--subtype", filter.subtype, "invention, goods_mark, agricultural_gi, … 类型");
    command.add_option("--home", filter.home, "Home node 归口节点");
    command.add_option("--batch", filter.batch, "Entries written by this batch (log:seq) 批次");
    command.add_option("--as-of", filter.as_of, "Day to look at, YYYY-MM-DD; today when not given 查询日");
    command.add_option("--known-at", filter.known_at,
                       "As this node knew it then: a day (to its end) or a time with offset 按当时所知");
    command.add_flag("--fuzzy", filter.fuzzy,
                     "Pinyin as spelled without n/l, f/h, z/zh, c/ch, s/sh, an/ang, en/eng, in/ing 模糊音");
    command.add_flag("--conflict", filter.with_conflict, "Only entries with an open conflict 仅有未决冲突者");
}

void add_filter(HttpRequest& request, const Filter& filter) {
    add_query(request, "q", joined(filter.words));
    add_query(request, "kind", filter.kind);
    add_query(request, "class", filter.nice_class);
    add_query(request, "listing", filter.listing);
    add_query(request, "status", filter.status);
    add_query(request, "verdict", filter.verdict);
    add_query(request, "region", filter.region);
    add_query(request, "category", filter.category);
    add_query(request, "subtype", filter.subtype);
    add_query(request, "home", filter.home);
    add_query(request, "batch", filter.batch);
    add_query(request, "as_of", filter.as_of);
    add_query(request, "known_at", filter.known_at);
    if (filter.with_conflict) add_query(request, "conflict", "open");
    if (filter.fuzzy) add_query(request, "fuzzy", "true");
}

std::string removed_text(const Json& entry) {
    const std::string removed_on = text(member(entry, "fields"), "removed_on");
    return removed_on.empty() ? std::string() : " " + removed_on;
}

/// Empty where the verdict says as much.
Cell listing_with_date(const Json& entry) {
    if (flag(entry, "listed") && !text(entry, "verdict").empty()) return {""};
    Cell cell = listing_cell(entry);
    if (!flag(entry, "listed")) cell.text += removed_text(entry);
    return cell;
}

void show_hits(Session& session, const std::vector<Json>& items, const Json& page) {
    std::string heading = std::to_string(items.size()) + " 条";
    if (items.empty()) heading = text(page, "next").empty() ? "没有符合条件的条目" : "看过的部分没有符合条件的条目";
    heading += asked_text(member(page, "freshness"));
    session.out() << Cell(heading).text << '\n';
    Table table({{"名录", Keep::whole},
                 {"结论", Keep::whole},
                 {"权利本身", Keep::whole},
                 {"条目", Keep::whole},
                 "名称",
                 {"法律状态", Keep::spare},
                 "权利人",
                 {"未决冲突", Keep::whole},
                 {"命中", Keep::spare},
                 {"地区", Keep::spare},
                 {"归口", Keep::spare}});
    for (const Json& entry : items) {
        const std::string key = text(entry, "key");
        const Json& fields = member(entry, "fields");
        const std::int64_t conflicts = number(entry, "open_conflicts");
        const auto shown = [&](const char* field) {
            return member(fields, field).is_null() ? std::string() : field_text(key, fields, field);
        };
        const std::string place = shown("region_name").empty() ? shown("region") : shown("region_name");
        table.add({listing_with_date(entry), verdict_cell(text(entry, "verdict")), right_cell(entry), key,
                   shown("name"), status_cell(entry), shown("holders"),
                   Cell(conflicts == 0 ? std::string() : std::to_string(conflicts), Tone::warn), reason_cell(entry),
                   place, shown("home")});
    }
    if (!table.empty()) table.print(session.screen());
    if (flag(page, "bounded"))
        session.out() << "命中太多或所输太长，未全部查看：请增减词或加筛选，或用 --sort arrival 逐条列出\n";
    if (const std::string hint = text(page, "hint"); !hint.empty())
        session.out() << Cell("号码可能有误：" + hint).text << '\n';
    if (const std::string note = text(page, "note"); !note.empty()) session.out() << Cell(note).text << '\n';
    print_counts(session, page);
    print_freshness(session, page);
}

struct QueryOptions {
    Filter filter;
    PageOptions paging;
    std::string sort;
    bool counts = false;
};

ExitCode run_query(Session& session, const QueryOptions& options) {
    HttpRequest request = request_of("GET", "/v1/entries");
    add_filter(request, options.filter);
    add_query(request, "sort", options.sort);
    if (options.counts) add_query(request, "counts", "true");
    show_items(session, request, options.paging,
               [&](const std::vector<Json>& items, const Json& page) { show_hits(session, items, page); });
    return ExitCode::ok;
}

struct ExportOptions {
    Filter filter;
    std::string format = "csv";
    std::string file;
    Existing existing = Existing::keep;
};

ExitCode run_export(Session& session, const ExportOptions& options) {
    HttpRequest request = request_of("GET", "/v1/export");
    request.headers["accept"] = "*/*";
    add_query(request, "format", options.format);
    add_filter(request, options.filter);
    if (options.file.empty() || options.file == "-") {
        const Backend::Sink sink = [&](std::string_view bytes) { return session.print(bytes); };
        (void)session.send(std::move(request), &sink);
        return ExitCode::ok;
    }
    export_to_file(session, std::move(request), options.file, options.existing);
    return ExitCode::ok;
}

}  // namespace

void add_query_commands(CLI::App& app, Chosen& chosen) {
    add_command<QueryOptions>(
        app, chosen, "query", "Search the catalogue 查询名录",
        [](CLI::App& command, QueryOptions& options) {
            add_filter_options(command, options.filter);
            command.add_option("--sort", options.sort,
                               "relevance, arrival, name, date or expiry; --sort=-name etc. turns it round 排序");
            command.add_flag("--counts", options.counts, "Also how many have which value of each filter 各筛选条数");
            add_paging_options(command, options.paging);
        },
        run_query);
    add_command<ExportOptions>(
        app, chosen, "export", "Write entries to a file 导出名录",
        [](CLI::App& command, ExportOptions& options) {
            add_filter_options(command, options.filter);
            command.add_option("--format", options.format, "csv or json 格式")
                ->check(CLI::IsMember({"csv", "json"}))
                ->capture_default_str();
            command.add_option("-o,--output", options.file, "File to write; standard output when not given 输出文件");
            add_force_option(command, options.existing);
        },
        run_export);
}

}  // namespace minglu::cli
