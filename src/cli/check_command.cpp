/// check: a market's whole list against the catalogue.
#include <algorithm>
#include <filesystem>
#include <optional>

#include "src/checks/check_table.hpp"
#include "src/cli/command.hpp"
#include "src/cli/force_option.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/lines.hpp"
#include "src/cli/new_file.hpp"

namespace minglu::cli {

namespace {

struct CheckOptions {
    std::string file;
    std::string output;
    std::string as_of;
    std::string known_at;
    std::string sheet;
    Existing existing = Existing::keep;
    bool without_lookalikes = false;
};

AnswerColumns columns_of(const Json& first) {
    return flag(first, "lookalikes") ? all_columns : match_columns;
}

Answer answer_of(const Json& row) {
    Answer answer;
    for (std::size_t i = 0; i < match_columns.size(); ++i) answer[i] = text(row, match_columns[i].member.data());
    std::vector<Imitated> imitated;
    for (const Json& mark : elements(row, "lookalikes"))
        imitated.push_back({static_cast<int>(number(mark, "score")), text(mark, "key"), text(mark, "name"),
                            text(mark, "verdict"), text(mark, "holders"), text(mark, "text")});
    add_imitated(answer, imitated);
    return answer;
}

std::vector<std::string> cells_of(const Json& row, const char* name) {
    std::vector<std::string> cells;
    for (const Json& cell : elements(row, name)) cells.push_back(cell.is_string() ? cell.get<std::string>() : "");
    return cells;
}

/// Where the answers go, row by row.
class Output {
public:
    virtual ~Output() = default;
    [[nodiscard]] virtual Result<void> begin(const Json& first) = 0;
    [[nodiscard]] virtual Result<void> row(const Json& row) = 0;
    virtual void end() = 0;
};

/// Each row on the screen, with what it was found to be.
class OnScreen final : public Output {
public:
    explicit OnScreen(Session& session) : session_(session) {}
    Result<void> begin(const Json& first) override {
        for (const char* part : {"number", "name"})
            for (const std::string& header : cells_of(member(first, "columns"), part)) shown_.push_back(header);
        headers_ = cells_of(first, "headers");
        std::vector<Column> titles{{"行", Keep::whole},       "所查",
                                   {"结论", Keep::whole},     {"权利本身", Keep::whole},
                                   {"未决冲突", Keep::whole}, {"匹配", Keep::spare},
                                   {"条目", Keep::whole},     {"名称", Keep::spare},
                                   {"法律状态", Keep::spare}, "提示"};
        if (flag(first, "lookalikes")) titles.insert(titles.begin() + 5, "近似");
        table_.emplace(std::move(titles));
        return {};
    }
    Result<void> row(const Json& row) override {
        const auto cells = cells_of(row, "cells");
        std::string asked;
        for (std::size_t i = 0; i < cells.size() && i < headers_.size(); ++i)
            if (std::find(shown_.begin(), shown_.end(), headers_[i]) != shown_.end() && !cells[i].empty())
                asked += (asked.empty() ? "" : " ") + cells[i];
        const auto shown = [&](const char* column) { return answer_text(column, text(row, column), text(row, "key")); };
        const bool is_found = !text(row, "key").empty();
        std::vector<Cell> line{text(row, "row"),
                               asked,
                               Cell(shown("verdict"), is_found ? Tone::plain : Tone::warn),
                               right_cell(text(row, "verdict"), text(row, "right"), text(row, "as_known_then")),
                               Cell(shown("conflicts"), Tone::warn),
                               shown("match"),
                               shown("key"),
                               shown("name"),
                               shown("status"),
                               shown("note")};
        if (row.contains("lookalikes")) {
            std::string alike;
            for (const Json& mark : elements(row, "lookalikes"))
                alike += (alike.empty() ? "" : "；") + text(mark, "name") + " " + text(mark, "score");
            line.insert(line.begin() + 5, Cell(alike, Tone::bad));
        }
        table_->add(std::move(line));
        return {};
    }
    void end() override {
        if (table_ && !table_->empty()) table_->print(session_.screen());
    }

private:
    Session& session_;
    std::vector<std::string> shown_;
    std::vector<std::string> headers_;
    std::optional<Table> table_;
};

class AsCsv final : public Output {
public:
    AsCsv(Session& session, const std::string& path, Existing existing) : session_(session) {
        auto file = NewFile::begin(path, existing);
        if (!file) session.end(file.error());
        file_.emplace(std::move(*file));
    }
    Result<void> begin(const Json& first) override {
        const auto headers = cells_of(first, "headers");
        columns_ = headers.size();
        answers_ = columns_of(first);
        return file_->write(csv_header(headers, answers_));
    }
    Result<void> row(const Json& row) override {
        return file_->write(csv_row(columns_, cells_of(row, "cells"), answer_of(row), answers_));
    }
    void end() override {
        if (const auto kept = file_->keep(); !kept) session_.end(kept.error());
    }

private:
    Session& session_;
    std::optional<NewFile> file_;
    std::size_t columns_ = 0;
    AnswerColumns answers_;
};

class AsWorkbook final : public Output {
public:
    AsWorkbook(Session& session, std::filesystem::path path, std::vector<std::pair<std::string, std::string>> about)
        : session_(session), path_(std::move(path)), about_(std::move(about)) {}
    Result<void> begin(const Json& first) override {
        const Json& freshness = member(first, "freshness");
        about_.insert(about_.begin(), {{"节点", text(freshness, "node")},
                                       {"状态截至", text(freshness, "as_of")},
                                       {"名录版本", text(freshness, "vector")},
                                       {"行数", text(first, "rows")}});
        book_.emplace(path_, cells_of(first, "headers"), columns_of(first), about_);
        return {};
    }
    Result<void> row(const Json& row) override {
        book_->add(cells_of(row, "cells"), answer_of(row));
        return {};
    }
    void end() override {
        if (const auto closed = book_->close(); !closed) session_.end(closed.error());
    }

private:
    Session& session_;
    std::filesystem::path path_;
    std::vector<std::pair<std::string, std::string>> about_;
    std::optional<CheckWorkbook> book_;
};

class AsJson final : public Output {
public:
    explicit AsJson(Session& session) : session_(session) {}
    Result<void> begin(const Json& first) override { return row(first); }
    Result<void> row(const Json& row) override { return session_.print(row.dump() + '\n'); }
    void end() override {}

private:
    Session& session_;
};

std::unique_ptr<Output> output_for(Session& session, const CheckOptions& options) {
    if (options.output.empty())
        return session.json() ? std::unique_ptr<Output>(std::make_unique<AsJson>(session))
                              : std::make_unique<OnScreen>(session);
    const std::filesystem::path path(options.output);
    if (const auto free = may_write(path, options.existing); !free) session.end(free.error());
    if (path.extension() == ".xlsx")
        return std::make_unique<AsWorkbook>(
            session, path,
            std::vector<std::pair<std::string, std::string>>{
                {"清单", options.file}, {"核查人", session.globals().actor}, {"案号", session.globals().case_number}});
    if (path.extension() != ".csv") session.usage("-o takes a file that ends in .csv or .xlsx");
    return std::make_unique<AsCsv>(session, options.output, options.existing);
}

ExitCode run_check(Session& session, const CheckOptions& options) {
    std::error_code unreadable;
    if (!std::filesystem::is_regular_file(options.file, unreadable))
        session.end({ErrorCode::not_found, "there is no such file", options.file, "check its name"});
    HttpRequest request = request_of("POST", "/v1/checks");
    request.headers["content-type"] = "application/octet-stream";
    request.body_file = options.file;
    add_query(request, "as_of", options.as_of);
    add_query(request, "known_at", options.known_at);
    add_query(request, "sheet", options.sheet);
    add_query(request, "lookalikes", options.without_lookalikes ? "0" : "");
    const auto output = output_for(session, options);
    ProgressBar bar = session.progress();
    std::uint64_t total = 0;
    std::uint64_t done = 0;
    Json first;
    Json last;
    Result<void> taken;
    const auto take = [&](const std::string& line) {
        Json json = Json::parse(line, nullptr, false);
        if (first.is_null()) {
            first = std::move(json);
            total = static_cast<std::uint64_t>(number(first, "rows"));
            taken = output->begin(first);
        } else if (!member(json, "done").is_null()) {
            last = std::move(json);
        } else {
            if (taken) taken = output->row(json);
            bar.show("核查", ++done, total);
        }
    };
    Lines lines(take);
    const Backend::Sink sink = [&](std::string_view bytes) {
        lines.feed(bytes);
        return taken;
    };
    (void)session.send(std::move(request), &sink);
    lines.end();
    bar.clear();
    if (last.is_null())
        session.end({ErrorCode::internal, "the node stopped before it was through", options.file, "see its log"});
    output->end();
    const Json& counts = member(last, "done");
    if (session.json()) {
        session.print_json(last.dump());
        return ExitCode::ok;
    }
    session.out() << "核查 " << text(counts, "rows") << " 行，名录中找到 " << text(counts, "found") << " 行";
    if (counts.contains("lookalikes")) session.out() << "，有近似名称 " << text(counts, "lookalikes") << " 行";
    if (!options.output.empty()) session.out() << "；结果 " << Cell(options.output).text;
    session.out() << '\n';
    if (counts.contains("complete") && !flag(counts, "complete")) session.err() << "名称过多，未全部比对\n";
    print_freshness(session, first);
    return ExitCode::ok;
}

}  // namespace

void add_check_command(CLI::App& app, Chosen& chosen) {
    add_command<CheckOptions>(
        app, chosen, "check", "Look up every row of a list of goods 清单核查",
        [](CLI::App& command, CheckOptions& options) {
            command.add_option("file", options.file, "CSV (UTF-8 or GB18030) or .xlsx 清单文件")->required();
            command.add_option("-o,--output", options.output,
                               "Result as .csv or .xlsx; the screen when not given 结果文件");
            add_force_option(command, options.existing);
            command.add_option("--as-of", options.as_of, "Day to look at, YYYY-MM-DD; today when not given 查询日");
            command.add_option("--known-at", options.known_at,
                               "As this node knew it then: a day (to its end) or a time with offset 按当时所知");
            command.add_flag("--no-lookalikes", options.without_lookalikes,
                             "Do not look for protected names that rows could be meant to imitate 不查近似名称");
            command.add_option("--sheet", options.sheet, "Sheet of the workbook; the first when not given 工作表");
        },
        run_check);
}

}  // namespace minglu::cli
