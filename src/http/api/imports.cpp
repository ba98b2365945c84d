// Imports over HTTP: the file is taken in, the rest runs beside.
#include "src/imports/import_jobs.hpp"

#include <fstream>

#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr std::size_t download_piece_bytes = 64u * 1024;

void write_error(JsonWriter& json, const Error& error) {
    json.member("code", name(error.code)).member("what", error.what);
    json.member_if("where", error.where).member_if("cure", error.cure);
}

void write_rows(JsonWriter& json, const ImportStatus& status) {
    json.key("errors").begin_array();
    for (const RowError& error : status.errors) {
        json.begin_object().member_number("row", error.row).member("column", error.column);
        json.member("value", error.value);
        write_error(json, error.error);
        json.end_object();
    }
    json.end_array().key("plan").begin_array();
    for (const PlanLine& line : status.plan) {
        json.begin_object().member("key", line.key.value()).member("action", name(line.kind));
        json.key("fields").begin_array();
        for (const std::string& field : line.fields) json.text(field);
        json.end_array().end_object();
    }
    json.end_array();
}

std::string status_json(const ImportStatus& status) {
    JsonWriter json;
    json.begin_object().member("id", status.id).member("state", name(status.state));
    json.member("file_name", status.file_name).member("actor", status.actor);
    json.member_number("rows_read", status.rows_read).member_number("bytes_read", status.bytes_read);
    json.member_number("bytes_total", status.bytes_total).member_number("added", status.added);
    json.member_number("changed", status.changed).member_number("unchanged", status.unchanged);
    json.member_number("refused", status.refused).member_number("published_ops", status.published_ops);
    json.key("batches").begin_array();
    for (const PublishedBatch& batch : status.batches) {
        json.begin_object().member("dot", to_string(batch.dot)).member("title", batch.title);
        json.member_number("ops", batch.ops).end_object();
    }
    json.end_array();
    write_rows(json, status);
    if (status.error) {
        json.key("error").begin_object();
        write_error(json, *status.error);
        json.end_object();
    }
    return std::move(json.end_object()).take();
}

Result<std::optional<Day>> day_parameter(const HttpRequest& request, const std::string& name) {
    const auto text = text_parameter(request, name);
    if (!text) return fail(text.error());
    if (text->empty()) return std::nullopt;
    const auto day = parse_day(*text);
    if (!day)
        return fail({ErrorCode::bad_request, day.error().what, "query parameter " + name, "give a date as YYYY-MM-DD"});
    return *day;
}

/// Reads text parameters one after the other; the first error stays.
class Parameters {
public:
    explicit Parameters(const HttpRequest& request) : request_(request) {}
    std::string text(const std::string& name) { return take(text_parameter(request_, name)); }
    bool flag(const std::string& name) { return take(flag_parameter(request_, name)); }
    std::optional<Day> day(const std::string& name) { return take(day_parameter(request_, name)); }
    void refuse(Error error) {
        if (!error_) error_ = std::move(error);
    }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    template <class T>
    T take(Result<T> value) {
        if (value) return *std::move(value);
        refuse(std::move(value.error()));
        return T{};
    }
    const HttpRequest& request_;
    std::optional<Error> error_;
};

Result<ImportRequest> read_request(const Call& call) {
    Parameters parameters(call.request);
    ImportRequest import;
    import.file_name = parameters.text("file_name");
    import.actor = call.principal.actor;
    import.reason = parameters.text("reason");
    import.batch.title = parameters.text("title");
    import.batch.document_number = parameters.text("document_number");
    if (const auto day = parameters.day("published_on")) import.batch.published_on = to_string(*day);
    import.effective_on = parameters.day("effective_on").value_or(day_of(call.services.clock.now()));
    import.dry_run = parameters.flag("dry_run");
    import.skip_invalid = parameters.flag("skip_invalid");
    if (const auto kind = parameters.text("kind"); !kind.empty()) {
        const auto parsed = find_kind(kind);
        if (parsed) import.kind = *parsed;
        if (!parsed)
            parameters.refuse({ErrorCode::bad_request, "no such kind: " + kind, "query parameter kind",
                               "give patent, trademark or gi"});
    }
    if (const auto home = parameters.text("home"); !home.empty()) {
        const auto parsed = parse_node_id(home);
        if (parsed) import.home = *parsed;
        if (!parsed)
            parameters.refuse({ErrorCode::bad_request, parsed.error().what, "query parameter home",
                               "give the id of a node, e.g. cq"});
    }
    if (parameters.error()) return fail(*parameters.error());
    if (import.file_name.empty()) import.file_name = import.batch.title.empty() ? "导入" : import.batch.title;
    return import;
}

HttpResponse accepted(const std::string& id) {
    const std::string location = "/v1/imports/" + id;
    JsonWriter json;
    json.begin_object().member("id", id).member("location", location).end_object();
    HttpResponse response = json_answer(202, std::move(json).take());
    response.headers.emplace("Location", location);
    return response;
}

HttpResponse submit(Call& call, const std::shared_ptr<KeysInUse>& in_use) {
    const Once once(call, in_use);
    if (once.refused()) return *once.refused();
    // A job that a restart has dropped is not answered for: what it had published is planned as unchanged now.
    if (once.earlier() && call.services.imports.status(once.earlier()->body))
        return Once::replayed(accepted(once.earlier()->body));
    auto import = read_request(call);
    if (!import) return problem(import.error());
    if (!import->dry_run && !may_approve(call.principal.role))
        return problem({ErrorCode::not_allowed, "only an approver may publish an import", "",
                        "ask for dry_run=1, and an approver to publish the plan"});
    ImportJobs& jobs = call.services.imports;
    const HttpRequest& request = call.request;
    const auto id = request.body_file.empty() ? jobs.submit_bytes(*std::move(import), request.body)
                                              : jobs.submit_file(*std::move(import), request.body_file);
    if (!id) return problem(id.error());
    if (request.headers.contains("idempotency-key"))
        call.services.replica.write_local([&](WriteTx& tx) { once.keep(tx, 202, *id); });
    return accepted(*id);
}

HttpResponse show(Call& call) {
    const auto status = call.services.imports.status(call.path.at("id"));
    if (status) return json_answer(200, status_json(*status));
    return problem({ErrorCode::not_found, "there is no import " + call.path.at("id"), "",
                    "imports are kept for a day; import the file again"});
}

HttpResponse refused_rows(Call& call) {
    const auto file = call.services.imports.refused_rows(call.path.at("id"));
    if (!file) return problem(file.error());
    const auto in = std::make_shared<std::ifstream>(*file, std::ios::binary);
    HttpResponse response;
    response.content_type = "text/csv; charset=utf-8";
    response.headers.emplace("Content-Disposition", "attachment; filename=\"refused.csv\"");
    response.stream = [in](std::string& piece) {
        piece.resize(download_piece_bytes);
        in->read(piece.data(), static_cast<std::streamsize>(piece.size()));
        piece.resize(static_cast<std::size_t>(in->gcount()));
        return !piece.empty();
    };
    return response;
}

HttpResponse publish(Call& call) {
    const auto published = call.services.imports.publish(call.path.at("id"), call.principal.actor);
    return published ? accepted(call.path.at("id")) : problem(published.error());
}

HttpResponse remove(Call& call) {
    const auto removed = call.services.imports.remove(call.path.at("id"));
    if (!removed) return problem(removed.error().code == ErrorCode::busy ? 409 : 404, removed.error());
    HttpResponse response;
    response.status = 204;
    return response;
}

}  // namespace

void add_import_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use) {
    router.add("POST", "/v1/imports", Access::write,
               {"kind", "dry_run", "skip_invalid", "title", "document_number", "published_on", "effective_on", "reason",
                "file_name", "home"},
               [in_use](Call& call) { return submit(call, in_use); });
    router.add("GET", "/v1/imports/{id}", Access::write, {}, show);
    router.add("GET", "/v1/imports/{id}/refused", Access::write, {}, refused_rows);
    router.add("POST", "/v1/imports/{id}/publication", Access::approve, {}, publish);
    router.add("DELETE", "/v1/imports/{id}", Access::write, {}, remove);
}

}  // namespace minglu
