// A market's whole list against the catalogue, row by row.
#include <fstream>
#include <memory>
#include <utility>

#include "src/checks/check_table.hpp"
#include "src/http/api/asked.hpp"
#include "src/http/api/checking.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr std::size_t download_piece_bytes = 64u * 1024;

Result<CheckWanted> read_wanted(const Call& call) {
    auto format = text_parameter(call.request, "format", "json");
    auto sheet = text_parameter(call.request, "sheet");
    const auto asked = asked_from(call.request, call.services.clock.now());
    if (!format) return fail(format.error());
    if (!sheet) return fail(sheet.error());
    const auto lookalikes = flag_parameter(call.request, "lookalikes", true);
    if (!lookalikes) return fail(lookalikes.error());
    if (!asked) return fail(asked.error());
    if (*format != "json" && *format != "csv" && *format != "xlsx")
        return fail(
            {ErrorCode::bad_request, "no such format: " + *format, "query parameter format", "give json, csv or xlsx"});
    return CheckWanted{*std::move(format), *std::move(sheet), *lookalikes, *asked};
}

void write_places(JsonWriter& json, std::string_view name, const std::vector<std::size_t>& places,
                  const std::vector<std::string>& headers) {
    json.key(name).begin_array();
    for (const std::size_t place : places) json.text(headers[place]);
    json.end_array();
}

std::string first_line(const Checking& checking, const Services& services, const Asked& asked) {
    const GoodsList& list = checking.list();
    JsonWriter json;
    json.begin_object().member_number("rows", std::uint64_t{list.rows.size()}).key("headers").begin_array();
    for (const std::string& header : list.headers) json.text(header);
    json.end_array().key("columns").begin_object();
    write_places(json, "number", list.columns.numbers, list.headers);
    write_places(json, "name", list.columns.names, list.headers);
    write_places(json, "holder", list.columns.holders, list.headers);
    if (list.columns.nice_class) write_places(json, "class", {*list.columns.nice_class}, list.headers);
    json.end_object().member_boolean("lookalikes", checking.has_lookalikes());
    json.member_raw("freshness", freshness_json(services, checking.tx(), asked));
    return std::move(json.end_object()).take() + "\n";
}

void write_imitated(JsonWriter& json, const Imitated& mark) {
    json.begin_object().member_number("score", std::int64_t{mark.score}).member("key", mark.key);
    json.member("name", mark.name).member("verdict", mark.verdict).member_if("holders", mark.holders);
    json.member("text", mark.text).end_object();
}

std::string row_line(const Answered& answered, bool with_lookalikes) {
    JsonWriter json;
    json.begin_object().member_number("row", answered.row.row).key("cells").begin_array();
    for (const std::string& cell : answered.row.cells) json.text(cell);
    json.end_array();
    for (std::size_t i = 0; i < match_columns.size(); ++i) json.member_if(match_columns[i].member, answered.answer[i]);
    if (with_lookalikes) {
        json.key("lookalikes").begin_array();
        for (const Imitated& mark : answered.imitated) write_imitated(json, mark);
        json.end_array();
    }
    return std::move(json.end_object()).take() + "\n";
}

std::string last_line(const Checking& checking) {
    JsonWriter json;
    json.begin_object().key("done").begin_object();
    json.member_number("rows", std::uint64_t{checking.list().rows.size()});
    json.member_number("found", checking.found());
    if (checking.has_lookalikes())
        json.member_number("lookalikes", checking.alike()).member_boolean("complete", checking.is_complete());
    return std::move(json.end_object().end_object()).take() + "\n";
}

std::function<bool(std::string&)> json_stream(const std::shared_ptr<Checking>& checking, std::string first) {
    return [checking, first = std::move(first), ended = false](std::string& chunk) mutable {
        if (ended) return false;
        chunk = std::exchange(first, {});
        if (!chunk.empty()) return true;
        checking->step([&](const Answered& row) { chunk += row_line(row, checking->has_lookalikes()); });
        ended = checking->is_done();
        if (ended) chunk += last_line(*checking);
        return true;
    };
}

std::function<bool(std::string&)> csv_stream(const std::shared_ptr<Checking>& checking) {
    const AnswerColumns answers = checking->columns();
    return [checking, answers, first = csv_header(checking->list().headers, answers)](std::string& chunk) mutable {
        chunk = std::exchange(first, {});
        if (!chunk.empty()) return true;
        checking->step([&](const Answered& answered) {
            chunk += csv_row(checking->list().headers.size(), answered.row.cells, answered.answer, answers);
        });
        return !chunk.empty();
    };
}

/// A workbook has its table of contents at its end: it is written to a file first, which goes with the stream.
class WorkbookStream {
public:
    WorkbookStream(std::shared_ptr<Checking> checking, const std::filesystem::path& file,
                   std::vector<std::pair<std::string, std::string>> about)
        : checking_(std::move(checking)),
          file_(file),
          book_(file, checking_->list().headers, checking_->columns(), std::move(about)) {}
    ~WorkbookStream() {
        std::error_code ignored;
        std::filesystem::remove(file_, ignored);
    }
    WorkbookStream(const WorkbookStream&) = delete;
    WorkbookStream& operator=(const WorkbookStream&) = delete;

    bool next(std::string& chunk) {
        chunk.clear();
        if (!checking_->is_done()) {
            checking_->step([this](const Answered& answered) { book_.add(answered.row.cells, answered.answer); });
            return true;
        }
        if (!in_.is_open()) {
            if (const auto closed = book_.close(); !closed) throw StoreFault(closed.error().code, closed.error().what);
            in_.open(file_, std::ios::binary);
        }
        chunk.resize(download_piece_bytes);
        in_.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
        chunk.resize(static_cast<std::size_t>(in_.gcount()));
        return !chunk.empty();
    }

private:
    std::shared_ptr<Checking> checking_;
    std::filesystem::path file_;
    CheckWorkbook book_;
    std::ifstream in_;
};

std::vector<std::pair<std::string, std::string>> about_of(const Call& call, const Checking& checking,
                                                          const Asked& asked) {
    return {{"节点", call.services.node.value()},
            {"状态截至", to_string(asked.as_of)},
            {"依据当时所知", asked.known_at ? to_string(*asked.known_at) : std::string()},
            {"核查时间", to_string(call.services.clock.now())},
            {"核查人", call.principal.actor},
            {"案号", case_number_of(call.request).value_or("")},
            {"名录版本", to_string(vector_of(checking.tx()))},
            {"行数", std::to_string(checking.list().rows.size())}};
}

HttpResponse answer(Call& call, const CheckWanted& wanted, const std::shared_ptr<Checking>& checking) {
    HttpResponse response;
    response.headers.emplace("Cache-Control", "no-store");
    response.headers.emplace("Minglu-Vector", to_string(vector_of(checking->tx())));
    if (wanted.format == "json") {
        response.content_type = "application/x-ndjson";
        response.stream = json_stream(checking, first_line(*checking, call.services, wanted.asked));
        return response;
    }
    response.headers.emplace("Content-Disposition", "attachment; filename=\"minglu-check-" +
                                                        to_string(wanted.asked.as_of) + "." + wanted.format + "\"");
    if (wanted.format == "csv") {
        response.content_type = "text/csv; charset=utf-8";
        response.stream = csv_stream(checking);
        return response;
    }
    response.content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    const auto folder = call.services.spool.empty() ? std::filesystem::temp_directory_path() : call.services.spool;
    const auto file = folder / ("check-" + std::to_string(call.services.random.next()) + ".xlsx");
    auto stream = std::make_shared<WorkbookStream>(checking, file, about_of(call, *checking, wanted.asked));
    response.stream = [stream](std::string& chunk) { return stream->next(chunk); };
    return response;
}

HttpResponse check(Call& call, const CheckPlace::Taken& running) {
    const auto wanted = read_wanted(call);
    if (!wanted) return problem(wanted.error());
    auto place = std::make_unique<CheckPlace>(running);
    if (!place->is_free()) {
        HttpResponse response =
            problem({ErrorCode::busy, "other lists are being checked", "", "ask again in a minute"});
        response.headers.emplace("Retry-After", "30");
        return response;
    }
    auto list = read_goods_list({call.request.body, call.request.body_file, wanted->sheet});
    if (!list) {
        // Whatever is wrong with a list is wrong with what was sent.
        const int status = status_of(list.error().code);
        return problem(status < 500 && status != 404 ? status : 400, list.error());
    }
    const auto checking = std::make_shared<Checking>(std::move(place), *std::move(list), call, *wanted);
    return answer(call, *wanted, checking);
}

}  // namespace

void add_check_routes(Router& router) {
    const auto running = std::make_shared<std::atomic<int>>(0);
    router.add("POST", "/v1/checks", Access::read, {"as_of", "known_at", "format", "lookalikes", "sheet"},
               [running](Call& call) { return check(call, running); });
}

}  // namespace minglu
